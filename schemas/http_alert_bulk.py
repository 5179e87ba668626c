"""HTTP bodies of one act on many alerts, and of what is recorded of clients that are gone."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from schemas.http import Body, Line, Money, Note
from schemas.http_alerts import Day
from schemas.http_cases import UuidText
from schemas.vocabulary import Outcome

AlertIds = Annotated[list[UuidText], Field(min_length=1, max_length=500)]


class BulkActBody(Body):
    """One act on up to 500 alerts. A snooze has `until` and `reason`, an assignment `assignee` (null: nobody)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "act": "snooze",
                    "alert_ids": ["b1a6b1c4-5f0c-5c6e-9f57-0d3f0b7f4a11"],
                    "until": "2026-02-28",
                    "reason": "new year lull",
                }
            ]
        }
    )
    act: Literal["acknowledge", "snooze", "assign"]
    alert_ids: AlertIds
    until: Day | None = None
    reason: Note | None = None
    assignee: Line | None = None


class RefusedAlertBody(Body):
    """An alert that could not be acted on, and why: the problem that acting on it alone would be answered with."""

    alert_id: str
    type: str
    title: str
    status: int
    detail: str


class BulkDoneBody(Body):
    """What became of each alert, in the order they were asked for."""

    changed: list[str]
    unchanged: list[str]
    refused: list[RefusedAlertBody]


class GoneBody(Body):
    """Up to 500 alerts of clients that are gone: what they turned out to be."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "alert_ids": ["b1a6b1c4-5f0c-5c6e-9f57-0d3f0b7f4a11"],
                    "outcome": "true_diversion",
                    "note": "closed its last account",
                }
            ]
        }
    )
    alert_ids: AlertIds
    outcome: Outcome
    note: Note | None = None


class GoneClientBody(Body):
    """A client that is gone. `lost`: its turnover of the year before the fall began.

    `warned_weeks`: from the first week of the alert to the last payment; null where the alert came after it.
    `tried`: a case was about the client while it fell.
    """

    alert_id: str
    client_id: str
    outcome: Outcome
    last_paid_week: str | None
    lost: Money
    currency: str = Field(examples=["HKD"])
    warned: bool
    warned_weeks: int | None
    tried: bool


class GoneDoneBody(BulkDoneBody):
    """What became of each alert, and the clients recorded with them: each once, however many alerts told of it."""

    recorded: list[GoneClientBody]
