"""Which language a person reads: what they chose, else what their browser asks for."""

from __future__ import annotations

from fastapi import Request

from language.catalogues import SOURCE, Language, find_language

COOKIE = "language"
_MOST_RANGES = 20


def language_of(request: Request) -> Language:
    """The `language` cookie, else Accept-Language (RFC 9110, 12.5.4), else English."""
    return find_language(request.cookies.get(COOKIE, "")) or _accepted(request.headers.get("accept-language", ""))


def _accepted(header: str) -> Language:
    ranges = [_weighed(part) for part in header.split(",")[:_MOST_RANGES]]
    for weight, tag in sorted(ranges, key=lambda found: -found[0]):
        if weight > 0 and (found := find_language(tag)):
            return found
    return SOURCE


def _weighed(part: str) -> tuple[float, str]:
    tag, _, parameter = part.partition(";")
    name, _, value = parameter.strip().partition("=")
    try:
        return (float(value) if name.strip() == "q" else 1.0), tag
    except ValueError:
        return 0.0, tag
