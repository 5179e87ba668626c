"""`ebbwatch backtest`: the last year of all clients under a policy beside the one in force: table and picture."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import plotly.graph_objects as go
from rich.console import Console
from rich.table import Table

from acts.bank import Bank
from acts.policies import get_in_force
from acts.replays import LOADED, REPLAYED, NothingJudged, replay_figures
from casework.policies.figures import Figures
from detector.policies.policy import Policy, load_policy
from schemas.errors import BadSetting, EbbwatchError
from schemas.weeks import format_week, monday
from services.bank_rules import bank_of
from services.parts import open_parts, require_database
from services.progress_bar import progress_bar
from services.settings import load_settings
from store.policies import policy_history, policy_versions
from store.unit_of_work import Store

TABLE, PICTURE = "backtest.csv", "backtest.html"
Row = tuple[str, Callable[[Figures], float | None], int]  # what it is, how to read it, digits behind the point
ROWS: tuple[Row, ...] = (
    ("alerts", lambda f: f.load.alerts, 0),
    ("alarms", lambda f: f.load.alarms, 0),
    ("alerts per branch and week", lambda f: f.load.alerts / f.load.branch_weeks, 2),
    ("alarms per branch and week", lambda f: f.load.alarms / f.load.branch_weeks, 2),
    ("most alerts of a branch in a week", lambda f: f.load.busiest_branch_week, 0),
    ("alerts that waited for room", lambda f: f.load.waited, 0),
    ("staff hours per branch and week", lambda f: f.load.hours / f.load.branch_weeks, 2),
    ("clients that left", lambda f: f.leavers.leavers, 0),
    ("of them caught", lambda f: f.leavers.caught, 0),
    ("of them before they fell silent", lambda f: f.leavers.before, 0),
    ("weeks ahead, median", lambda f: f.leavers.weeks_ahead, 1),
    ("fading copies", lambda f: f.faded.copies, 0),
    ("of them caught in 13 weeks", lambda f: f.faded.caught_in_13, 0),
    ("of them caught in 26 weeks", lambda f: f.faded.caught_in_26, 0),
)


def main(policy_file: Path | None, version: str | None, folder: Path) -> None:
    """1. Which policies. 2. Read the bank. 3. Replay each. 4. Table on the screen, table and picture in `folder`.

    Raises BadSetting for a file that holds no policy, NotFound for an unknown version, NothingJudged.
    """
    parts = open_parts(load_settings())
    require_database(parts)
    bank = bank_of(parts.settings, parts.calendar)
    compared = _policies(parts.store, bank, policy_file, version)
    history = _history(parts.store)
    with progress_bar("policy", "weeks") as bar:
        task = bar.add_task("", total=len(compared) * REPLAYED, policy="")
        found = []
        for policy in compared:
            bar.update(task, policy=policy.version)
            found.append(replay_figures(history, policy, bank.rules.replay, lambda _: bar.advance(task)))
    folder.mkdir(parents=True, exist_ok=True)
    names = [policy.version for policy in compared]
    write_table(folder / TABLE, names, found)
    write_picture(folder / PICTURE, names, found)
    console = Console()
    console.print(shown_table(names, found))
    console.print(f"{folder / TABLE} and {folder / PICTURE}")


def _policies(store: Store, bank: Bank, policy_file: Path | None, version: str | None) -> list[Policy]:
    """The one in force, and what is to be compared with it."""
    with store.read() as tx:
        running = get_in_force(tx, bank)
        chosen = [] if version is None else [policy_versions.get(tx, version).policy]
    if policy_file is not None:
        try:
            chosen.append(load_policy(policy_file.read_bytes()))
        except (OSError, EbbwatchError) as error:
            raise BadSetting(f"{policy_file}: {error}") from None
    return list({policy.version: policy for policy in (running, *chosen)}.values())


def _history(store: Store) -> policy_history.BankHistory:
    with store.read() as tx:
        last = policy_history.find_last_judged_week(tx)
        if last is None:
            raise NothingJudged
        return policy_history.load_bank(tx, last, LOADED, REPLAYED)


def shown_table(names: Sequence[str], found: Sequence[Figures]) -> Table:
    """A column for each policy, the first of them the one in force."""
    load = found[0].load
    weeks = f"{format_week(load.first)} to {format_week(load.first + load.weeks - 1)}, {load.branches} branches"
    weeks += (
        "; presets alone" if found[0].scores_from is None else f"; scores from {format_week(found[0].scores_from)}"
    )
    table = Table("", *(f"{name}\nin force" if at == 0 else name for at, name in enumerate(names)), title=weeks)
    for name, read, digits in ROWS:
        table.add_row(name, *(_text(read(figures), digits) for figures in found))
    return table


def write_table(path: Path, names: Sequence[str], found: Sequence[Figures]) -> None:
    """The same as CSV; an empty field where there is no figure."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["figure", *names])
        for name, read, _ in ROWS:
            values = [read(figures) for figures in found]
            writer.writerow([name, *("" if value is None else value for value in values)])


def write_picture(path: Path, names: Sequence[str], found: Sequence[Figures]) -> None:
    """Alerts of each week under each policy: a page of its own that needs no network."""
    drawn = go.Figure()
    for name, figures in zip(names, found, strict=True):
        load = figures.load
        days = [monday(load.first + week) for week in range(load.weeks)]
        ahead = _text(figures.leavers.weeks_ahead, 1)
        label = f"{name}: caught {figures.leavers.caught} of {figures.leavers.leavers}, {ahead} weeks ahead"
        drawn.add_scatter(x=days, y=list(load.alerts_by_week), name=label, mode="lines", line_shape="hv")
        drawn.add_scatter(
            x=days, y=list(load.alarms_by_week), name=f"{name}: alarms", mode="lines", line_dash="dot"
        )
    drawn.update_layout(
        title="Alerts a week", legend={"orientation": "h"}, template="plotly_white", yaxis={"rangemode": "tozero"}
    )
    drawn.write_html(path, include_plotlyjs=True, full_html=True)


def _text(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"
