"""What the score adds to a week's verdicts. It ranks, speaks where presets are silent, and never lowers a grade."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from detector.comparisons.readings import read, value_at_risk
from detector.comparisons.sums import Ints
from detector.comparisons.windows import QUARTER_VS_YEAR, SERIES
from detector.ids import Rows, encode
from detector.leaver.history import Floats
from detector.policies.limits import Grades
from detector.policies.own_noise import falls_beyond_noise
from detector.policies.paid_weeks import enough_for, is_gone
from detector.state import MONEY
from detector.verdicts import Verdicts
from schemas.verdicts import Direction, Grade, LeaverScore, Series, Verdict

# How likely a client leaves of whom a preset tells and the score knows nothing: of what the score did not expect,
# the share that left in simulated banks. Source: docs/decisions/0026-leaver-score.md.
PRESET_ALONE = 0.3


@dataclass(frozen=True, slots=True)
class Scores:
    """Of a week's clients, in their order: probabilities (n,), with the limits and version of their model."""

    probability: Floats
    prompt_at: float
    alarm_at: float
    model_version: str

    def take(self, at: Rows) -> Scores:
        """Those of some of the clients."""
        return replace(self, probability=self.probability[at])


@dataclass(frozen=True, slots=True)
class Falls:
    """What presets and score say together of a week's falls, columns over its clients, length n.

    `grade`: int8. `value_at_risk_minor`: int64, zero without a grade. `chance`: float64, of leaving.
    """

    grade: Grades
    value_at_risk_minor: Ints
    chance: Floats


def sharpen_falls(verdicts: Verdicts, scores: Scores) -> Falls:
    """1. A prompt becomes an alarm. 2. Who passed no preset gets a prompt, unless a group explains them, or too
    little goes missing: whatever it looks like, that is no leaving.

    Spends nothing, but wants the verdicts' state as it is: before the next step.
    """
    grade, value_minor = verdicts.fall.copy(), verdicts.value_at_risk_minor.copy()
    grade[(grade == Grade.PROMPT) & (scores.probability >= scores.alarm_at)] = Grade.ALARM
    silent = (grade == Grade.NONE) & (scores.probability >= scores.prompt_at)
    silent[verdicts.explained_at] = False
    at = np.flatnonzero(silent).astype(np.int32)
    found = _values_at_risk(verdicts, at)
    grade[at[found > 0]] = Grade.PROMPT
    value_minor[at] = found
    chance = np.where(verdicts.fall > Grade.NONE, beside_preset(scores.probability), scores.probability)
    return Falls(grade, value_minor, chance)


def sharpen_verdicts(verdicts: Verdicts, scores: Scores) -> Iterator[Verdict]:
    """The week's verdicts with their scores, and prompts that only the score raises."""
    falls = sharpen_falls(verdicts, scores)
    place = {client_id: at for at, client_id in enumerate(verdicts.client_ids)}
    for verdict in verdicts.passed():
        if verdict.direction is Direction.FALL:
            at = place[verdict.client_id]
            grade = Grade(int(falls.grade[at]))
            score = LeaverScore(float(falls.chance[at]), scores.model_version, raised=grade > verdict.grade)
            yield replace(verdict, grade=grade, score=score)
        else:
            yield verdict
    for at in np.flatnonzero((falls.grade > 0) & (verdicts.fall == 0)).tolist():
        yield Verdict(
            client_id=verdicts.client_ids[at],
            week=verdicts.week,
            direction=Direction.FALL,
            grade=Grade(int(falls.grade[at])),
            comparisons=(),
            value_at_risk_minor=int(falls.value_at_risk_minor[at]),
            policy_version=verdicts.policy_version,
            ledger_revision=verdicts.ledger_revision,
            calendar_version=verdicts.calendar_version,
            score=LeaverScore(float(falls.chance[at]), scores.model_version, raised=True),
        )


def beside_preset(probability: Floats) -> Floats:
    """The chance that a client leaves whom a preset tells of as well: of two witnesses, one is enough."""
    return 1.0 - (1.0 - probability) * (1.0 - PRESET_ALONE)


def _values_at_risk(verdicts: Verdicts, at: Rows) -> Ints:
    """Of the clients at some places of the week, int64 (m,); zero where it is below the tier's minimum effect, or
    where money moved in too few weeks of the year before for anything to be left, or in none for half a year, or
    where the client strays as far by itself.
    """
    if not len(at):
        return np.zeros(0, np.int64)
    memory, limits, tier = verdicts.state.memory, verdicts.limits, verdicts.tier[at]
    rows = memory.index.find(encode([verdicts.client_ids[place] for place in at.tolist()]))
    seen = verdicts.week + 1 - memory.first_week[rows].astype(np.int64)
    weekly = memory.weekly(verdicts.week, rows)
    value = value_at_risk(weekly[:, MONEY].sum(axis=1), seen)
    paid = memory.habits.paid_in(rows)
    enough = enough_for(paid[SERIES.index(Series.TURNOVER)], QUARTER_VS_YEAR, limits.fewest_paid_weeks[tier])
    enough &= ~is_gone(paid)
    enough &= falls_beyond_noise(weekly, read(memory.cumulative(verdicts.week, rows), seen), limits.own_noise[tier])
    return np.where(enough & (value >= limits.minimum_effect_minor[tier]), value, 0)
