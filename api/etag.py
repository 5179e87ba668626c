"""ETag and If-Match of things that carry a revision. Source: RFC 9110, 8.8.3 and 13.1.1."""

from __future__ import annotations

import re

from api.errors import BadHeader
from schemas.errors import StaleRevision

_ONE = r'(?:W/)?"[\x21\x23-\x7e]*"'
_LIST = re.compile(rf"\s*{_ONE}(?:\s*,\s*{_ONE})*\s*")


def etag(revision: int) -> str:
    """The strong entity tag of a revision: 3 -> ``"3"``."""
    return f'"{revision}"'


def check(if_match: str | None, revision: int) -> None:
    """Let through what was meant for this revision, or for any (no header, ``*``).

    Raises StaleRevision for another one, BadHeader for a header that is no list of entity tags. A weak tag
    never matches: If-Match compares strongly.
    """
    if if_match is None or if_match.strip() == "*":
        return
    if not _LIST.fullmatch(if_match):
        raise BadHeader('If-Match must be entity tags such as "3", or *')
    tags = re.findall(_ONE, if_match)
    if etag(revision) in tags:
        return
    numbers = [int(tag.strip('"')) for tag in tags if re.fullmatch(r'"\d{1,9}"', tag)]
    raise StaleRevision(numbers[0] if numbers else 0, revision)
