"""Explain one client's fall from its own weeks and what moved around it: docs/decisions/0024-explanations.md."""

from __future__ import annotations

import numpy as np

from detector.explanation.evidence import Known, findings
from detector.explanation.label import judge_label
from detector.explanation.onset import find_onset
from detector.explanation.silence import silent_weeks, usual_silent_weeks
from schemas.explanations import Explanation
from schemas.verdicts import Series
from schemas.weeks import Week

VERSION = 2  # goes up with every change of what the same numbers would give
HISTORY_WEEKS = 104  # a year before the year before the fall: what a season is seen in


def explain(known: Known, series: Series, chance: float | None = None) -> Explanation:
    """1. Since when the `series` of the verdict is lower. 2. What else is lower since. 3. What that looks like.

    `chance`: the learned one of that week. Of `known` the newest HISTORY_WEEKS weeks count. Raises ValueError for
    columns of unequal length, or none.
    """
    _check(known)
    recent = _newest(known)
    volumes = {Series.DEBIT: recent.debit, Series.CREDIT: recent.credit}.get(series, recent.turnover)
    onset = find_onset(volumes)
    place = len(volumes) - 1 - onset.weeks_ago
    found = findings(recent, place)
    judged = judge_label(found, chance)
    return Explanation(
        week=known.week,
        onset_week=Week(known.week - onset.weeks_ago),
        onset_earliest=Week(known.week - onset.earliest),
        onset_latest=Week(known.week - onset.latest),
        label=judged.label,
        strength=judged.strength,
        support=judged.support,
        findings=found,
        version=VERSION,
        silent_weeks=silent_weeks(recent),
        usual_silent_weeks=usual_silent_weeks(recent, place),
    )


def _newest(known: Known) -> Known:
    newest, cut = slice(-HISTORY_WEEKS, None), max(0, len(known.debit) - HISTORY_WEEKS)
    return Known(
        week=known.week,
        debit=known.debit[newest],
        credit=known.credit[newest],
        industry=None if known.industry is None else known.industry[:, newest],
        industry_since=None if known.industry_since is None else known.industry_since - cut,
        branch_events=None if known.branch_events is None else known.branch_events[newest],
        branch_clients=known.branch_clients,
        released=None if known.released is None else known.released[newest],
    )


def _check(known: Known) -> None:
    optional = [known.industry, known.branch_events, known.released]
    lengths = {np.shape(c)[-1] for c in (known.debit, known.credit, *optional) if c is not None}
    if lengths != {len(known.debit)} or not len(known.debit):
        raise ValueError(f"weeks of {known.week} have lengths {sorted(lengths)}")
