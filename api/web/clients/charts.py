"""The chart of a client's weeks, as the figure that plotly draws. Pure: bodies in, plain data out.

Colours are names of tokens (`--chart-debit`): static/chart.js puts in what static/tokens.css says of them, in the
scheme the reader has. Each average stands at the last week of its window, so that the quarter's line crosses a band
in the very week that is judged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from api.web.clients.chart_onset import full_height_shape, onset_band, onset_days
from detector.comparisons.baselines import QUARTER_WEEKS, Rolling, rolling
from language.marking import N_
from schemas.http_alerts import AlertBody
from schemas.http_clients import ActivityBody
from schemas.http_policies import LimitBody
from schemas.money import minor_digits
from schemas.vocabulary import VolumeName
from schemas.weeks import monday, parse_week

LEAD_IN_WEEKS = 65  # what the first week shown needs before it: the year before its quarter
_WEEK = timedelta(weeks=1)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What goes into a chart. `activity` holds, before the `weeks` that are shown, up to LEAD_IN_WEEKS more."""

    activity: ActivityBody
    weeks: int
    series: VolumeName
    presets: Sequence[LimitBody]
    alerts: Sequence[AlertBody]
    holidays: Collection[date]


@dataclass(frozen=True, slots=True)
class Voice:
    """The reader's language: `say` gives the words of a msgid, `compact` writes an amount in a few characters."""

    say: Callable[[str], str]
    compact: Callable[[float], str]


def figure(drawn: Drawn, voice: Voice) -> dict[str, Any]:
    """`data` and `layout` for Plotly.react."""
    say = voice.say
    if not drawn.activity.weeks:
        return {"data": [], "layout": {}}
    volumes = {name: _minor(drawn, name) for name in ("debit", "credit")}
    chosen = volumes["debit"] + volumes["credit"] if drawn.series == "turnover" else volumes[drawn.series]
    shown = slice(max(0, len(chosen) - drawn.weeks), None)
    days = [monday(parse_week(week.week)) for week in drawn.activity.weeks][shown]
    unit = 10 ** minor_digits(drawn.activity.currency)

    def line(values: Floats) -> list[float | None]:
        return [None if math.isnan(value) else round(float(value) / unit, 2) for value in values[shown]]

    levels = _levels(drawn, chosen)
    data = _bars(drawn, volumes, days, line, say)
    data += _limits(levels, days, line, say)
    data += _averages(chosen, days, line, say)
    data += _marks(drawn, days, say)
    ticks = _ticks(_highest(data))
    layout = _layout(days, ticks, voice)
    layout["shapes"] = _bands(levels, days, line, ticks[-1]) + _stems(drawn, days) + onset_band(drawn.alerts, days)
    return {"data": data, "layout": layout}


def level(presets: Sequence[LimitBody], series: VolumeName, direction: str) -> LimitBody | None:
    """The preset that the bands show: the last quarter against the year before."""
    return next(
        (p for p in presets if (p.baseline, p.series, p.direction) == ("quarter_vs_year", series, direction)), None
    )


def _minor(drawn: Drawn, name: str) -> npt.NDArray[np.int64]:
    """int64 minor units a week, oldest first."""
    digits = minor_digits(drawn.activity.currency)
    texts = [str(getattr(week, name)) for week in drawn.activity.weeks]
    return np.array([round(float(text) * 10**digits) for text in texts], np.int64)


def _trailing(volumes: npt.NDArray[np.int64]) -> Rolling:
    """Means of the windows that end with each week: those before the week after it."""
    longer = rolling(np.append(volumes, 0))
    return Rolling(longer.recent[1:], longer.quarter[1:], longer.year[1:])


@dataclass(frozen=True, slots=True)
class Levels:
    """Where the quarter's mean would be a prompt or an alarm, minor units a week; NaN where the year is unknown."""

    falls: bool
    by_grade: dict[str, Floats]


def _levels(drawn: Drawn, chosen: Any) -> Levels:
    direction = drawn.alerts[0].direction if drawn.alerts else "fall"
    preset = level(drawn.presets, drawn.series, direction)
    year_before = np.full(len(chosen), np.nan)
    if len(chosen) >= QUARTER_WEEKS:
        year_before[QUARTER_WEEKS - 1 :] = rolling(chosen).year[: len(chosen) - QUARTER_WEEKS + 1]
    limits = {} if preset is None else {"alarm": preset.alarm_pct, "prompt": preset.prompt_pct}
    found = {grade: year_before * (1 + limit / 100) for grade, limit in limits.items() if limit is not None}
    return Levels(direction == "fall", found)


def _limits(levels: Levels, days: list[date], line: Any, say: Callable[[str], str]) -> list[dict[str, Any]]:
    """The levels as fine lines; what lies beyond them is coloured by `_bands`."""
    names = {"alarm": say(N_("Alarm level")), "prompt": say(N_("Prompt level"))}
    return [
        _line(names[grade], days, line(values), {"width": 1, "color": f"--{grade}", "dash": "dot"})
        for grade, values in levels.by_grade.items()
    ]


def _bands(levels: Levels, days: list[date], line: Any, top: float) -> list[dict[str, Any]]:
    """Behind the bars: from each level to the one beyond it, the last of them to the edge."""
    edge: list[float | None] = [0.0 if levels.falls else top] * len(days)
    shapes = []
    for grade in ("alarm", "prompt"):
        if grade not in levels.by_grade:
            continue
        here = line(levels.by_grade[grade])
        known = [
            at for at, (value, beyond) in enumerate(zip(here, edge, strict=True)) if None not in (value, beyond)
        ]
        if known:
            there = [f"{days[at]},{here[at]}" for at in known]
            back = [f"{days[at]},{edge[at]}" for at in reversed(known)]
            shapes.append(
                {
                    "type": "path",
                    "path": f"M{'L'.join(there + back)}Z",
                    "layer": "below",
                    "fillcolor": f"--chart-{grade}",
                    "line": {"width": 0},
                }
            )
        edge = here
    return shapes


def _bars(
    drawn: Drawn, volumes: Any, days: list[date], line: Any, say: Callable[[str], str]
) -> list[dict[str, Any]]:
    names = {"debit": say(N_("Debit")), "credit": say(N_("Credit"))}
    wanted = ("debit", "credit") if drawn.series == "turnover" else (drawn.series,)
    return [
        {
            "type": "bar",
            "name": names[name],
            "x": _texts(days),
            "y": line(volumes[name].astype(np.float64)),
            "marker": {"color": f"--chart-{name}", "line": {"width": 0}},
            "hovertemplate": "%{y:,.0f}<extra>" + names[name] + "</extra>",
        }
        for name in wanted
    ]


def _averages(chosen: Any, days: list[date], line: Any, say: Callable[[str], str]) -> list[dict[str, Any]]:
    means = _trailing(chosen)
    lines = (
        (say(N_("Mean of 8 weeks")), means.recent, "recent", 1.3, "dot"),
        (say(N_("Mean of 52 weeks")), means.year, "year", 1.8, "dash"),
        (say(N_("Mean of 13 weeks")), means.quarter, "quarter", 2.6, "solid"),
    )
    return [
        _line(name, days, line(values), {"width": width, "color": f"--chart-{token}", "dash": dash})
        for name, values, token, width, dash in lines
    ]


def _line(name: str, days: list[date], values: list[float | None], look: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": _texts(days),
        "y": values,
        "line": look,
        "hovertemplate": f"%{{y:,.0f}}<extra>{name}</extra>",
    }


def _marks(drawn: Drawn, days: list[date], say: Callable[[str], str]) -> list[dict[str, Any]]:
    """Weeks with a public holiday at the foot, beginnings of alerts at the head."""
    resting = [day for day in days if any(day + timedelta(n) in drawn.holidays for n in range(5))]
    rest = {"symbol": "triangle-up", "size": 7, "color": "--ink-3"}
    marks = [_mark(say(N_("Week with a public holiday")), resting, 0.0, rest)]
    for grade, text, symbol in (
        ("alarm", say(N_("Alarm begins")), "diamond"),
        ("prompt", say(N_("Prompt begins")), "triangle-down"),
    ):
        begun = {monday(parse_week(alert.opened_week)) for alert in drawn.alerts if alert.grade == grade}
        look = {"symbol": symbol, "size": 11, "color": f"--{grade}"}
        marks.append(_mark(text, sorted(begun & set(days)), 1.0, look))
    fall = {"symbol": "triangle-down-open", "size": 11, "color": "--fresh"}
    marks.append(_mark(say(N_("Lower since about this week")), onset_days(drawn.alerts, days), 1.0, fall))
    return [mark for mark in marks if mark["x"]]


def _mark(name: str, days: list[date], height: float, look: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": _texts(days),
        "y": [height] * len(days),
        "yaxis": "y2",
        "marker": look,
        "cliponaxis": False,
        "hovertemplate": f"%{{x|%Y-%m-%d}}<extra>{name}</extra>",
    }


def _highest(data: Sequence[dict[str, Any]]) -> float:
    """Of all that is drawn against the money axis; bars stand on one another."""
    lines = [trace["y"] for trace in data if trace.get("yaxis") is None and trace["type"] == "scatter"]
    bars = [trace["y"] for trace in data if trace["type"] == "bar"]
    stacked = [sum(value or 0 for value in at) for at in zip(*bars, strict=True)]
    return max((value for values in [*lines, stacked] for value in values if value is not None), default=0.0)


def _ticks(highest: float) -> list[float]:
    """Round numbers from zero up to the first that is not below `highest`, about five of them."""
    if highest <= 0:
        return [0.0]
    rough = highest / 4
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * nice for nice in (1, 2, 2.5, 5, 10) if size * nice >= rough)
    return [step * place for place in range(math.ceil(highest / step) + 1)]


def _layout(days: list[date], ticks: list[float], voice: Voice) -> dict[str, Any]:
    say = voice.say
    grid = {"gridcolor": "--line", "linecolor": "--edge", "zerolinecolor": "--edge", "tickcolor": "--edge"}
    return {
        "barmode": "stack",
        "bargap": 0.18,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "--sans", "size": 12, "color": "--ink-2"},
        "margin": {"l": 72, "r": 12, "t": 16, "b": 36},
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": "--sheet", "bordercolor": "--edge", "font": {"color": "--ink"}},
        "showlegend": False,  # the page has its own: templates/parts/client_weeks.html
        "xaxis": {
            "type": "date",
            "range": [str(days[0] - _WEEK / 2), str(days[-1] + _WEEK / 2)],
            "tickformat": say(N_("%b %Y")),
            "hoverformat": say(N_("week of %-d %b %Y")),
            "fixedrange": True,
            **grid,
        },
        "yaxis": {
            "range": [0, ticks[-1] or 1],
            "tickvals": ticks,
            "ticktext": [voice.compact(tick) for tick in ticks],
            "fixedrange": True,
            **grid,
        },
        "yaxis2": {"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
    }


def _stems(drawn: Drawn, days: list[date]) -> list[dict[str, Any]]:
    """A fine line where an alert begins."""
    return [
        full_height_shape("line", day, day, line={"width": 1, "color": f"--{alert.grade}", "dash": "dot"})
        for alert in drawn.alerts
        if (day := monday(parse_week(alert.opened_week))) in days
    ]


def _texts(days: Sequence[date]) -> list[str]:
    return [day.isoformat() for day in days]
