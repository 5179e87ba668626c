"""What was measured, as one page of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.detection.budget import BUDGET
from bench.detection.courses import COURSES
from bench.detection.measures import (
    ABRUPT,
    AHEAD,
    FAST,
    GRADUAL,
    HALF_YEAR,
    LEAVER_SHARE,
    WITHIN,
    ahead,
    watched,
    within,
)
from bench.detection.measuring import Measured
from bench.detection.rows import DO_NOT_INSTALL, LEARNED, OURS
from bench.detection.sample import WINDOW_WEEKS, Branch, Floats, windows_of_stayers

NOT_MEASURED = "not measured"
EIGHT, QUARTER = 8, 13


@dataclass(frozen=True)
class Source:
    """Where the series are from, and how many there are of what is counted."""

    words: str
    windows: int
    quarters: int
    leavers: dict[str, int]
    repeats: int


def describe(words: str, branches: Sequence[Branch], repeats: int) -> Source:
    looked = watched(branches)
    outcomes = np.concatenate([b.outcome[w.leaver] for b, w in zip(branches, looked, strict=True)])
    return Source(
        words=words,
        windows=len(windows_of_stayers(branches).turnover),
        quarters=sum(len(watch.quiet) for watch in looked),
        leavers={name: int((outcomes == name).sum()) for name in (GRADUAL, FAST, ABRUPT)},
        repeats=repeats,
    )


def mean_within(row: Measured, weeks: int) -> float:
    """Share caught within `weeks` weeks of the onset, mean over the courses."""
    return float(np.mean([within(curve, weeks) for curve in row.injected.values()]))


def page(source: Source, rows: Sequence[Measured], picture: str | None) -> str:
    """The whole page; `picture`: where it is, from the page."""
    parts = [_head(source), _main_table(rows), _verdict(rows)]
    if picture:
        parts.append(f"![Caught against weeks, at the budget]({picture})")
    parts += ["## By course, within 13 weeks of the onset", _course_table(rows)]
    parts += ["## Ours, each branch by itself, with a threshold of its own", _branch_table(rows)]
    parts += [f"## Clients that went faster ({_counts(source)})", _faster_table(rows)]
    parts += ["## Not measured", _absent(rows)]
    return "\n\n".join(parts) + "\n"


def _head(source: Source) -> str:
    fading = source.leavers[GRADUAL]
    return f"""# Leavers caught, beside what a user would pick instead

Written by `python -m bench.detection --out ...`; change nothing here by hand. Series: {source.words}.

All detectors at one budget: a threshold such that {BUDGET:.0%} of the client-quarters of clients that stayed have
any week beyond it.

* **Injected**: {source.windows} pieces of {WINDOW_WEEKS} weeks of clients that stayed.
  {LEAVER_SHARE:.0%} of them fade from a random week on, {source.repeats} draws for each of {len(COURSES)} courses.
  The share caught within so many weeks of the onset, mean over the courses.
* **Really fading**: {fading} clients that slid out over months, each worth {1 / max(1, fading):.3f}.
  The share caught at least so many weeks before the last payment, looking from {HALF_YEAR} weeks before it on;
  the budget on {source.quarters} quarters.
* The learned score judges each branch by a model that was fitted to the other branches alone."""


def _main_table(rows: Sequence[Measured]) -> str:
    heads = ["method", "kind", *(f"injected, in {weeks} wk" for weeks in WITHIN)]
    heads += [*(f"fading, {weeks} wk ahead" for weeks in AHEAD), "seconds"]
    return _table(heads, (_main_row(row) for row in rows))


def _main_row(row: Measured) -> list[str]:
    name = f"**{row.name}**" if row.kind == OURS else row.name
    if row.why is not None:
        return [name, row.kind, *[NOT_MEASURED] * (len(WITHIN) + len(AHEAD)), "-"]
    caught = [f"{mean_within(row, weeks):.3f}" for weeks in WITHIN]
    return [name, row.kind, *caught, *_ahead(row, GRADUAL), f"{row.seconds:.0f}"]


def _ahead(row: Measured, outcome: str) -> list[str]:
    curve: Floats | None = row.natural.get(outcome)
    return ["none" if curve is None else f"{ahead(curve, weeks):.3f}" for weeks in AHEAD]


def _verdict(rows: Sequence[Measured]) -> str:
    """The best peer beside the learned score; nothing is said of what was not measured."""
    peers = [row for row in rows if row.kind != OURS and row.why is None]
    own = next((row for row in rows if row.name == LEARNED and row.why is None), None)
    if not peers:
        return "No peer was measured."
    best = max(peers, key=lambda row: mean_within(row, QUARTER))
    said = f"Best peer within 13 weeks: {best.name}, {mean_within(best, QUARTER):.3f}."
    if own is None:
        return f"{said} The {LEARNED} is not measured."
    times = mean_within(own, QUARTER) / max(mean_within(best, QUARTER), 1e-9)
    fading = _ahead(own, GRADUAL)[AHEAD.index(EIGHT)]
    return (
        f"{said} The {LEARNED}: {mean_within(own, QUARTER):.3f}, {times:.2f} times as much (wanted 1.5, better 2); "
        f"within 26 weeks {mean_within(own, HALF_YEAR):.3f} (wanted 0.70, better 0.80); "
        f"really fading at least 8 weeks ahead {fading} (wanted 0.60, better 0.75)."
    )


def _course_table(rows: Sequence[Measured]) -> str:
    body = (
        [row.name, *(f"{within(row.injected[course], QUARTER):.3f}" for course in COURSES)]
        for row in rows
        if row.why is None
    )
    return _table(["method", *(str(course) for course in COURSES)], body)


def _branch_table(rows: Sequence[Measured]) -> str:
    heads = ["method", "branch", *(f"injected, in {weeks} wk" for weeks in WITHIN)]
    body = (
        [row.name, name, *(f"{mean_within(part, weeks):.3f}" for weeks in WITHIN), *_ahead(part, GRADUAL)]
        for row in rows
        for name, part in row.by_branch.items()
    )
    return _table([*heads, *(f"fading, {weeks} wk ahead" for weeks in AHEAD)], body)


def _counts(source: Source) -> str:
    return f"{source.leavers[FAST]} fast fades, {source.leavers[ABRUPT]} abrupt ends"


def _faster_table(rows: Sequence[Measured]) -> str:
    heads = [f"{name}, >= {weeks}" for name in ("fast", "abrupt") for weeks in AHEAD]
    body = ([row.name, *_ahead(row, FAST), *_ahead(row, ABRUPT)] for row in rows if row.why is None)
    return _table(["method", *heads], body)


def _absent(rows: Sequence[Measured]) -> str:
    here = [f"* {row.name}: {row.why}" for row in rows if row.why is not None]
    return "\n".join([*here, *(f"* {name}: {why}" for name, why in DO_NOT_INSTALL.items())])


def _table(heads: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
