"""A year of weekly turnover as a small picture: the year in a thin line, its last quarter in a strong one.

From zero up, so that an ebb is as deep as it is. No colour and no style is in it: static/monday.css draws it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup, escape

_WIDTH, _HEIGHT = 264, 60  # of the drawing, which is shown at half that: whole numbers are fine enough then
_INSET = 6  # room for the dot at the end
QUARTER_WEEKS = 13


@dataclass(frozen=True, slots=True)
class Trend:
    """What the picture says in words: mean weekly turnover in minor units. None where there are no weeks."""

    before_minor: int | None
    quarter_minor: int | None


def trend(volumes: Sequence[int | None]) -> Trend:
    """Of the weeks before the last quarter, and of the last quarter."""
    return Trend(_mean(volumes[:-QUARTER_WEEKS]), _mean(volumes[-QUARTER_WEEKS:]))


def sparkline(volumes: Sequence[int | None], label: str) -> Markup:
    """SVG of weekly `volumes`, oldest first, None where there was no client yet; `label` says it in words."""
    highest = max((volume for volume in volumes if volume is not None), default=0) or 1
    bottom = _HEIGHT - _INSET
    deep = bottom - _INSET
    points = [
        None if volume is None else f"{x},{bottom - max(0, volume) * deep // highest}"
        for x, volume in zip(_places(len(volumes)), volumes, strict=True)
    ]
    year = [point for point in points if point is not None]
    if not year:
        return Markup()
    quarter = [point for point in points[-QUARTER_WEEKS:] if point is not None]
    x, y = year[-1].split(",")
    drawn = (
        f'<svg class="spark" role="img" aria-label="{escape(label)}" viewBox="0 0 264 60" width="132" height="30">'
        f'<polyline class="year" points="{" ".join(year)}"/>'
        f'<polyline class="quarter" points="{" ".join(quarter)}"/><circle cx="{x}" cy="{y}" r="5"/></svg>'
    )
    return Markup(drawn)  # noqa: S704 - numbers, and a label that is escaped; Markup.format takes five times as long


@lru_cache(16)
def _places(count: int) -> tuple[int, ...]:
    """Where each week stands from left to right."""
    wide = _WIDTH - 2 * _INSET
    return tuple(_INSET + at * wide // max(1, count - 1) for at in range(count))


def _mean(volumes: Sequence[int | None]) -> int | None:
    known = [volume for volume in volumes if volume is not None]
    return round(sum(known) / len(known)) if known else None
