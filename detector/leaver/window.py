"""A shard's weeks as the model sees them, turnover and payments of its clients, and the scores that it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.comparisons.sums import Ints
from detector.ids import places_among
from detector.leaver.history import REACH_WEEKS, SMOOTHED_OVER, History
from detector.leaver.model import LeaverModel
from detector.leaver.sharpen import Scores

WINDOW_WEEKS = REACH_WEEKS + len(SMOOTHED_OVER) - 1  # float32 and uint16: some 950 bytes a client
_MOST_PAYMENTS = np.iinfo(np.uint16).max  # of a week; more is as good as so many


@dataclass(frozen=True, slots=True)
class ScoreWindow:
    """The last WINDOW_WEEKS weeks of a shard's clients, the last of them `week`, whose clients come first.

    `turnover`: float32 (n, WINDOW_WEEKS), minor units, oldest first; zeros where a client had nothing. `payments`:
    uint16, the same shape.
    """

    week: int
    client_ids: Sequence[str]
    turnover: npt.NDArray[np.float32]
    payments: npt.NDArray[np.uint16]

    @classmethod
    def of(
        cls, week: int, client_ids: Sequence[str], debit_minor: Ints, credit_minor: Ints, payments: Ints
    ) -> ScoreWindow:
        """From volumes, int64 (n, at most WINDOW_WEEKS), of the weeks up to `week`."""
        window = cls._empty(week, client_ids)
        window.turnover[:, WINDOW_WEEKS - debit_minor.shape[1] :] = debit_minor + credit_minor
        window.payments[:, WINDOW_WEEKS - debit_minor.shape[1] :] = payments.clip(0, _MOST_PAYMENTS)
        return window

    @classmethod
    def _empty(cls, week: int, client_ids: Sequence[str]) -> ScoreWindow:
        shape = (len(client_ids), WINDOW_WEEKS)
        return cls(week, client_ids, np.zeros(shape, np.float32), np.zeros(shape, np.uint16))

    def followed_by(
        self, client_ids: Sequence[str], debit_minor: Ints, credit_minor: Ints, payments: Ints
    ) -> ScoreWindow:
        """A week later; int64 (n,) of each client that the later week has. The others have nothing in it, and are
        kept as long as anything of theirs is in the window: they may come back.
        """
        at = places_among(self.client_ids, client_ids)
        left: npt.NDArray[np.bool_] = np.any(self.turnover[:, 1:] != 0, axis=1)
        left[at[at >= 0]] = False
        others = np.flatnonzero(left)
        ids = [*client_ids, *(self.client_ids[place] for place in others.tolist())]
        after = self._empty(self.week + 1, ids)
        mine = np.flatnonzero(at >= 0)
        after.turnover[mine, :-1] = self.turnover[at[mine], 1:]
        after.payments[mine, :-1] = self.payments[at[mine], 1:]
        after.turnover[len(client_ids) :, :-1] = self.turnover[others, 1:]
        after.payments[len(client_ids) :, :-1] = self.payments[others, 1:]
        after.turnover[: len(client_ids), -1] = debit_minor + credit_minor
        after.payments[: len(client_ids), -1] = payments.clip(0, _MOST_PAYMENTS)
        return after

    def scores(self, model: LeaverModel, branches: Sequence[str], first_week: npt.NDArray[np.int32]) -> Scores:
        """Of the first clients, whose branches and first weeks are given in their order.

        They must be all that the shard has in the week: together they tell a quiet week of a branch.
        """
        history = History(
            self.turnover[: len(branches)].astype(np.float64),
            np.unique(branches, return_inverse=True)[1] if branches else np.zeros(0, np.int64),
            np.clip(first_week - (self.week - WINDOW_WEEKS + 1), 0, WINDOW_WEEKS).astype(np.int64),
            self.payments[: len(branches)],
        )
        return Scores(model.latest(history), model.prompt_at, model.alarm_at, model.version)
