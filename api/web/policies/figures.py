"""A preview as rows of a table: what a year would have been, beside the policy in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from language.marking import N_
from schemas.http_policies import FiguresUnderBody, PreviewBody

Read = Callable[[FiguresUnderBody], float | None]
_ROWS: tuple[tuple[str, Read, int], ...] = (
    (N_("Alerts per branch and week"), lambda f: f.load.alerts_per_branch_week, 2),
    (N_("Alarms per branch and week"), lambda f: f.load.alarms_per_branch_week, 2),
    (N_("Most alerts of one branch in a week"), lambda f: f.load.busiest_branch_week, 0),
    (N_("Alerts that waited for room in their branch's week"), lambda f: f.load.waited, 0),
    (N_("Hours of staff per branch and week"), lambda f: f.load.hours_per_branch_week, 2),
    (N_("Clients that left"), lambda f: f.leavers.leavers, 0),
    (N_("Of them, warned of in time"), lambda f: f.leavers.caught, 0),
    (N_("Of them, before they fell silent"), lambda f: f.leavers.caught_before, 0),
    (N_("Weeks ahead, in the middle"), lambda f: f.leavers.weeks_ahead, 1),
    (N_("Trial: clients made to fade away in half a year"), lambda f: f.fading.copies, 0),
    (N_("Of them, warned of within 13 weeks"), lambda f: f.fading.caught_in_13, 0),
    (N_("Of them, warned of within 26 weeks"), lambda f: f.fading.caught_in_26, 0),
)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """`text` is a msgid. Values are decimal strings with as many digits as are shown; None where there is none."""

    text: str
    proposed: str | None
    in_force: str | None
    digits: int


def rows_of(preview: PreviewBody) -> list[FigureRow]:
    """The table of a preview."""
    return [
        FigureRow(text, _text(read(preview.proposed), digits), _text(read(preview.in_force), digits), digits)
        for text, read, digits in _ROWS
    ]


def _text(value: float | None, digits: int) -> str | None:
    return None if value is None else f"{value:.{digits}f}"
