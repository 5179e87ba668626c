"""What became of a client, as its volume tells: proposed 13 and 26 weeks after a case opened, decided by people.

Source: docs/decisions/0018.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import get_args

import numpy as np

from casework.cases.retention_rules import STANDARD, USUAL_WEEKS, RetentionRules
from casework.remedies.effect import Bool, Int64, mean_turnover
from casework.remedies.remedy_lifecycle import Remedy
from schemas.verdicts import Insufficient
from schemas.vocabulary import ProposedWeeks, Retention

PROPOSED_WEEKS: tuple[ProposedWeeks, ...] = get_args(ProposedWeeks)
AFTER_WEEKS = 13  # the last quarter of them, so that 26 weeks do not remember the time before the remedies worked
ONSET_WEEKS = 13  # the quarter before an alert is where the ebb that caused it began


@dataclass(frozen=True, slots=True)
class Proposal:
    """Turnover a week, minor units: the usual one, and of the last quarter of `weeks` weeks after the opening.

    Both may be None for a client that closed its accounts: that it is lost needs no figures.
    """

    weeks: int
    retention: Retention
    before_minor: int | None
    after_minor: int | None

    @property
    def share_pct(self) -> float | None:
        """What is left of the usual turnover, in percent; None where there was none."""
        if self.before_minor is None or self.after_minor is None or self.before_minor <= 0:
            return None
        return 100 * self.after_minor / self.before_minor


def propose(
    turnover: Int64,
    known: Bool,
    *,
    alerted: int,
    opened: int,
    weeks: int,
    attempted: bool,
    left: bool,
    began: int = 0,
    rules: RetentionRules = STANDARD,
) -> Proposal | Insufficient:
    """What the case's outcome looks like `weeks` weeks (13 or 26) after it was opened.

    `turnover` int64 (w,) minor units and `known` bool (w,): one client's weeks on end, oldest first, which should
    reach from `first_week_needed` to `weeks` past the opening. Places in them: `alerted` the week of the case's
    first alert (of the opening, where it has none), `opened` the week it was opened in, of which only the weeks
    after it count, `began` the client's first week. `attempted`: a remedy has run. `left`: its accounts are closed.
    Insufficient where those weeks are not all closed, or (seen equals need) too little is known of the time before.
    """
    usual = mean_turnover(turnover, known, *_usual_weeks(alerted, began), fewest=rules.fewest_usual_weeks)
    end = opened + 1 + weeks
    after = mean_turnover(turnover, known, end - AFTER_WEEKS, end)
    if left:
        return Proposal(weeks, "lost", usual, after)
    if usual is None or after is None or usual <= 0:
        return Insufficient(int(np.count_nonzero(known[max(opened + 1, 0) : max(end, 0)])), weeks)
    return Proposal(weeks, _retention(usual, after, rules, attempted=attempted), usual, after)


def first_week_needed(alerted_week: int) -> int:
    """The first week that `propose` looks at."""
    return alerted_week + 1 - ONSET_WEEKS - USUAL_WEEKS


def was_carried_out(remedy: Remedy, today: date) -> bool:
    """Whether something was done for the client: it began, and was not revoked on or before its first day."""
    if remedy.type == "no_action" or remedy.terms.starts_on > today:
        return False
    if remedy.state == "revoked":
        return remedy.ended_on is not None and remedy.ended_on > remedy.terms.starts_on
    return remedy.state in ("approved", "active", "expiring", "expired")


def any_carried_out(remedies: Iterable[Remedy], today: date) -> bool:
    """Whether anything was done for the client."""
    return any(was_carried_out(remedy, today) for remedy in remedies)


def _usual_weeks(alerted: int, began: int) -> tuple[int, int]:
    """The year that quarter_vs_year compares with: detector.comparisons.windows. Only from the first week on."""
    first, end = alerted + 1 - ONSET_WEEKS - USUAL_WEEKS, alerted + 1 - ONSET_WEEKS
    return (max(first, began) if began else first), end


def _retention(usual: int, after: int, rules: RetentionRules, *, attempted: bool) -> Retention:
    saved = 100 * after >= rules.saved_pct * usual
    if not attempted:
        return "self_recovered" if saved else "not_attempted"
    if saved:
        return "saved"
    return "partly_saved" if 100 * after >= rules.partly_saved_pct * usual else "lost"
