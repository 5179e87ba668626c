"""What the score adds to a week's verdicts. It ranks, speaks where presets are silent, and never lowers a grade."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from detector.comparisons.readings import value_at_risk
from detector.ids import encode
from detector.leaver.history import Floats
from detector.verdicts import Verdicts
from schemas.verdicts import Direction, Grade, LeaverScore, Verdict


@dataclass(frozen=True, slots=True)
class Scores:
    """Of a week's clients, in their order: probabilities (n,), with the limits and version of their model."""

    probability: Floats
    prompt_at: float
    alarm_at: float
    model_version: str


def sharpened(verdicts: Verdicts, scores: Scores, withheld: Collection[str]) -> Iterator[Verdict]:
    """The week's verdicts with their scores, and prompts that only the score raises.

    `withheld`: clients whom it may not raise, since their group explains their fall.
    """
    chance = dict(zip(verdicts.client_ids, scores.probability.tolist(), strict=True))
    falling = set()
    for verdict in verdicts.passed():
        if verdict.direction is Direction.FALL:
            falling.add(verdict.client_id)
            yield _scored(verdict, chance[verdict.client_id], scores)
        else:
            yield verdict
    yield from _raised(verdicts, scores, falling.union(withheld))


def unscored(verdict: Verdict) -> Verdict | None:
    """What the presets alone said; None where they were silent."""
    if verdict.score is None:
        return verdict
    if not verdict.comparisons:
        return None
    grade = max(comparison.grade for comparison in verdict.comparisons)
    return replace(verdict, score=None, grade=grade)


def _scored(verdict: Verdict, chance: float, scores: Scores) -> Verdict:
    raised = verdict.grade is Grade.PROMPT and chance >= scores.alarm_at
    return replace(
        verdict,
        grade=Grade.ALARM if raised else verdict.grade,
        score=LeaverScore(chance, scores.model_version, raised),
    )


def _raised(verdicts: Verdicts, scores: Scores, but: Collection[str]) -> Iterator[Verdict]:
    above = np.flatnonzero(scores.probability >= scores.prompt_at).tolist()
    at = [place for place in above if verdicts.client_ids[place] not in but]
    values = _values_at_risk(verdicts, [verdicts.client_ids[place] for place in at])
    for place, value_minor in zip(at, values, strict=True):
        if value_minor > 0:  # nothing goes missing: whatever it looks like, it is no leaving
            yield Verdict(
                client_id=verdicts.client_ids[place],
                week=verdicts.week,
                direction=Direction.FALL,
                grade=Grade.PROMPT,
                comparisons=(),
                value_at_risk_minor=value_minor,
                policy_version=verdicts.policy_version,
                ledger_revision=verdicts.ledger_revision,
                calendar_version=verdicts.calendar_version,
                score=LeaverScore(float(scores.probability[place]), scores.model_version, raised=True),
            )


def _values_at_risk(verdicts: Verdicts, client_ids: Sequence[str]) -> Iterable[int]:
    if not client_ids:
        return []
    memory = verdicts.state.memory
    rows = memory.index.find(encode(client_ids))
    seen = verdicts.week + 1 - memory.first_week[rows].astype(np.int64)
    return [int(value) for value in value_at_risk(memory.cumulative(verdicts.week, rows), seen)]
