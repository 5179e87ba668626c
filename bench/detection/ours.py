"""The project's own detectors as scores: shipped presets, and the learned score that never saw who is judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bench.client_weeks import History, deviations
from bench.detection.not_measured import NotMeasured
from bench.detection.peers.standardised import FLOOR, judged
from bench.detection.sample import Branch, Detector, Floats, Ints, Sample
from detector.policies.limits import DIRECTIONS, GRADES, limits_of
from detector.policies.policy import Policy
from detector.policies.presets import default_policy
from schemas.verdicts import Direction, Grade

MINOR = 100
SEED = 1


def shipped_presets(*, every_amount: bool) -> Detector:
    """How far the worst comparison is towards its prompt: 1.0 at the limit, as verdicts are ranked. All turnover
    is taken as credit, of the default tier, whatever clients stray by. `every_amount`: without the minimum effect
    in money.
    """
    policy = default_policy("GBP")
    limit = _fall_limits(policy)
    effect = 0 if every_amount else _minimum_effect_minor(policy)

    def score(sample: Sample) -> Floats:
        credit = np.rint(sample.turnover * MINOR).astype(np.int64)
        ids = [str(row) for row in range(len(credit))]
        history = History(ids, [policy.default_tier] * len(ids), np.zeros_like(credit), credit)
        percent = deviations(history, np.full(len(ids), effect))
        towards = np.fmax.reduce(percent / limit[:, None], axis=1)
        return judged(towards.T)

    return score


def _fall_limits(policy: Policy) -> Floats:
    """Percent at which a fall is a prompt, one for each comparison (12,), -inf where there is none."""
    limits = limits_of(policy)
    own = limits.percent[limits.default_code, DIRECTIONS.index(Direction.FALL), GRADES.index(Grade.PROMPT)]
    return own.reshape(-1)


def _minimum_effect_minor(policy: Policy) -> int:
    limits = limits_of(policy)
    return int(limits.minimum_effect_minor[limits.default_code])


@dataclass(frozen=True)
class Lives:
    """What the learned score reads: `turnover` (n, T), `branch` and `first_week` (n,)."""

    turnover: Floats
    branch: Ints
    first_week: Ints


class Model(Protocol):
    def score(self, history: Lives) -> Floats: ...


Fit = Callable[[Lives, int], Model]


def learned(branches: Sequence[Branch]) -> Detector:
    """The project's learned score. Raises NotMeasured where there is no `detector.fit`."""
    try:
        from detector import fit
    except ImportError as error:
        raise NotMeasured("detector.fit is not in this build") from error
    return judged_by_the_others(branches, fit)


def judged_by_the_others(branches: Sequence[Branch], fit: Fit) -> Detector:
    """Every branch judged by a model that was fitted to the others alone. One threshold holds for all of them, for
    a probability means the same in every branch or is none.
    """
    models = [fit(together([*branches[:at], *branches[at + 1 :]]), SEED) for at in range(len(branches))]

    def score(sample: Sample) -> Floats:
        found = np.full(sample.turnover.shape, FLOOR)
        for at in np.unique(sample.branch):
            rows = sample.branch == at
            own = sample.rows(rows)
            found[rows] = models[at].score(Lives(own.turnover, np.zeros_like(own.branch), own.first))
        return judged(found)

    return score


def together(branches: Sequence[Branch]) -> Lives:
    """Branches side by side in one calendar, which ends where the first of them ends: a branch that reports no
    more must not look as if all its clients had gone.
    """
    start = min(branch.first_day for branch in branches)
    end = min(branch.first_day + 7 * branch.turnover.shape[1] for branch in branches)
    weeks = (end - start) // 7
    turnover, of, first = [], [], []
    for at, branch in enumerate(branches):
        late = (branch.first_day - start) // 7
        begun = branch.first + late < weeks
        aligned = np.pad(branch.turnover[begun], ((0, 0), (late, 0)))[:, :weeks]
        turnover.append(aligned)
        of.append(np.full(len(aligned), at))
        first.append(branch.first[begun] + late)
    return Lives(np.concatenate(turnover), np.concatenate(of), np.concatenate(first))
