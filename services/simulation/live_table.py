"""What is going on, as a table that is redrawn while the embedded run works."""

from __future__ import annotations

import sys
from collections.abc import Callable
from threading import Event

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table

from schemas.money import minor_digits
from schemas.verdicts import Grade
from schemas.weeks import format_week
from store.operations.overview import Overview

REDRAW_S = 1.0
PLAIN_S = 10.0  # where there is no terminal: one line now and then


def show(read: Callable[[], Overview], currency: str, stop: Event, plain_s: float = PLAIN_S) -> None:
    """Redraw until `stop`; where standard output is no terminal a plain line every `plain_s` seconds."""
    if not sys.stdout.isatty():
        _plain_lines(read, stop, plain_s)
        return
    with Live(console=Console(), auto_refresh=False, transient=True) as live:
        while not stop.wait(REDRAW_S):
            live.update(_draw(read(), currency), refresh=True)


def _plain_lines(read: Callable[[], Overview], stop: Event, plain_s: float) -> None:
    while not stop.wait(plain_s):
        sys.stdout.write(_line(read()) + "\n")
        sys.stdout.flush()


def _line(now: Overview) -> str:
    return (
        f"{now.clients} clients, {now.accepted:,} events, {now.dead_letters} dead letters; "
        f"closed to {_week(now.closed_week)}, judged to {_week(now.judged_week)}; "
        f"open: {now.open_alerts.get(Grade.ALARM, 0)} alarms, {now.open_alerts.get(Grade.PROMPT, 0)} prompts"
    )


def _draw(now: Overview, currency: str) -> Group:
    counts = Table.grid(padding=(0, 3))
    for left, right in (
        (f"events      {now.accepted:>12,}", f"week closed  {_week(now.closed_week)}"),
        (f"duplicates  {now.duplicates:>12,}", f"week judged  {_week(now.judged_week)}"),
        (f"late        {now.late:>12,}", f"weeks held   {now.held_weeks}"),
        (f"dead letters{now.dead_letters:>12,}", f"to be sent   {now.unsent}"),
        (f"clients     {now.clients:>12,}", f"open alerts  {_graded(now)}"),
    ):
        counts.add_row(left, right)
    newest = Table(box=None, padding=(0, 2), header_style="bold")
    for heading in ("week", "grade", "client", "branch", "what", f"{currency} of turnover a year at risk"):
        newest.add_column(heading, justify="right" if "risk" in heading else "left", no_wrap=True)
    for found in now.latest:
        newest.add_row(
            format_week(found.week),
            "[red]alarm[/]" if found.grade is Grade.ALARM else "[yellow]prompt[/]",
            f"{found.client_id} {found.name}"[:40],
            found.branch_id,
            found.direction,
            f"{found.value_at_risk_minor // 10 ** minor_digits(currency):,}",
        )
    return Group("", counts, "", newest)


def _graded(now: Overview) -> str:
    alarms, prompts = now.open_alerts.get(Grade.ALARM, 0), now.open_alerts.get(Grade.PROMPT, 0)
    return f"[red]{alarms} alarms[/], [yellow]{prompts} prompts[/]"


def _week(week: int | None) -> str:
    return "none yet" if week is None else format_week(week)
