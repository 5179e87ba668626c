"""One judged week in columns, and as objects for the clients that passed a preset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from detector.comparisons.readings import PAYMENTS, Floats, Readings, read
from detector.comparisons.sums import Ints, Mean
from detector.comparisons.windows import SERIES, Pair, lags, pairs
from detector.groups import Movement
from detector.ids import Rows, encode
from detector.policies.limits import DIRECTIONS, GRADES, Grades, Limits
from detector.policies.own_noise import allowed
from detector.policies.paid_weeks import enough_paid
from detector.state import ShardState, UnknownClient
from schemas.verdicts import (
    HUNDREDTHS,
    Baseline,
    Common,
    Comparison,
    Direction,
    Grade,
    Insufficient,
    Series,
    Verdict,
)
from schemas.weeks import Week


@dataclass(frozen=True, slots=True)
class Reading:
    """One comparison of one client, passed or not. Amounts are weekly means in minor units, of payments in
    HUNDREDTHS.

    `deviation_pct` is None where nothing (or less) was expected, for then there is no ratio.
    """

    actual_minor: int
    expected_minor: int
    deviation_pct: float | None
    grades: Mapping[Direction, Grade]


@dataclass(frozen=True, slots=True)
class Passed:
    """The clients that passed a preset, length k: their place in the week, tier, readings and grades.

    `grade`: int8 (direction, pair, series, k). `preset_grade`: the same before what was common was taken out, and
    `judged_pct`: float64, the deviation after that, NaN where nothing was; None where clients were judged alone.
    `together`: by (direction, client of k), what the leading comparison was judged against.
    """

    at: Rows
    tier: Grades
    readings: Readings
    grade: Grades
    preset_grade: Grades | None = None
    judged_pct: Floats | None = None
    together: Mapping[tuple[int, int], Common] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Columns over the week's clients, length n, in the order the week had them.

    `grade`: int8 (2, n), row 0 fall, row 1 rise. `value_at_risk_minor`: int64 (n,), zero without a fall.
    `tier`: int8 (n,), places in `limits`. `movements`: what most of a group's clients did together.
    `shift`: weeks that the quarter a year ago was moved by, after the calendar of `calendar_version`.
    """

    week: Week
    client_ids: Sequence[str]
    grade: Grades
    value_at_risk_minor: Ints
    tier: Grades
    passes: Passed
    limits: Limits
    policy_version: str
    ledger_revision: int
    state: ShardState
    movements: tuple[Movement, ...] = ()
    shift: int = 0
    calendar_version: str = ""

    @property
    def fall(self) -> Grades:
        """Grade of each client's fall, int8 (n,)."""
        return self._row(Direction.FALL)

    @property
    def rise(self) -> Grades:
        """Grade of each client's rise, int8 (n,)."""
        return self._row(Direction.RISE)

    def _row(self, direction: Direction) -> Grades:
        row: Grades = self.grade[DIRECTIONS.index(direction)]
        return row

    def counts(self) -> Iterator[tuple[Direction, Grade, int]]:
        """How many clients passed a preset, by direction and grade, where any did."""
        for way, direction in enumerate(DIRECTIONS):
            for grade in GRADES:
                count = int(np.count_nonzero(self.grade[way] == grade))
                if count:
                    yield direction, Grade(grade), count

    def passed(self) -> Iterator[Verdict]:
        """A verdict for each client and direction that passed a preset, in the week's order, fall before rise."""
        return self._verdicts_of(self.passes.grade)

    def explained(self) -> Iterator[Verdict]:
        """Of those that passed a preset only with their group: without a grade, with the comparisons passed."""
        for verdict in self._verdicts_of(self._with_group()):
            yield replace(verdict, grade=Grade.NONE, value_at_risk_minor=0)

    @property
    def explained_at(self) -> Rows:
        """Places of the clients of `explained`."""
        at: Rows = self.passes.at[self._with_group().any(axis=(0, 1, 2))]
        return at

    def _with_group(self) -> Grades:
        """What passed only with the client's group, as `Passed.grade`."""
        before, after = self.passes.preset_grade, self.passes.grade
        own = after.max(axis=(1, 2))[:, None, None] > 0
        return np.zeros_like(after) if before is None else np.where(own, np.int8(0), before)

    def _verdicts_of(self, grade: Grades) -> Iterator[Verdict]:
        for k in range(len(self.passes.at)):
            for way, direction in enumerate(DIRECTIONS):
                if grade[way, :, :, k].any():
                    yield self._verdict(k, way, direction, grade[way, :, :, k])

    def explain(self, client_id: str) -> dict[tuple[Series, Baseline], Reading | Insufficient]:
        """Every comparison of one client. Raises UnknownClient, and StateSpent after the next step."""
        memory = self.state.memory
        row = memory.index.find(encode([client_id]))
        if row[0] < 0 or client_id not in self.client_ids:
            raise UnknownClient(client_id)
        seen = self.week + 1 - memory.first_week[row].astype(np.int64)
        readings = read(memory.cumulative(self.week, row, lags(self.shift)), seen, self.shift)
        tier = self.tier[[self.client_ids.index(client_id)]]
        enough = enough_paid(memory.habits.paid_in(row), self.limits.fewest_paid_weeks[tier], self.shift)
        plain = allowed(memory.weekly(self.week, row), readings, self.limits.own_noise[tier], self.shift)
        grades = np.where(enough, np.minimum(self.limits.grade(readings, tier), plain), np.int8(0))
        return {
            (series, pair.baseline): _reading(readings, grades, pair, which, at)
            if seen[0] >= pair.need
            else Insufficient(seen=int(seen[0]), need=pair.need)
            for which, pair in enumerate(pairs(self.shift))
            for at, series in enumerate(SERIES)
        }

    def _verdict(self, k: int, way: int, direction: Direction, grade: Grades) -> Verdict:
        """`grade`: int8 (pair, series), those of the client that count."""
        found = [self._comparison(k, way, grade, int(which), int(series)) for which, series in np.argwhere(grade)]
        at = int(self.passes.at[k])
        falls = direction is Direction.FALL
        return Verdict(
            client_id=self.client_ids[at],
            week=self.week,
            direction=direction,
            grade=max(comparison.grade for comparison in found),
            comparisons=tuple(sorted(found, key=_severity, reverse=True)),
            value_at_risk_minor=int(self.value_at_risk_minor[at]) if falls else 0,
            policy_version=self.policy_version,
            ledger_revision=self.ledger_revision,
            common=self.passes.together.get((way, k)),
            calendar_version=self.calendar_version,
        )

    def _comparison(self, k: int, way: int, grades: Grades, which: int, series: int) -> Comparison:
        pair, readings, judged_pct = pairs(self.shift)[which], self.passes.readings, self.passes.judged_pct
        grade = Grade(int(grades[which, series]))
        judged = np.nan if judged_pct is None else float(judged_pct[way, which, series, k])
        percent = self.limits.percent[self.passes.tier[k], way, GRADES.index(grade), which, series]
        return Comparison(
            series=SERIES[series],
            baseline=pair.baseline,
            weeks=pair.actual.weeks,
            base_weeks=pair.expected.weeks,
            actual_minor=_mean(int(readings.actual_sum[which, series, k]), pair.actual.weeks, series),
            expected_minor=_mean(int(readings.expected_sum[which, series, k]), pair.expected.weeks, series),
            deviation_pct=float(readings.deviation_pct[which, series, k]),
            preset_pct=float(percent),
            grade=grade,
            judged_pct=float(judged) if np.isfinite(judged) else None,
            shift_weeks=self.shift if pair.baseline is Baseline.QUARTER_VS_LAST_YEAR else 0,
        )


def _severity(comparison: Comparison) -> tuple[Grade, float]:
    """The higher grade first, then the one furthest beyond what its preset calls ordinary."""
    return comparison.grade, comparison.deviation_pct / comparison.preset_pct


def _reading(readings: Readings, grades: Grades, pair: Pair, which: int, series: int) -> Reading:
    percent = float(readings.deviation_pct[which, series, 0])
    return Reading(
        actual_minor=_mean(int(readings.actual_sum[which, series, 0]), pair.actual.weeks, series),
        expected_minor=_mean(int(readings.expected_sum[which, series, 0]), pair.expected.weeks, series),
        deviation_pct=None if np.isnan(percent) else percent,
        grades={way: Grade(int(grades[at, which, series, 0])) for at, way in enumerate(DIRECTIONS)},
    )


def _mean(total: int, weeks: int, series: int) -> int:
    """Weekly mean in whole minor units, of payments in HUNDREDTHS, rounded half to even."""
    return Mean(total * (HUNDREDTHS if series == PAYMENTS else 1), weeks).rounded()
