"""Reading the weekly ledger in columns, for the detector and for ingest at its start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.ledger.checkpoint import LedgerDeltas
from store.tables.clients import client
from store.tables.ledger import ledger

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

AMOUNTS = (ledger.c.debit_minor, ledger.c.credit_minor)
_COUNTS = (ledger.c.debit_count, ledger.c.credit_count)
PAYMENTS = sa.cast(ledger.c.debit_count, sa.BigInteger) + ledger.c.credit_count  # two int32 may be more than one


@dataclass(frozen=True, slots=True)
class WeeklyHistory:
    """n clients by w weeks, oldest week first; a week without a row is 0. Sorted by client id."""

    client_ids: list[str]
    first_week: Int32  # (n,)
    debit_minor: Int64  # (n, w)
    credit_minor: Int64  # (n, w)
    payments: Int64  # (n, w)


@dataclass(frozen=True, slots=True)
class WeekRows:
    """One week's rows of a shard, parallel columns of length n, sorted by client id.

    `after_closing`: those of clients that had closed before the week, which are learned and not judged.
    """

    client_ids: list[str]
    first_week: Int32
    debit_minor: Int64
    credit_minor: Int64
    payments: Int64  # debits and credits, whatever they come to
    revision: Int32  # of each ledger row
    after_closing: WeekRows | None = None


def load_history(
    tx: Connection, shard: int, last_week: int, weeks: int, *, with_closed: bool = True
) -> WeeklyHistory:
    """The `weeks` weeks up to `last_week`, inclusive, of the clients that had begun by then. Closed ones are there
    as long as anything of theirs is in these weeks, for who comes back has its whole history; `with_closed` False:
    only those that had not closed by the end.

    It is what the week after `last_week` is judged with: before a new normal there is nothing.
    """
    first = last_week - weeks + 1
    begun = sa.and_(client.c.shard == shard, client.c.first_week <= last_week)
    if not with_closed:
        begun = sa.and_(begun, sa.or_(client.c.last_week.is_(None), client.c.last_week >= last_week))
    columns = (client.c.client_id, judged_from(last_week + 1), client.c.last_week)
    ids: list[tuple[str, int, int | None]] = sorted(map(tuple, tx.execute(sa.select(*columns).where(begun))))
    history = WeeklyHistory(
        [client_id for client_id, _, _ in ids],
        np.array([first_week for _, first_week, _ in ids], np.int32),
        *np.zeros((3, len(ids), weeks), np.int64),
    )
    place = {client_id: i for i, client_id in enumerate(history.client_ids)}
    for week, ids_read, columns_read in load_by_week(tx, shard, first, last_week, (*AMOUNTS, PAYMENTS)):
        at = np.fromiter((place.get(client_id, -1) for client_id in ids_read), np.int64, len(ids_read))
        known = at >= 0
        for kept, read in zip(_numbers(history), columns_read, strict=True):
            kept[at[known], week - first] = read[known]
    before = np.arange(first, last_week + 1) < history.first_week[:, None]
    for kept in _numbers(history):
        kept[before] = 0
    gone = np.array([closed is not None and closed < first for _, _, closed in ids], np.bool_)
    if not gone.any():
        return history
    something = np.any([(kept != 0).any(axis=1) for kept in _numbers(history)], axis=0)
    return _taken(history, ~gone | something)


def _taken(history: WeeklyHistory, chosen: npt.NDArray[np.bool_]) -> WeeklyHistory:
    """Some of the clients alone."""
    return WeeklyHistory(
        list(compress(history.client_ids, chosen)),
        history.first_week[chosen],
        *(kept[chosen] for kept in _numbers(history)),
    )


def _numbers(history: WeeklyHistory) -> tuple[Int64, Int64, Int64]:
    return history.debit_minor, history.credit_minor, history.payments


def load_week(tx: Connection, shard: int, week: int) -> WeekRows:
    """Every row of one week of a shard; `first_week` is that of a new normal, where there is one by then."""
    amounts = (*AMOUNTS, PAYMENTS, ledger.c.revision)
    found = tx.execute(
        sa.select(has_closed(week), ledger.c.client_id, judged_from(week), *amounts)
        .join(client, client.c.client_id == ledger.c.client_id)
        .where(ledger.c.shard == shard, ledger.c.week == week)
    ).all()
    judged = _week_rows([row for closed, *row in found if not closed])
    closed = [row for closed, *row in found if closed]
    return replace(judged, after_closing=_week_rows(closed)) if closed else judged


def _week_rows(rows: list[list[Any]]) -> WeekRows:
    columns = list(zip(*sorted(map(tuple, rows)), strict=True)) or [()] * 6
    kinds = (np.int32, np.int64, np.int64, np.int64, np.int32)
    first_week, debit, credit, payments, revision = (
        np.array(c, k) for c, k in zip(columns[1:], kinds, strict=True)
    )
    return WeekRows(list(columns[0]), first_week, debit, credit, payments, revision)


def has_closed(week: int) -> sa.ColumnElement[bool]:
    """Whether a client had closed before `week`: what still comes for it is kept, and not judged."""
    return sa.func.coalesce(client.c.last_week < week, sa.false())


def judged_from(week: int) -> sa.ColumnElement[int]:
    """First week of a client that `week` is judged with."""
    rebased = client.c.rebased_week
    later = sa.and_(rebased <= week, rebased > client.c.first_week)
    return sa.case((later, rebased), else_=client.c.first_week).label("first_week")


def load_totals(tx: Connection, shard: int, first_week: int) -> LedgerDeltas:
    """The ledger of a shard from a week on, as columns."""
    ids: list[str] = []
    weeks, numbers = [np.zeros(0, np.int32)], [np.zeros((4, 0), np.int64)]
    for week, ids_read, columns in load_by_week(tx, shard, first_week, None, (*AMOUNTS, *_COUNTS)):
        ids += ids_read
        weeks.append(np.full(len(ids_read), week, np.int32))
        numbers.append(columns)
    return LedgerDeltas(ids, np.concatenate(weeks), *np.concatenate(numbers, axis=1))


def load_by_week(
    tx: Connection, shard: int, first: int, last: int | None, columns: Sequence[sa.ColumnElement[int]]
) -> Iterator[tuple[int, list[str], Int64]]:
    """(week, client ids (n,), int64 (columns, n)) of each week that has rows.

    The database joins a week's column into one text: ten million numbers as objects of their own take many
    seconds. The columns of one statement are all joined in the order of its one scan.
    """
    joined = [
        sa.func.aggregate_strings(ledger.c.client_id, " "),
        *(sa.func.aggregate_strings(sa.cast(column, sa.String), " ") for column in columns),
    ]
    weeks = (ledger.c.shard == shard, ledger.c.week >= first, *([] if last is None else [ledger.c.week <= last]))
    for week, ids, *texts in tx.execute(sa.select(ledger.c.week, *joined).where(*weeks).group_by(ledger.c.week)):
        yield week, ids.split(" "), np.stack([np.fromstring(text, np.int64, sep=" ") for text in texts])
