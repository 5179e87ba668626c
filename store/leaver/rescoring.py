"""A shard's week scored again: by the model that judged it, from the ledger as it was then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from detector.leaver.model import LeaverModel
from detector.leaver.sharpen import Scores
from detector.leaver.window import WINDOW_WEEKS, window_scores
from store.ledger import ledger_reading, past_amounts
from store.tables.clients import client
from store.tables.ledger import ledger


@dataclass(frozen=True, slots=True)
class WeekAgain:
    """What the model saw of a shard's week: all clients with a row in it, sorted by id, length n.

    `turnover`: float32 (n, WINDOW_WEEKS). Branches, and where a new normal begins, are as they are known now.
    """

    model: LeaverModel
    week: int
    place: dict[str, int]
    branches: list[str]
    first_week: npt.NDArray[np.int32]
    turnover: npt.NDArray[np.float32]

    def scores(self, client_ids: Sequence[str], begins: dict[str, int]) -> Scores:
        """Of some of the clients, in their order. `begins`: first weeks of clients, where it is another one."""
        first_week = self.first_week.copy()
        for client_id, week in begins.items():
            first_week[self.place[client_id]] = week
        found = window_scores(self.model, self.turnover, self.branches, first_week, self.week)
        return found.take(np.array([self.place[client_id] for client_id in client_ids], np.int32))


def load(tx: Connection, model: LeaverModel, shard: int, week: int, amendments: int | None) -> WeekAgain:
    """A week as it was when the shard had been amended so often (None: as it is)."""
    theirs = (
        sa.select(client.c.client_id, client.c.branch_id, ledger_reading.judged_from(week))
        .join(ledger, ledger.c.client_id == client.c.client_id)
        .where(ledger.c.shard == shard, ledger.c.week == week)
    )
    rows = sorted(tuple(row) for row in tx.execute(theirs))
    ids = [client_id for client_id, _, _ in rows]
    debit, credit = past_amounts.shard_amounts(tx, shard, ids, week - WINDOW_WEEKS + 1, week, amendments)
    return WeekAgain(
        model=model,
        week=week,
        place={client_id: at for at, client_id in enumerate(ids)},
        branches=[branch_id for _, branch_id, _ in rows],
        first_week=np.array([first_week for _, _, first_week in rows], np.int32),
        turnover=(debit + credit).astype(np.float32),
    )
