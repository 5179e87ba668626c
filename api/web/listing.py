"""What lists of the desk have in common: filters in the address, and the next page by the API's cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ValidationError

from api.errors import BadCursor
from api.pagination import ListQuery
from api.web.forms import BadFields, FormState, Sent
from api.web.visitor import Visitor

M = TypeVar("M", bound=BaseModel)
Q = TypeVar("Q", bound=ListQuery)
R = TypeVar("R")
FILES = (("CSV", "csv"), ("Excel", "xlsx"))
_NOT_NARROWING = frozenset({"sort", "bucket"})  # the order, and the tab
_LONGEST_CURSOR = 1000  # no list hands out a longer one


class Rows(Protocol[R]):
    """A page as the API has it: some rows, and the cursor of those that follow."""

    @property
    def items(self) -> list[R]: ...

    @property
    def next(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Listing(Generic[Q, R]):
    """One page of a list: its rows, what it is narrowed to as typed, what was wrong with that, where to go on."""

    query: Q
    items: list[R]
    values: Mapping[str, str]
    wrong: FormState
    here: str
    next_url: str | None
    first_url: str | None

    @property
    def is_narrowed(self) -> bool:
        return any(value for name, value in self.values.items() if name not in _NOT_NARROWING)

    @property
    def status(self) -> int:
        return 422 if self.wrong.errors else 200


def listing(
    visitor: Visitor,
    path: str,
    model: type[Q],
    read: Callable[[Q], Rows[R]],
    *,
    names: Sequence[str] | None = None,
    asks: Callable[[Mapping[str, str]], Mapping[str, Any]] = dict,
    address_says: Mapping[str, str] | None = None,
) -> Listing[Q, R]:
    """Read a page of the list at `path`. Filters that do not fit are told and left out; a cursor of another list
    begins at the beginning. Names that the list does not know are passed over: bookmarks grow old.

    `names`: the filters, where they are not those of the API's `model`; `asks`: what they ask of it.
    `address_says`: of another address than the request's own.
    """
    given = visitor.request.query_params if address_says is None else address_says
    if names is None:
        names = [name for name in model.model_fields if name not in ListQuery.model_fields]
    values = typed_values(given, names)
    cursor = given.get("cursor", "")[:_LONGEST_CURSOR] or None
    wrong = FormState()
    try:
        query = read_query(model, values, asks, cursor)
        page = read(query)
    except BadCursor:
        cursor, query = None, read_query(model, values, asks)
        page = read(query)
    except BadFields as error:
        wrong = sent_by_address(visitor, values).state(error)
        cursor, query = None, read_query(model, {}, asks)
        page = read(query)
    return Listing(
        query=query,
        items=page.items,
        values=values,
        wrong=wrong,
        here=address(path, values, cursor),
        next_url=address(path, values, page.next) if page.next else None,
        first_url=address(path, values) if cursor else None,
    )


def typed_values(given: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """What an address says under these names, empty where it says nothing."""
    return {name: given.get(name, "").strip() for name in names}


def read_query(
    model: type[M],
    values: Mapping[str, str],
    asks: Callable[[Mapping[str, str]], Mapping[str, Any]] = dict,
    cursor: str | None = None,
) -> M:
    """What filters ask of the API. Raises BadFields."""
    asked = dict(asks(_filled(values)))
    try:
        return model.model_validate(asked | ({"cursor": cursor} if cursor else {}))
    except ValidationError as error:
        raise BadFields(error.errors(include_url=False)) from None


def sent_by_address(visitor: Visitor, values: Mapping[str, str]) -> Sent:
    """Filters as a form, for what is wrong with them."""
    return Sent(visitor, {name: [value] for name, value in values.items()})


def address(path: str, values: Mapping[str, str], cursor: str | None = None) -> str:
    """The list narrowed to `values`, those left out that are empty."""
    given = _filled(values) | ({"cursor": cursor} if cursor else {})
    return f"{path}?{urlencode(given)}" if given else path


def downloads(path: str, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """The same as files: what each kind is called, and where it is."""
    return [(name, address(f"{path}.{ending}", values)) for name, ending in FILES]


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
