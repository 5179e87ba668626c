"""The arithmetic of an alert's comparisons, laid out so that a person can redo it from the table of weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from detector.comparisons.windows import PAIRS, Window
from schemas.http_alerts import AlertBody, ComparisonBody
from schemas.weeks import monday, parse_week

_PAIRS = {pair.baseline.value: pair for pair in PAIRS}


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison; first and last day of the weeks whose mean it is, and of those it is held against."""

    comparison: ComparisonBody
    actual: tuple[date, date]
    expected: tuple[date, date]


def lines_of(alert: AlertBody) -> Sequence[Line]:
    """The comparisons of the newest week with evidence, worst first."""
    week = parse_week(alert.week)
    return [
        Line(
            each,
            _days(week, _PAIRS[each.baseline].actual),
            _days(week - each.shift_weeks, _PAIRS[each.baseline].expected),
        )
        for each in alert.comparisons
    ]


def _days(week: int, window: Window) -> tuple[date, date]:
    """From the Monday of its first week to the Sunday of its last."""
    end = monday(week - window.lag + 1)
    return monday(week - window.before + 1), date.fromordinal(end.toordinal() - 1)
