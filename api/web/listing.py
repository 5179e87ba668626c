"""What lists of the desk have in common: filters in the address, and the next page by the API's cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from pydantic import ValidationError

from api.errors import BadCursor
from api.pagination import ListQuery
from api.web.forms import BadFields, Sent, Shown
from schemas.http import Body, Page

Q = TypeVar("Q", bound=ListQuery)
B = TypeVar("B", bound=Body)


@dataclass(frozen=True, slots=True)
class Listing(Generic[B]):
    """One page of a list: its rows, what it is narrowed to as typed, what was wrong with that, where to go on."""

    items: list[B]
    values: Mapping[str, str]
    wrong: Shown
    here: str
    next_url: str | None
    first_url: str | None

    @property
    def is_narrowed(self) -> bool:
        return any(self.values.values())

    @property
    def status(self) -> int:
        return 422 if self.wrong.errors else 200


def listing(request: Request, path: str, model: type[Q], read: Callable[[Q], Page[B]]) -> Listing[B]:
    """Read a page of the list at `path`. Names that the list does not know are passed over: bookmarks grow old.

    Filters that do not fit are told and left out; a cursor of another list begins at the beginning.
    """
    fields = [name for name in model.model_fields if name not in ListQuery.model_fields]
    values = typed(request, fields)
    cursor = request.query_params.get("cursor") or None
    wrong = Shown()
    try:
        query = _query(model, values, cursor)
        page = read(query)
    except BadCursor:
        cursor, page = None, read(_query(model, values, None))
    except BadFields as error:
        wrong = shown_wrong(request, values, error)
        cursor, page = None, read(_query(model, {}, None))
    return Listing(
        items=page.items,
        values=values,
        wrong=wrong,
        here=address(path, values, cursor),
        next_url=address(path, values, page.next) if page.next else None,
        first_url=address(path, values) if cursor else None,
    )


def typed(request: Request, names: Iterable[str]) -> dict[str, str]:
    """What the address says under these names, empty where it says nothing."""
    return {name: request.query_params.get(name, "").strip() for name in names}


def shown_wrong(request: Request, values: Mapping[str, str], error: BadFields) -> Shown:
    """What was wrong with the address, for the filters to show."""
    return Sent(request, {name: [value] for name, value in values.items()}).shown(error)


def address(path: str, values: Mapping[str, str], cursor: str | None = None) -> str:
    """The list narrowed to `values`, those left out that are empty."""
    said = {name: value for name, value in values.items() if value} | ({"cursor": cursor} if cursor else {})
    return f"{path}?{urlencode(said)}" if said else path


def _query(model: type[Q], values: Mapping[str, str], cursor: str | None) -> Q:
    said: dict[str, Any] = {name: value for name, value in values.items() if value}
    try:
        return model.model_validate(said | {"cursor": cursor})
    except ValidationError as error:
        raise BadFields(error.errors(include_url=False)) from None
