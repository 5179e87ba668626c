"""Contract in: what core banking publishes. Source: docs/ingest.md, "Contract in".

The types check shape; what needs a table (money, time, ids seen for the first time) is checked in columns by
`ingest`, where a batch pays for it once. Unknown fields are ignored, so that a publisher may add some.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

TOPIC_ACTIVITY = "corebank.activity"
TOPIC_CLIENTS = "corebank.clients"
TOPIC_RATES = "corebank.rates"

NO_BRANCH = "unassigned"  # of a client of whom the master says nothing

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$"
AMOUNT_PATTERN = r"^[0-9]{1,15}(\.[0-9]{1,4})?$"
WEEK_PATTERN = r"^[0-9]{4}-W[0-9]{2}$"

EventId = Annotated[str, Meta(min_length=1, max_length=200, description="Unique per event; repeats are dropped.")]
Id = Annotated[str, Meta(min_length=1, max_length=64, extra_json_schema={"pattern": ID_PATTERN})]
Amount = Annotated[
    str,
    Meta(min_length=1, max_length=20, extra_json_schema={"pattern": AMOUNT_PATTERN}, examples=["1234.56"]),
]
Currency = Annotated[str, Meta(min_length=3, max_length=3, extra_json_schema={"pattern": "^[A-Z]{3}$"})]
WeekText = Annotated[
    str, Meta(min_length=8, max_length=8, extra_json_schema={"pattern": WEEK_PATTERN}, examples=["2026-W02"])
]
Instant = Annotated[
    str, Meta(min_length=20, max_length=35, extra_json_schema={"format": "date-time"}, description="RFC 3339")
]
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Text = Annotated[str, Meta(max_length=200)]


class Transaction(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="transaction"):
    """One booking. `direction` is the client's view: debit = money out of the account, credit = money in."""

    event_id: EventId
    client_id: Id
    account_id: Id
    booked_at: Instant
    direction: Literal["debit", "credit"]
    amount: Amount
    currency: Currency
    reversal: bool = False


class WeeklySummary(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="weekly_summary"):
    """One account's week in one currency. A higher revision replaces the earlier ones."""

    event_id: EventId
    client_id: Id
    account_id: Id
    week: WeekText
    debit_amount: Amount
    debit_count: Count
    credit_amount: Amount
    credit_count: Count
    currency: Currency
    revision: Annotated[int, Meta(ge=1, le=2**31 - 1)] = 1


class WeekClosed(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="week_closed"):
    """Sent to every partition: all of this week's events are out. `expected_events`: how many in this partition."""

    event_id: EventId
    week: WeekText
    expected_events: Count


Event = Transaction | WeeklySummary | WeekClosed


class ClientRecord(msgspec.Struct, frozen=True):
    """One corporate client, as core banking's master data has it. The newest record of a client holds."""

    client_id: Id
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    kind: Literal["company", "association"] = "company"
    branch_id: Id = NO_BRANCH
    tier: Annotated[str, Meta(min_length=1, max_length=8)] = "C"
    industry: Text | None = None
    relationship_manager: Text | None = None
    opened_on: date | None = None
    closed_on: date | None = None


class Rate(msgspec.Struct, frozen=True):
    """Base currency units for one unit of `currency`, for events booked in `week`. Key: currency and week."""

    currency: Currency
    week: WeekText
    rate: Annotated[str, Meta(extra_json_schema={"pattern": r"^[0-9]{1,9}(\.[0-9]{1,12})?$"}, max_length=22)]
