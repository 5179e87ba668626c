"""What all kept amounts and weeks stand on: base currency and time zone, as the database was begun with."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from store.tables.columns import metadata

bank_basis = Table(
    "bank_basis",
    metadata,
    Column("setting", String(64), primary_key=True, comment="its name in the environment"),
    Column("value", String(200), nullable=False),
)
