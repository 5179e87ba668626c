"""Keyset pagination: a cursor is the sort key of the last item seen, so inserts elsewhere move nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
from pydantic import Field

from api.errors import BadCursor
from schemas.http import Body, Page

B = TypeVar("B", bound=Body)
K = TypeVar("K")
R = TypeVar("R")
LIMIT = 50
MOST = 200
_CHECK_BYTES = 6  # tells a mangled cursor or one of another list; it keeps no secret


def encode_cursor(list_name: str, key: object) -> str:
    """The opaque cursor after `key`, for the list (name and filters) that it belongs to."""
    body = msgspec.json.encode(key)
    return base64.urlsafe_b64encode(_checksum(list_name, body) + body).rstrip(b"=").decode()


def decode_cursor(list_name: str, cursor: str, shape: type[K]) -> K:
    """The key in a cursor. Raises BadCursor for one of another list, other filters, or none at all."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        check, body = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
        if check != _checksum(list_name, body):
            raise BadCursor("use the cursor as it came in `next`, with the same filters")
        return msgspec.json.decode(body, type=shape)
    except (ValueError, msgspec.DecodeError):
        raise BadCursor("use the cursor as it came in `next`, with the same filters") from None


def _checksum(list_name: str, body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_CHECK_BYTES, key=hashlib.sha256(list_name.encode()).digest()).digest()


class ListQuery(Body):
    """How much of a list, and from where. Each list adds its filters."""

    limit: int = Field(LIMIT, ge=1, le=MOST)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")

    def list_name(self, kind: str) -> str:
        """Names the list with its filters: a cursor of another one would point anywhere."""
        return f"{kind} {self.model_dump_json(exclude={'limit', 'cursor'})}"

    def after(self, kind: str, shape: type[K]) -> K | None:
        """The sort key to go on behind, None at the beginning. Raises BadCursor."""
        return None if self.cursor is None else decode_cursor(self.list_name(kind), self.cursor, shape)

    def page(
        self, kind: str, rows: Sequence[R], key_of: Callable[[R], object], body_of: Callable[[R], B]
    ) -> Page[B]:
        """One page of `rows`, of which there is one more than the limit where more are to come."""
        shown = rows[: self.limit]
        following = encode_cursor(self.list_name(kind), key_of(shown[-1])) if len(rows) > self.limit else None
        return Page(items=[body_of(row) for row in shown], next=following)
