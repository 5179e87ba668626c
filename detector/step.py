"""Judge one week of one shard, then learn it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.comparisons.sums import Ints
from detector.comparisons.windows import LONGEST
from detector.grading import find_candidates, grade_passed
from detector.ids import Ids, Rows, encode
from detector.policies.limits import DIRECTIONS, Limits, limits_of
from detector.policies.policy import Policy
from detector.quiet.common_movement import CommonMovements, find_common
from detector.quiet.group_correction import correct_for_groups
from detector.quiet.rhythm import in_rhythm
from detector.quiet.surroundings import ALONE, Surroundings
from detector.state import HISTORY_WEEKS, SLOTS, Memory, ShardState, WeekOutOfOrder, bounded, payments_of
from detector.verdicts import Verdicts
from schemas.verdicts import Direction
from schemas.weeks import Week


@dataclass(frozen=True, slots=True)
class WeekVolumes:
    """A closed week of one shard: parallel columns, length n, each client once, silent clients as zeros.

    `first_week`: int32, first week of each client's history. Amounts: int64 minor units, below zero where more was
    reversed than booked. `payments`: int64, how many debits and credits there were; None where nobody counted
    (see detector.state.payments_of). `ledger_revision`: that of the shard's week, carried into the verdicts.
    `after_closing`: of clients that had closed by then, learned and not judged.
    """

    week: Week
    client_ids: Sequence[str]
    first_week: npt.NDArray[np.int32]
    debit_minor: Ints
    credit_minor: Ints
    ledger_revision: int = 1
    after_closing: WeekVolumes | None = None
    payments: Ints | None = None


def step(
    state: ShardState, week: WeekVolumes, policy: Policy, tiers: Sequence[str], around: Surroundings = ALONE
) -> tuple[ShardState, Verdicts]:
    """Judge a week and return the state that has learned it. Spends `state` (see ShardState).

    `tiers` are the tiers of `week.client_ids`, in their order. A client not seen before joins: its history before
    this week is zeros since its `first_week`. A client of the state that the week leaves out (a closed account)
    is not judged and takes a zero. `around`: its groups, rests and festivals. Raises
    WeekOutOfOrder, StateSpent, and ValueError for columns of unequal length or a client given twice; `state` is
    then as it was.

    1. Find the rows. 2. Learn the volumes: the judged week itself is in no expected window, so it is judged against
    what came before it alone. 3. Look at everybody with the loosest limits. 4. Grade those who may have passed.
    5. Take out what their groups did together.
    """
    _check(state, week, tiers, around)
    limits = limits_of(policy)
    codes = limits.encode(tiers)
    rows = _rows(state.memory, encode(week.client_ids))
    learned = [(week, rows)]
    if week.after_closing is not None:
        learned.append((week.after_closing, _rows(state.memory, encode(week.after_closing.client_ids))))
    shift = around.festivals.shift(week.week)
    memory = state.spend()
    _learn(memory, week.week, learned)
    candidates = find_candidates(memory, week.week, rows, limits, shift)
    passes, value = grade_passed(candidates, codes, limits, memory, week.week, rows)
    if around.rhythm:
        passes = in_rhythm(passes, memory, week.week, rows)
    common = _common(memory, week, rows, limits, around, limits.fewest_paid_weeks[codes])
    passes = correct_for_groups(passes, common, around, limits, week.week)
    grade = np.zeros((len(DIRECTIONS), len(rows)), np.int8)
    grade[:, passes.at] = passes.grade.max(axis=(1, 2))
    value_at_risk_minor = np.zeros(len(rows), np.int64)
    value_at_risk_minor[passes.at] = np.where(grade[DIRECTIONS.index(Direction.FALL), passes.at] > 0, value, 0)
    after = ShardState(memory, week.week)
    return after, Verdicts(
        week=week.week,
        client_ids=week.client_ids,
        grade=grade,
        value_at_risk_minor=value_at_risk_minor,
        tier=codes,
        passes=passes,
        limits=limits,
        policy_version=policy.version,
        ledger_revision=week.ledger_revision,
        state=after,
        movements=common.movements,
        shift=shift,
        calendar_version=around.festivals.version,
    )


def _common(
    memory: Memory, week: WeekVolumes, rows: Rows, limits: Limits, around: Surroundings, fewest: Ints
) -> CommonMovements:
    if not around.groupings:
        return CommonMovements((), {}, {}, np.zeros((LONGEST, 0), np.bool_))
    seen = week.week + 1 - memory.first_week[rows].astype(np.int64)
    return find_common(memory, week.week, rows, limits, around, seen, fewest)


def _check(state: ShardState, week: WeekVolumes, tiers: Sequence[str], around: Surroundings) -> None:
    if state.last_week is not None and week.week != state.last_week + 1:
        raise WeekOutOfOrder(state.last_week + 1, week.week)
    lengths = {len(c) for c in (week.client_ids, week.first_week, week.debit_minor, week.credit_minor, tiers)}
    lengths |= {len(grouping.of) for grouping in around.groupings}
    if len(lengths) != 1:
        raise ValueError(f"columns of week {week.week} have lengths {sorted(lengths)}")


def _rows(memory: Memory, ids: Ids) -> Rows:
    """Row of each client, int32 (n,), those that join included. ValueError where a client repeats."""
    rows = memory.index.find(ids)
    if rows is memory.index.rows:  # the very clients of the state, which are distinct
        return rows
    known = rows[rows >= 0]
    if int(np.bincount(known, minlength=1).max(initial=0)) > 1:
        raise ValueError("a client appears twice in one week")
    if len(known) < len(rows):
        rows = rows.copy()
        unknown = rows < 0
        rows[unknown] = memory.join(ids[unknown])
    return rows


def _learn(memory: Memory, week: Week, learned: Sequence[tuple[WeekVolumes, Rows]]) -> None:
    """Write the running totals up to this week, over those that no window reaches any more."""
    for volumes, rows in learned:
        anew = np.flatnonzero(volumes.first_week > memory.first_week[rows])
        if len(anew):
            memory.forget(week, rows[anew], np.minimum(volumes.first_week[anew], week))
        memory.first_week[rows] = volumes.first_week
    before, now = memory.ring[(week - 1) % SLOTS], memory.ring[week % SLOTS]
    now[:] = before
    for volumes, rows in learned:
        now[0, rows] += bounded(volumes.debit_minor)
        now[1, rows] += bounded(volumes.credit_minor)
        now[2, rows] += payments_of(volumes.debit_minor, volumes.credit_minor, volumes.payments)
    memory.note_habits(week, week - HISTORY_WEEKS)
