"""HTTP bodies of the calendar: weeks in which less is expected."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import ConfigDict, Field, model_validator

from schemas.http import Body, IdText, Note, WeekString
from schemas.vocabulary import EntryScope


class NewEntryBody(Body):
    """Expect less of the whole bank, of a branch or of a client, from `first_week` through `last_week`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "scope": "client",
                    "subject": "C000123",
                    "first_week": "2026-W06",
                    "last_week": "2026-W09",
                    "reason": "works holidays at both plants",
                }
            ]
        }
    )
    scope: EntryScope
    subject: IdText | None = Field(None, description="branch or client; null for the bank")
    first_week: WeekString
    last_week: WeekString
    reason: Note

    @model_validator(mode="after")
    def _names_whom(self) -> NewEntryBody:
        if (self.subject is None) != (self.scope == "bank"):
            raise ValueError("a branch or a client is named, the bank is not")
        return self


class EntryBody(Body):
    """One entry that holds. `alert_id`: the alert whose closing as an expected event made it."""

    entry_id: str
    revision: int
    scope: EntryScope
    subject: str | None
    first_week: WeekString
    last_week: WeekString
    reason: str
    alert_id: str | None
    made_by: str
    made_at: datetime


class RestBody(Body):
    """A year's public holidays on working days, and the weeks that are mostly such: nothing begins in those.

    `festivals`: the week of the great moving festival, by which the quarter a year ago is aligned.
    """

    holidays: list[date]
    weeks: list[WeekString]
    festivals: list[WeekString]
