"""A faded client's last two years as a picture: means of 4 and of 13 weeks, in percent of its own usual."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from research.fading_page import Faded

SHOWN_WEEKS, BLOCK_WEEKS, QUARTER, MOST_PCT = 104, 4, 13, 250.0
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 240, 44, 36, 30


@dataclass(frozen=True)
class Sheet:
    """Places of weeks [first, end) and of percentages, pixels. `usual`: minor units a week that are 100 %."""

    first: int
    end: int
    usual: float

    @property
    def step(self) -> float:
        return (WIDTH - LEFT - 8) / (self.end - self.first)

    def x(self, week: float) -> float:
        return max(float(LEFT), LEFT + (week - self.first) * self.step)

    def y(self, minor: float) -> float:
        percent = min(max(0.0, minor / self.usual * 100), MOST_PCT)
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - percent / MOST_PCT)


def picture(faded: Faded, number: int) -> str:
    """SVG. What is drawn are means over weeks and dates of our own judging, no single week's amount."""
    first, end = max(faded.first, faded.last - SHOWN_WEEKS + 1), faded.last + 1
    usual = float(faded.turnover[first : max(first + 1, end - 2 * QUARTER)].mean()) or 1.0
    sheet = Sheet(first, end, usual)
    title = (
        f"F{number:02d}, {faded.branch}: turnover in percent of its usual; the last payment is at the right edge"
    )
    drawn = [*_axis(sheet), *_bars(faded, sheet), _quarter(faded, sheet), *_marks(faded, sheet)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="11"><title>{title}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text x="{LEFT}" y="14">{title}</text>{"".join(drawn)}</svg>\n'
    )


def _axis(sheet: Sheet) -> Iterator[str]:
    for percent in (0, 50, 100, 150, 200):
        y = sheet.y(percent / 100 * sheet.usual)
        yield f'<line x1="{LEFT}" x2="{WIDTH - 8}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#555">{percent} %</text>'


def _bars(faded: Faded, sheet: Sheet) -> Iterator[str]:
    """Blocks of four weeks, counted back from the last payment."""
    for stop in range(sheet.end, sheet.first, -BLOCK_WEEKS):
        start = max(sheet.first, stop - BLOCK_WEEKS)
        top = sheet.y(float(faded.turnover[start:stop].mean()))
        width, height = (stop - start) * sheet.step - 1, sheet.y(0) - top
        at = f'x="{sheet.x(start):.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
        yield f'<rect {at} fill="#9cc3cf"/>'


def _quarter(faded: Faded, sheet: Sheet) -> str:
    total = np.concatenate([[0], np.cumsum(faded.turnover)])
    points = []
    for week in range(max(sheet.first, faded.first + QUARTER - 1), sheet.end):
        mean = float(total[week + 1] - total[week + 1 - QUARTER]) / QUARTER
        points.append(f"{sheet.x(week + 1):.1f},{sheet.y(mean):.1f}")
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="#1b2126" stroke-width="2"/>'


def _marks(faded: Faded, sheet: Sheet) -> Iterator[str]:
    """The line of eight weeks; the first alert of the last half-year, and the onset it told of."""
    yield _line(sheet.x(faded.last - 7), "#777", "8 weeks ahead", HEIGHT - 8)
    seen = faded.first_seen
    if seen is None:
        return
    told, start = seen.told, faded.start
    left, right = sheet.x(told.onset_earliest - start), sheet.x(told.onset_latest - start + 1)
    at = f'x="{left:.1f}" y="{TOP}" width="{max(1.0, right - left):.1f}" height="{HEIGHT - TOP - BOTTOM}"'
    yield f'<rect {at} fill="#5a3aa6" opacity="0.13"/>'
    yield _line(sheet.x(told.onset_week - start), "#5a3aa6", "onset", HEIGHT - 18)
    yield _line(sheet.x(told.week - start + 1), "#a52019", "alert", TOP - 6)


def _line(x: float, colour: str, text: str, height: float) -> str:
    ends = f'x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"'
    return (
        f'<line {ends} stroke="{colour}" stroke-dasharray="3 2"/>'
        f'<text x="{x:.1f}" y="{height}" text-anchor="end" fill="{colour}">{text}</text>'
    )
