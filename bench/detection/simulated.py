"""Simulated banks in the place of the real payments, where nobody has put them: three banks as three branches."""

from __future__ import annotations

import numpy as np

from bench.client_weeks import FIRST_WEEK, History, simulated
from bench.detection.reading import EPOCH
from bench.detection.sample import STAYED, Branch
from feeds.truth import Leaver
from schemas.weeks import monday

SEEDS, CLIENTS = (201, 202, 203), 300
LEAVER_SHARE = 0.3  # more leave than in a bank, so that those who go for good are enough to be counted
MINOR = 100
ENDED = {"gradual": "ended_gradual_fade", "fast": "ended_fast_fade", "abrupt": "ended_abrupt"}


def simulated_branches(clients: int = CLIENTS) -> list[Branch]:
    """Outcomes as the truth has them: who goes for good by its course; who keeps a part is neither."""
    return [_branch(seed, clients) for seed in SEEDS]


def _branch(seed: int, clients: int) -> Branch:
    bank, history = simulated(seed, clients, LEAVER_SHARE)
    row = {client_id: i for i, client_id in enumerate(history.client_ids)}
    outcome = np.full(clients, STAYED, dtype="U32")
    for leaver in bank.truth():
        outcome[row[leaver.client_id]] = _outcome(leaver)
    turnover = (history.debit + history.credit) / MINOR
    paid = turnover > 0
    return Branch(
        name=f"simulated bank {seed}",
        first_day=(monday(FIRST_WEEK) - EPOCH).days,
        turnover=turnover,
        first=_begins(history),
        last=paid.shape[1] - 1 - paid[:, ::-1].argmax(axis=1),
        outcome=outcome,
    )


def _begins(history: History) -> np.ndarray:
    return np.minimum(history.begins, history.weeks - 1)


def _outcome(leaver: Leaver) -> str:
    goes = leaver.series == "both" and leaver.residual == 0.0
    return ENDED.get(leaver.kind, leaver.kind) if goes else f"kept a part: {leaver.kind}"
