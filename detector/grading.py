"""From everybody to those who passed: a quick check in chunks, then the exact reading of those it lets through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detector.comparisons.readings import Readings, loose_hits, read, value_at_risk
from detector.comparisons.sums import Ints
from detector.comparisons.windows import lags
from detector.ids import Rows
from detector.policies.limits import Grades, Limits
from detector.policies.own_noise import allowed
from detector.policies.paid_weeks import enough_paid
from detector.state import MONEY, Memory
from detector.verdicts import Passed
from schemas.verdicts import Direction
from schemas.weeks import Week

CHUNK = 8192  # clients at a time: what is read of them stays in the second-level cache


@dataclass(frozen=True, slots=True)
class Candidates:
    """Clients that no tier's limits rule out, length k: place in the week, ascending; weeks of history; running
    totals, int64 (lag of lags(shift), 2, k); `shift`: weeks that the year-ago quarter is moved by.
    """

    at: Rows
    seen: Ints
    totals: Ints
    shift: int = 0

    def parts(self) -> list[Candidates]:
        """The same in pieces of at most CHUNK, at least one."""
        pieces = [slice(start, start + CHUNK) for start in range(0, max(1, len(self.at)), CHUNK)]
        return [
            Candidates(self.at[piece], self.seen[piece], self.totals[..., piece], self.shift) for piece in pieces
        ]

    def cumulative(self) -> Mapping[int, Ints]:
        return dict(zip(lags(self.shift), self.totals, strict=True))


def find_candidates(memory: Memory, week: Week, rows: Rows, limits: Limits, shift: int = 0) -> Candidates:
    """The quick check of all rows. `rows`: row of each of the week's clients; other rows are no candidates."""
    fall, rise = limits.loosest(Direction.FALL), limits.loosest(Direction.RISE)
    place = np.full(memory.size, -1, np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    found = []
    for start in range(0, max(1, memory.size), CHUNK):
        part = slice(start, min(start + CHUNK, memory.size))
        cumulative = memory.cumulative(week, part, lags(shift))
        seen = week + 1 - memory.first_week[part].astype(np.int64)
        hits = np.flatnonzero(loose_hits(cumulative, seen, fall, rise, shift) & (place[part] >= 0))
        totals = np.stack([cumulative[lag][:, hits] for lag in lags(shift)])
        found.append(Candidates(place[part][hits], seen[hits], totals))
    at = np.concatenate([part.at for part in found])
    order = np.argsort(at)
    return Candidates(
        at=at[order],
        seen=np.concatenate([part.seen for part in found])[order],
        totals=np.concatenate([part.totals for part in found], axis=-1)[..., order],
        shift=shift,
    )


def grade_passed(
    candidates: Candidates, codes: Grades, limits: Limits, memory: Memory, week: Week, rows: Rows
) -> tuple[Passed, Ints]:
    """Candidates that passed a preset of their own tier, and the value at risk of each, int64."""
    graded = (_grade_part(part, codes, limits, memory, week, rows) for part in candidates.parts())
    passes, values = zip(*graded, strict=True)
    passed = Passed(
        at=np.concatenate([part.at for part in passes]),
        tier=np.concatenate([part.tier for part in passes]),
        readings=Readings.joined([part.readings for part in passes]),
        grade=np.concatenate([part.grade for part in passes], axis=-1),
    )
    return passed, np.concatenate(values)


def _grade_part(
    part: Candidates, codes: Grades, limits: Limits, memory: Memory, week: Week, rows: Rows
) -> tuple[Passed, Ints]:
    """1. Presets. 2. Of those who passed, who moved money often enough, and is not gone for long. 3. Who is further
    from its usual than it strays by itself.
    """
    tier = codes[part.at]
    readings = read(part.cumulative(), part.seen, part.shift)
    grade = limits.grade(readings, tier)
    beyond = np.flatnonzero(grade.any(axis=(0, 1, 2)))
    paid = memory.habits.paid_in(rows[part.at[beyond]])
    enough = enough_paid(paid, limits.fewest_paid_weeks[tier[beyond]], part.shift)
    left = np.where(enough, grade[..., beyond], np.int8(0))
    often = np.flatnonzero(left.any(axis=(0, 1, 2)))
    weekly, near = memory.weekly(week, rows[part.at[beyond[often]]]), readings.take(beyond[often])
    left = np.minimum(left[..., often], allowed(weekly, near, limits.own_noise[tier[beyond[often]]], part.shift))
    still = np.flatnonzero(left.any(axis=(0, 1, 2)))
    passed = beyond[often[still]]
    value = value_at_risk(weekly[:, MONEY, still].sum(axis=1), part.seen[passed])
    return Passed(part.at[passed], tier[passed], readings.take(passed), left[..., still]), value
