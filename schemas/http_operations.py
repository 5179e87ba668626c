"""HTTP bodies of dead letters, held weeks and the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field, StrictBool

from schemas.http import Body, Line, Note


class DeadLetterBody(Body):
    """An event that could not be taken in, and whether it was sent again."""

    dead_letter_id: str
    topic: str = Field(examples=["corebank.activity"])
    partition: int
    offset: int
    reason: str = Field(examples=["bad_amount"])
    detail: str
    recorded_at: datetime
    replayed_at: datetime | None
    replayed_by: str | None


class DeadLetterDetailBody(DeadLetterBody):
    """With the original bytes: base64, and as text where they are UTF-8. Null where they could not be had."""

    key_base64: str | None
    key_text: str | None
    value_base64: str | None
    value_text: str | None


class ReplayBody(Body):
    """`again`: send it though it was sent before. `because`: why an implausible amount is right all the same."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"again": False}]})
    again: StrictBool = False
    because: Note | None = None


class ReplayAllBody(Body):
    """Dead letters of one reason that were never sent again; `topic` and `partition` narrow them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "no_rate"}]})
    reason: Line
    topic: Line | None = None
    partition: int | None = Field(None, ge=0, le=2**31 - 1)


class ReplayedBody(Body):
    """How many were sent, and how many like them are left: ask again until there are none."""

    sent: int
    left: int


class HeldWeekBody(Body):
    """A week that waits for its feed, or for a person, before it is judged."""

    shard: int
    week: str
    reason: str
    received: int
    expected: int | None


class ReleaseBody(Body):
    """Why the week may be judged as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the branch was shut all week"}]})
    reason: Note


class ReleasedBody(Body):
    """The week after its release."""

    shard: int
    week: str
    state: Literal["closed"]


class AuditBody(Body):
    """One change: who, when, what it was before and after."""

    audit_id: int
    at: datetime
    actor: str
    role: str
    action: str = Field(examples=["alert.acknowledge"])
    kind: str
    key: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str | None
