"""Where a client's volume is thought to have begun to fall, for the chart: a mark, and the weeks it may be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from schemas.http_alerts import AlertBody
from schemas.http_explanations import ExplanationBody
from schemas.weeks import monday, parse_week


def onset_of(alerts: Sequence[AlertBody]) -> ExplanationBody | None:
    """Of the alert that is not closed and has an explanation, if any."""
    return next((a.explanation for a in alerts if a.state != "closed" and a.explanation is not None), None)


def onset_days(alerts: Sequence[AlertBody], days: Sequence[date]) -> list[date]:
    """The Monday of the onset, where it is among the weeks shown."""
    told = onset_of(alerts)
    onset = None if told is None else monday(parse_week(told.onset_week))
    return [onset] if onset is not None and onset in days else []


def onset_band(alerts: Sequence[AlertBody], days: Sequence[date]) -> list[dict[str, Any]]:
    """A shape over the weeks in which it lies with four chances in five, as far as they are shown."""
    told = onset_of(alerts)
    if told is None or not days:
        return []
    left, right = max(monday(parse_week(told.onset_earliest)), days[0]), monday(parse_week(told.onset_latest) + 1)
    if left >= right:
        return []
    look = {"fillcolor": "--fresh-soft", "line": {"width": 0}, "layer": "below"}
    return [full_height_shape("rect", left, right, **look)]


def full_height_shape(kind: str, left: date, right: date, **look: Any) -> dict[str, Any]:
    """A shape from the foot of the chart to its head."""
    ends = {"x0": str(left), "x1": str(right), "y0": 0, "y1": 1}
    return {"type": kind, "xref": "x", "yref": "paper", **ends, **look}
