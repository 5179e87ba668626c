"""The weeks that explanations are made of: of a few of a shard's clients, kept in memory from week to week."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from detector.comparisons.sums import Ints
from detector.explanation.explaining import HISTORY_WEEKS
from store.among import among
from store.tables.ledger import ledger

MOST_KEPT = 2_000  # clients of a shard, 5 MB; beyond it only those of the newest week
_COLUMNS = (ledger.c.debit_minor, ledger.c.credit_minor, ledger.c.debit_count + ledger.c.credit_count)


@dataclass(frozen=True, slots=True)
class ClientWeeks:
    """HISTORY_WEEKS weeks of clients, oldest first, the last of them `week`, in the order of `place`.

    `numbers`: int64 (3, n, HISTORY_WEEKS), minor units of debits and credits, and events; zero without a row.
    """

    week: int
    place: dict[str, int]
    numbers: Ints

    @property
    def debit(self) -> Ints:
        debit: Ints = self.numbers[0]
        return debit

    @property
    def credit(self) -> Ints:
        credit: Ints = self.numbers[1]
        return credit

    @property
    def events(self) -> Ints:
        events: Ints = self.numbers[2]
        return events


class ExplainedWeeks:
    """Of each shard the clients that explanations were lately made of, so that a week costs its own rows alone.

    What was read is used only where no closed week has changed since; else it is read from the ledger again, so
    that dropping it is always safe.
    """

    def __init__(self) -> None:
        self._read: dict[int, tuple[int, ClientWeeks]] = {}  # shard -> (amendments, weeks)

    def read(
        self, tx: Connection, shard: int, week: int, amendments: int, client_ids: Iterable[str]
    ) -> ClientWeeks:
        """The weeks up to `week`, a closed one, of at least these clients."""
        wanted = set(client_ids)
        before, known = self._read.pop(shard, (-1, None))
        if known is None or before != amendments or not known.week <= week < known.week + HISTORY_WEEKS:
            weeks = load_weeks(tx, week, wanted)
        else:
            missing = wanted - known.place.keys()
            if len(known.place) + len(missing) > MOST_KEPT:
                known = _take_clients(known, wanted)
            weeks = _join(_advance(tx, known, week), load_weeks(tx, week, missing) if missing else None)
        self._read[shard] = (amendments, weeks)
        return weeks


def load_weeks(tx: Connection, week: int, client_ids: Iterable[str]) -> ClientWeeks:
    """One row a client, its weeks joined into texts, as in store.clients.volumes."""
    ids, first = sorted(client_ids), week - HISTORY_WEEKS + 1
    place = {client_id: at for at, client_id in enumerate(ids)}
    numbers = np.zeros((len(_COLUMNS), len(ids), HISTORY_WEEKS), np.int64)
    texts = [sa.func.aggregate_strings(sa.cast(column, sa.String), " ") for column in (ledger.c.week, *_COLUMNS)]
    wanted = (among(tx, ledger.c.client_id, ids), ledger.c.week.between(first, week))
    rows = tx.execute(sa.select(ledger.c.client_id, *texts).where(*wanted).group_by(ledger.c.client_id))
    for client_id, *joined in rows:
        at, *columns = (np.fromstring(text, np.int64, sep=" ") for text in joined)
        numbers[:, place[client_id], at - first] = columns
    return ClientWeeks(week, place, numbers)


def _advance(tx: Connection, known: ClientWeeks, week: int) -> ClientWeeks:
    """The same clients up to a later week."""
    later = week - known.week
    if not later:
        return known
    numbers = np.zeros_like(known.numbers)
    numbers[..., :-later] = known.numbers[..., later:]
    wanted = (among(tx, ledger.c.client_id, known.place), ledger.c.week.between(known.week + 1, week))
    first = week - HISTORY_WEEKS + 1
    for client_id, at, *columns in tx.execute(
        sa.select(ledger.c.client_id, ledger.c.week, *_COLUMNS).where(*wanted)
    ):
        numbers[:, known.place[client_id], at - first] = columns
    return ClientWeeks(week, known.place, numbers)


def _take_clients(known: ClientWeeks, client_ids: set[str]) -> ClientWeeks:
    """Some of the clients alone."""
    ids = sorted(client_ids & known.place.keys())
    numbers = known.numbers[:, [known.place[client_id] for client_id in ids]]
    return ClientWeeks(known.week, {client_id: at for at, client_id in enumerate(ids)}, numbers)


def _join(one: ClientWeeks, other: ClientWeeks | None) -> ClientWeeks:
    """The clients of both, which have none in common."""
    if other is None:
        return one
    place = one.place | {client_id: len(one.place) + at for client_id, at in other.place.items()}
    return ClientWeeks(one.week, place, np.concatenate([one.numbers, other.numbers], axis=1))
