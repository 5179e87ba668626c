"""Which language a person reads: what they chose, else what their browser asks for."""

from __future__ import annotations

from typing import Literal

from fastapi import Request

Language = Literal["en", "zh-Hans"]
COOKIE = "language"
_DEFAULT: Language = "en"
_MOST_RANGES = 20


def language_of(request: Request) -> Language:
    """The `language` cookie, else Accept-Language (RFC 9110, 12.5.4), else English."""
    return _known(request.cookies.get(COOKIE, "")) or _accepted(request.headers.get("accept-language", ""))


def _known(tag: str) -> Language | None:
    """Any Chinese is Simplified here: its readers are nearer to it than to English."""
    primary = tag.strip().lower().partition("-")[0]
    if primary == "zh":
        return "zh-Hans"
    return "en" if primary == "en" else None


def _accepted(header: str) -> Language:
    ranges = [_weighed(part) for part in header.split(",")[:_MOST_RANGES]]
    for weight, tag in sorted(ranges, key=lambda found: -found[0]):
        if weight > 0 and (known := _known(tag)):
            return known
    return _DEFAULT


def _weighed(part: str) -> tuple[float, str]:
    tag, _, parameter = part.partition(";")
    name, _, value = parameter.strip().partition("=")
    try:
        return (float(value) if name.strip() == "q" else 1.0), tag
    except ValueError:
        return 0.0, tag
