"""Every table, one module a subject. To import one makes all of them known to `metadata`."""

from __future__ import annotations

from store.tables import (
    alerts,
    cases,
    clients,
    columns,
    gone_clients,
    leaver,
    ledger,
    notices,
    operations,
    policies,
    quiet,
    remedies,
    sign_in,
)

__all__ = [
    "alerts",
    "cases",
    "clients",
    "columns",
    "gone_clients",
    "leaver",
    "ledger",
    "notices",
    "operations",
    "policies",
    "quiet",
    "remedies",
    "sign_in",
]
