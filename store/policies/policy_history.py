"""What a policy is replayed on: the weeks of all clients that have been judged, and who belongs where."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.quiet.calendar import NOTHING, Entry, suppressions
from detector.groups import Group
from detector.leaver.past_scores import PastScores
from detector.quiet.calendar import NONE, Festivals
from detector.quiet.surroundings import Surroundings, groupings_of
from detector.replay import NO_END, History
from schemas.weeks import Week
from store.alerts import alert_explanations
from store.leaver import leaver_scores
from store.leaver.leaver_scores import NO_SCORES, StoredScores
from store.ledger.ledger_reading import AMOUNTS, PAYMENTS, load_by_week
from store.quiet import calendar, movements
from store.tables.clients import client
from store.tables.ledger import shard, shard_week

State = tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class BankHistory:
    """The history of all shards' clients, sorted by id. `branch`: place of each one's branch in `branches`."""

    history: History
    branch: npt.NDArray[np.intp]
    branches: list[str]
    shard: npt.NDArray[np.intp]
    industries: list[str | None]
    quiet_weeks: Mapping[int, Mapping[Week, frozenset[Group]]]  # by shard, before the weeks to be replayed
    entries: tuple[Entry, ...]  # of the calendar, in the weeks to be replayed
    oldest_week: Week  # of any client
    scores: StoredScores = NO_SCORES  # in the weeks to be replayed
    onsets: Mapping[tuple[str, int], int] = field(default_factory=dict)  # by client and week, as explained then

    def shards(
        self, festivals: Festivals = NONE
    ) -> Iterator[tuple[npt.NDArray[np.intp], History, Mapping[Week, PastScores]]]:
        """Places of each shard's clients, their history and their scores: a shard is judged by itself."""
        for number in np.unique(self.shard):
            at = np.flatnonzero(self.shard == number)
            groupings = groupings_of(
                [self.branches[self.branch[place]] for place in at], [self.industries[place] for place in at]
            )
            around = Surroundings(groupings, self.quiet_weeks.get(int(number), {}), festivals)
            past = self.scores.weeks.get(int(number), {})
            yield at, self.history.take(at, around), {week: each.among(at) for week, each in past.items()}

    def held(self, week: Week, rest_weeks: frozenset[Week]) -> npt.NDArray[np.bool_] | None:
        """Whom the calendar holds back in a week, (n,); None for nobody."""
        found = suppressions(self.entries, week, rest_weeks)
        if found == NOTHING:
            return None
        everybody = zip(self.history.client_ids, self.branch.tolist(), strict=True)
        waits = (found.covers(client_id, self.branches[at]) for client_id, at in everybody)
        return np.fromiter(waits, np.bool_, len(self.history.client_ids))


def find_last_judged_week(tx: Connection) -> Week | None:
    """The newest week that every shard has been judged for; None where none has been."""
    newest = (
        sa.select(sa.func.max(shard_week.c.week).label("week"))
        .where(shard_week.c.judged_revision > 0)
        .group_by(shard_week.c.shard)
        .subquery()
    )
    found = tx.scalar(sa.select(sa.func.min(newest.c.week)))
    return None if found is None else Week(found)


def find_last_closed_week(tx: Connection) -> Week | None:
    """The newest week that every shard has closed, judged or not; None where none has."""
    newest = tx.scalar(sa.select(sa.func.min(shard.c.next_to_close)))
    return None if newest is None else Week(newest - 1)


def count_clients(tx: Connection) -> dict[int, int]:
    """Clients with activity, by shard, in order of the shards."""
    counted = sa.select(client.c.shard, sa.func.count()).where(client.c.shard.is_not(None))
    rows = tx.execute(counted.group_by(client.c.shard).order_by(client.c.shard))
    return {int(number): int(clients) for number, clients in rows}


def find_oldest_week(tx: Connection) -> Week | None:
    """The first week of any client; None without any."""
    oldest = tx.scalar(sa.select(sa.func.min(client.c.first_week)))
    return None if oldest is None else Week(oldest)


def load_state(tx: Connection, last_week: Week, replayed: int) -> State:
    """What changes whenever a history up to `last_week` would be read differently, but for who the clients are."""
    rows = tx.execute(sa.select(shard.c.shard, shard.c.amendments).order_by(shard.c.shard))
    entries = calendar.load_between(tx, last_week - replayed + 1, last_week)
    held = sorted((entry.entry_id, entry.revision) for entry in entries)
    return (*((row.shard, row.amendments, last_week) for row in rows), *held)


def load_bank(
    tx: Connection, last_week: Week, weeks: int, replayed: int, only: Collection[int] | None = None
) -> BankHistory:
    """The `weeks` weeks up to `last_week` of every client that had begun by then and not closed before them.

    `replayed`: the last so many of them are to be replayed. `only`: shards, each a sample of the bank.
    """
    first = last_week - weeks + 1
    theirs = (
        sa.select(
            client.c.client_id,
            client.c.shard,
            client.c.tier,
            client.c.branch_id,
            client.c.first_week,
            client.c.last_week,
            client.c.industry,
            sa.func.coalesce(client.c.rebased_week, 0),
        )
        .where(client.c.shard.is_not(None), client.c.first_week <= last_week)
        .where(sa.or_(client.c.last_week.is_(None), client.c.last_week >= first))
    )
    if only is not None:
        theirs = theirs.where(client.c.shard.in_(only))
    rows = sorted(map(tuple, tx.execute(theirs)), key=itemgetter(0))
    columns = zip(*rows, strict=True) if rows else ((),) * 8
    ids, shards, tiers, branch_ids, begins, ends, industries, rebased = columns
    place = {client_id: at for at, client_id in enumerate(ids)}
    amounts = _load_amounts(tx, sorted(set(shards)), place, first, last_week)
    branches = sorted(set(branch_ids))
    numbers = {branch_id: at for at, branch_id in enumerate(branches)}
    history = History(
        client_ids=list(ids),
        tiers=list(tiers),
        first_week=np.array(begins, np.int32),
        end_week=np.array([NO_END if end is None else end for end in ends], np.int32),
        debit_minor=amounts[0],
        credit_minor=amounts[1],
        last_week=last_week,
        rebased_week=np.array(rebased, np.int32),
        payments=amounts[2],
    )
    branch = np.array([numbers[branch_id] for branch_id in branch_ids], np.intp)
    return BankHistory(
        history=history,
        branch=branch,
        branches=branches,
        shard=np.array(shards, np.intp),
        industries=list(industries),
        quiet_weeks={each: movements.load_quiet_weeks(tx, each, last_week - replayed + 1) for each in set(shards)},
        entries=tuple(calendar.load_between(tx, last_week - replayed + 1, last_week)),
        oldest_week=Week(min(begins, default=last_week)),
        scores=leaver_scores.load_scores(tx, place, last_week - replayed + 1, last_week),
        onsets=alert_explanations.load_onsets(tx, last_week - replayed + 1, last_week),
    )


def _load_amounts(
    tx: Connection, shards: Sequence[int], place: Mapping[str, int], first: int, last_week: int
) -> npt.NDArray[np.int64]:
    """Debits, credits and payments of the clients by their places, int64 (3, n, weeks)."""
    amounts = np.zeros((3, len(place), last_week - first + 1), np.int64)
    for number in shards:
        ids_before: list[str] = []
        for week, ids_read, read in load_by_week(tx, number, first, last_week, (*AMOUNTS, PAYMENTS)):
            if ids_read != ids_before:  # mostly the same clients in the same order
                at = np.fromiter((place.get(client_id, -1) for client_id in ids_read), np.int64, len(ids_read))
                ids_before = ids_read
            amounts[:, at[at >= 0], week - first] = read[:, at >= 0]
    return amounts


def with_newest_scores(tx: Connection, bank: BankHistory, replayed: int) -> BankHistory:
    """The same history with the scores as they are now."""
    place = {client_id: at for at, client_id in enumerate(bank.history.client_ids)}
    last = bank.history.last_week
    return replace(bank, scores=leaver_scores.load_scores(tx, place, last - replayed + 1, last))
