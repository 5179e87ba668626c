"""A shard's week as the model sees it: the last weeks of its clients, and the scores that they give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from detector.leaver.history import REACH_WEEKS, History
from detector.leaver.model import SMOOTHED_OVER, LeaverModel
from detector.leaver.sharpen import Scores

WINDOW_WEEKS = REACH_WEEKS + len(SMOOTHED_OVER) - 1  # float32: some 630 bytes a client


def window_scores(
    model: LeaverModel,
    turnover: npt.NDArray[np.float32],
    branches: Sequence[str],
    first_week: npt.NDArray[np.int32],
    week: int,
) -> Scores:
    """Of all clients that a shard has in `week`, parallel columns of length n.

    `turnover`: float32 (n, WINDOW_WEEKS), minor units, the last of them of `week`. All clients: together they tell
    a quiet week of a branch.
    """
    history = History(
        turnover.astype(np.float64),
        np.unique(branches, return_inverse=True)[1] if branches else np.zeros(0, np.int64),
        np.clip(first_week - (week - WINDOW_WEEKS + 1), 0, WINDOW_WEEKS).astype(np.int64),
    )
    return Scores(model.latest(history), model.prompt_at, model.alarm_at, model.version)
