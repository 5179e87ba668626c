"""The numbers behind a label: means of weeks that a person can add up again: docs/decisions/0024-explanations.md.

All windows are slices of the client's weeks, oldest first, of which the last is the week judged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.comparisons.readings import ENOUGH_FOR_QUARTERS
from detector.comparisons.sums import Ints, Mean
from detector.comparisons.windows import QUARTER, RECENT, WEEK, YEAR_BEFORE
from detector.explanation.middle import median
from schemas.explanations import Finding, FindingKind, Span
from schemas.weeks import Week

Bools = npt.NDArray[np.bool_]
YEAR_WEEKS, QUARTER_WEEKS = 52, 13
ENOUGH_WEEKS = 13  # of a habit, before a mean of it says anything
PAY_WEEKS = 5  # whichever five weeks one takes, a month's end is among them
FEWEST_PAYS = 4
PAY_SPREAD = 0.25  # median distance from the median: wages differ by a few people, not by a half
THIN = 0.5  # of its usual events: a branch does not lose half its business in a week, its feed does
FEWEST_PEERS = 3  # of two, each would read the other off the median


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one client by the end of `week`: weeks oldest first, the last one `week`, at least one.

    `debit`, `credit`: int64 (n,) minor units since the client's first week. Beside them, of the same weeks or None
    where nobody knows: `industry`, int64 (peers, n) turnover of others of its industry, and `industry_since`, int64
    (peers,), the place of the first week of each (None: all were there); `branch_events`, int64 (n,) of a sample of
    `branch_clients` of its branch; `released`, bool (n,), weeks that were held and closed by hand.
    """

    week: Week
    debit: Ints
    credit: Ints
    industry: Ints | None = None
    industry_since: Ints | None = None
    branch_events: Ints | None = None
    branch_clients: int = 0
    released: Bools | None = None

    @property
    def turnover(self) -> Ints:
        return self.debit + self.credit

    def span(self, window: slice) -> Span:
        """The week numbers of a window."""
        first = self.week - len(self.debit) + 1
        return Span(Week(first + window.start), Week(first + window.stop - 1))


def findings(known: Known, onset: int) -> tuple[Finding, ...]:
    """What there is to say of the weeks from place `onset` on, against up to a year before; at least the money."""
    at_risk = _value_at_risk(known)
    if onset < 1:
        return at_risk
    before, after = slice(max(0, onset - YEAR_WEEKS), onset), slice(onset, len(known.debit))
    found = [
        _means(known, FindingKind.CREDITS, known.credit, before, after),
        _means(known, FindingKind.DEBITS, known.debit, before, after),
        _regular_debits(known, before, after),
        *_seasons(known, onset, after),
        _industry(known, before, after),
        *_feed(known, before, after),
    ]
    return (*(each for each in found if each is not None), *at_risk)


def _value_at_risk(known: Known) -> tuple[Finding, ...]:
    """The two means of which `readings.value_at_risk` is the distance, times the weeks before; none of a first
    week.
    """
    seen = len(known.debit)
    now, usual = (QUARTER, YEAR_BEFORE) if seen >= ENOUGH_FOR_QUARTERS else (WEEK, RECENT)
    after = slice(max(0, seen - now.before), seen - now.lag)
    before = slice(max(0, seen - usual.before), seen - usual.lag)
    if before.stop <= 0:
        return ()
    weeks = known.turnover[before].tolist()
    second, greatest = sorted([*weeks, 0, 0][: max(usual.weeks, 2)])[-2:]  # what lies before the first week is zero
    was = Mean(sum(weeks) - greatest + second, len(weeks))
    total, of_weeks = _mean(known.turnover[after])
    left = Mean(max(0, total), of_weeks)
    return (_finding(known, FindingKind.VALUE_AT_RISK, before, after, was, left),)


def _means(
    known: Known, kind: FindingKind, volumes: Ints, before: slice, after: slice, count: int | None = None
) -> Finding:
    return _finding(known, kind, before, after, _mean(volumes[before]), _mean(volumes[after]), count)


def _finding(
    known: Known,
    kind: FindingKind,
    before: slice,
    after: slice,
    was: Mean,
    now: Mean,
    count: int | None = None,
) -> Finding:
    change = was.change_pct_to(now)
    return Finding(kind, known.span(before), known.span(after), was.rounded(), now.rounded(), change, count)


def _mean(volumes: Ints) -> Mean:
    return Mean(sum(volumes.tolist()), len(volumes))  # in Python's integers: nothing wraps


def _regular_debits(known: Known, before: slice, after: slice) -> Finding | None:
    """The largest week of debits in each five, their median before and after; None where they differ too much to be
    wages, and where the fall is younger than five weeks.
    """
    was, now = _largest(known.debit[before]), _largest(known.debit[after])
    if len(was) < FEWEST_PAYS or not len(now):
        return None
    usual = median(was)
    if usual <= 0.0 or median(np.abs(was - usual)) > PAY_SPREAD * usual:
        return None
    wages = Mean(*median(now).as_integer_ratio())
    return _finding(known, FindingKind.REGULAR_DEBITS, before, after, Mean(*usual.as_integer_ratio()), wages)


def _largest(debits: Ints) -> Ints:
    """Of each five weeks, counted back from the newest."""
    blocks = len(debits) // PAY_WEEKS
    largest: Ints = debits[len(debits) - blocks * PAY_WEEKS :].reshape(blocks, PAY_WEEKS).max(axis=1)
    return largest


def _seasons(known: Known, onset: int, after: slice) -> list[Finding]:
    """How the fall stands to the quarter before it, how that was a year ago, and the same weeks of both years."""
    turnover, quarter = known.turnover, slice(onset - QUARTER_WEEKS, onset)
    if onset - QUARTER_WEEKS < 0:
        return []
    found = [_means(known, FindingKind.QUARTER_BEFORE, turnover, quarter, after)]
    if onset - QUARTER_WEEKS - YEAR_WEEKS < 0:
        return found
    then, quarter_then = (slice(window.start - YEAR_WEEKS, window.stop - YEAR_WEEKS) for window in (after, quarter))
    return [
        *found,
        _means(known, FindingKind.LAST_YEAR, turnover, quarter_then, then),
        _means(known, FindingKind.SAME_WEEKS_LAST_YEAR, turnover, then, after),
    ]


def _industry(known: Known, before: slice, after: slice) -> Finding | None:
    """The median change, over the same weeks, of others of its industry that were there in all of them."""
    if known.industry is None or before.stop - before.start < ENOUGH_WEEKS:
        return None
    since = known.industry_since
    peers = known.industry if since is None else known.industry[since <= before.start]
    weeks_before, weeks_after = before.stop - before.start, after.stop - after.start
    sums = zip(map(sum, peers[:, before].tolist()), map(sum, peers[:, after].tolist()), strict=True)
    # As Mean.change_pct_to, without an object for each of the many.
    changes = [100 * (now * weeks_before - was * weeks_after) / (was * weeks_after) for was, now in sums if was > 0]
    if len(changes) < FEWEST_PEERS:
        return None
    middle = median(np.array(changes))
    return Finding(FindingKind.INDUSTRY, known.span(before), known.span(after), None, None, middle, len(changes))


def _feed(known: Known, before: slice, after: slice) -> list[Finding]:
    """The branch's events, and what is left of the fall without the weeks in which the feed was not whole."""
    gaps = feed_gaps(known, before, after)
    found = []
    if known.branch_events is not None:
        events = (known.branch_events, before, after, known.branch_clients)
        found.append(_means(known, FindingKind.BRANCH_EVENTS, *events))
    whole = known.turnover[after][~gaps]
    if gaps.any() and len(whole):
        was, now = _mean(known.turnover[before]), _mean(whole)
        count = int(gaps.sum())
        found.append(_finding(known, FindingKind.WITHOUT_FEED_GAPS, before, after, was, now, count))
    elif gaps.any():  # nothing that could be trusted is left: the fall is unknown, which is no fall
        was, span = _mean(known.turnover[before]), known.span(after)
        kind = FindingKind.WITHOUT_FEED_GAPS
        found.append(Finding(kind, known.span(before), span, was.rounded(), None, None, len(gaps)))
    return found


def feed_gaps(known: Known, before: slice, after: slice) -> Bools:
    """Bool over the weeks of `after`: the branch sent less than half its usual (median) number of events, or the
    client was silent in a week that was held and then released by hand.
    """
    gaps: Bools = np.zeros(after.stop - after.start, np.bool_)
    if known.branch_events is not None:
        gaps |= known.branch_events[after] < THIN * median(known.branch_events[before])
    if known.released is not None:
        gaps |= known.released[after] & (known.turnover[after] == 0)
    return gaps
