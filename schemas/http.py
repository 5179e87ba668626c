"""What all HTTP bodies share. Money is a decimal string with its currency beside it, weeks are ``2026-W02``.

Instants are RFC 3339 in UTC. Unknown fields are refused on the way in.
"""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from schemas.events import ID_PATTERN
from schemas.weeks import parse_week

T = TypeVar("T")
_LINE = r"^[^\x00-\x1f\x7f]*$"
WEEK_PATTERN = r"^[0-9]{4}-W[0-9]{2}$"
_NO_NUL = r"^[^\x00]*$"  # PostgreSQL cannot keep it


def _is_week(text: str) -> str:
    parse_week(text)
    return text


IdText = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_LINE)]
Note = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=_NO_NUL, strip_whitespace=True)]
WeekString = Annotated[
    str,
    StringConstraints(pattern=WEEK_PATTERN),
    AfterValidator(_is_week),
    Field(examples=["2026-W02"]),
]
Money = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]{1,4})?$", examples=["1234.56"])]


class Body(BaseModel):
    """Frozen; a field it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Page(Body, Generic[T]):
    """Some items of a list. `next`: the cursor to ask for more with, null at the end."""

    items: list[T]
    next: str | None


class FieldError(Body):
    """One thing that does not fit: a JSON pointer into the body, or the name of a parameter or header."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class ProblemBody(Body):
    """RFC 9457 problem details."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:ebbwatch:problem:not-found",
                    "title": "There is no such thing, or it is not yours to see",
                    "status": 404,
                    "detail": "no client C000123",
                    "instance": "/api/v1/clients/C000123",
                    "request_id": "9f1c2d",
                }
            ]
        }
    )
    type: str
    title: str
    status: int
    detail: str | None = None
    instance: str
    request_id: str | None
    errors: list[FieldError] | None = None


# -- health ------------------------------------------------------------------------------------------------------
class Alive(Body):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(Body):
    """`not_ready`: the parts that are not, each with what it lacks in a few words."""

    ready: bool
    not_ready: dict[str, str]
