"""HTTP bodies of notices: how a person wants to be told, and what they were told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, SecretStr
from pydantic_core import CoreSchema, core_schema

from language.catalogues import languages
from schemas.http import Body
from schemas.vocabulary import ChosenKind, NoticeKind


class _OneWeHave:
    """Pydantic's literal of the languages that have a catalogue."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(list(languages()))


LanguageTag = Annotated[str, _OneWeHave]
TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["22:00"])]


class NoticeWishesBody(Body):
    """How one wants to be told. No address: as it was. Quiet hours are in the bank's time zone, both or neither.

    An address is an Apprise URL of a scheme that the bank allows. It is a secret and is never shown again.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "address": "mailto://robot:password@mail.bank.example?to=staff-17@bank.example",
                    "language": "zh-Hans",
                    "kinds": ["new_alarm", "case_assigned"],
                    "quiet_from": "22:00",
                    "quiet_until": "07:30",
                }
            ]
        }
    )
    address: Annotated[SecretStr, Field(min_length=1, max_length=2000)] | None = None
    language: LanguageTag = "en"
    kinds: Annotated[list[ChosenKind], Field(max_length=20)]
    quiet_from: TimeOfDay | None = None
    quiet_until: TimeOfDay | None = None


class TrialBody(Body):
    """Nothing to say: the empty object, or no body at all."""


class NoticePreferencesBody(Body):
    """How a person is told. Revision 0: they never said, and are not told. Of the address only the scheme."""

    user: str
    role: str
    branch_id: str | None
    address: str | None = Field(examples=["mailto://…"])
    language: LanguageTag
    kinds: list[ChosenKind]
    quiet_from: str | None
    quiet_until: str | None
    revision: int


class NoticeBody(Body):
    """One notice. `path`: the page of the desk that it is about. `failed`: why it was given up."""

    notice_id: int
    kind: NoticeKind
    title: str
    body: str
    path: str
    state: Literal["waiting", "sent", "given_up"]
    written_at: datetime
    not_before: datetime
    sent_at: datetime | None
    tries: int
    failed: str | None
