"""The learned score of each shard's clients, week by week, from turnover and payments kept in memory."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from casework.alerts.message import ClientFacts
from detector.leaver.model import LeaverModel
from detector.leaver.sharpen import Scores
from detector.leaver.window import WINDOW_WEEKS, ScoreWindow
from store.ledger import ledger_reading
from store.ledger.ledger_reading import WeekRows
from store.ledger.shard_weeks import Claim
from store.unit_of_work import Tx


class LeaverScores:
    """Holds a window a shard, so that a week costs its own volumes and O(clients) of arithmetic.

    A window is used only where it is of the week before and no closed week has changed since; else it is read from
    the ledger, so that dropping it is always safe.
    """

    def __init__(self, model: LeaverModel) -> None:
        self._model = model
        self.model_version = model.version
        self._windows: dict[int, tuple[int, ScoreWindow]] = {}  # shard -> (amendments, window)

    def scores(self, tx: Tx, claim: Claim, rows: WeekRows, facts: Mapping[str, ClientFacts]) -> Scores:
        """Of the week's clients, in its order."""
        before = self._window_before(tx, claim)
        parts = [rows] if rows.after_closing is None else [rows, rows.after_closing]
        window = before.followed_by(
            [client_id for part in parts for client_id in part.client_ids],
            np.concatenate([part.debit_minor for part in parts]),
            np.concatenate([part.credit_minor for part in parts]),
            np.concatenate([part.payments for part in parts]),
        )
        self._windows[claim.shard] = (claim.amendments, window)
        return window.scores(
            self._model, [facts[client_id].branch_id for client_id in rows.client_ids], rows.first_week
        )

    def _window_before(self, tx: Tx, claim: Claim) -> ScoreWindow:
        amendments, window = self._windows.pop(claim.shard, (-1, None))
        if window is not None and (window.week, amendments) == (claim.week - 1, claim.amendments):
            return window
        past = ledger_reading.load_history(tx, claim.shard, claim.week - 1, WINDOW_WEEKS - 1)
        return ScoreWindow.of(claim.week - 1, past.client_ids, past.debit_minor, past.credit_minor, past.payments)
