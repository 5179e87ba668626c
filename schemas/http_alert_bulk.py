"""HTTP bodies of one act on many alerts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from schemas.http import Body, Line, Note
from schemas.http_alerts import Day
from schemas.http_cases import UuidText


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
    alert_ids: Annotated[list[UuidText], Field(min_length=1, max_length=500)]
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
