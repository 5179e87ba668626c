"""Weekly ledger to baselines to deviations to verdicts, with their arithmetic. Pure: numpy in, numpy out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detector.leaver.history import ClientHistory
    from detector.leaver.model import LeaverModel

__all__ = ["fit"]


def fit(history: ClientHistory, seed: int) -> LeaverModel:
    """`detector.leaver.training.fit`; imported late, since only training and scoring need the library of trees."""
    from detector.leaver import training

    return training.fit(history, seed)
