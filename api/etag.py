"""ETag and If-Match of things that carry a revision. Source: RFC 9110, 8.8.3 and 13.1.1."""

from __future__ import annotations

import re

from api.errors import BadHeader

_ONE = r'(?:W/)?"[\x21\x23-\x7e]*"'
_LIST = re.compile(rf"\s*{_ONE}(?:\s*,\s*{_ONE})*\s*")
_REVISION = re.compile(r'"(0|[1-9]\d{0,8})"', re.ASCII)


def format_etag(revision: int) -> str:
    """The strong entity tag of a revision: 3 -> ``"3"``."""
    return f'"{revision}"'


def parse_if_match(if_match: str | None) -> tuple[int, ...] | None:
    """The revisions that a request is meant for; None for any (no header, ``*``).

    A tag that is none of ours, a weak one among them, matches nothing: If-Match compares strongly. Raises BadHeader
    for a header that is no list of entity tags.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    if not _LIST.fullmatch(if_match):
        raise BadHeader('If-Match must be entity tags such as "3", or *')
    found = (_REVISION.fullmatch(tag) for tag in re.findall(_ONE, if_match))
    return tuple(int(tag[1]) for tag in found if tag)
