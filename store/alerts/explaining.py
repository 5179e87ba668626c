"""What an explanation is made of: the history of a few clients, and what moved around them in the same weeks.

Bounded reads, whatever the bank's size: the clients explained, and beside them the first by id of their branches
and industries in the shard, so that the same are asked again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.alerts.episodes import Episode, leading_series
from detector.explanation.evidence import Bools, Known
from detector.explanation.explaining import HISTORY_WEEKS, explain
from schemas.explanations import Explanation
from schemas.weeks import Week
from store.alerts.alert_explanations import is_explained
from store.alerts.explained_weeks import ClientWeeks, load_weeks
from store.among import among
from store.tables.clients import client
from store.tables.ledger import shard_week

ReadWeeks = Callable[[Connection, int, Iterable[str]], ClientWeeks]
BRANCH_SAMPLE, INDUSTRY_SAMPLE = 30, 50  # clients: a feed that lost half shows in thirty, a median in fifty


@dataclass(frozen=True, slots=True)
class _Client:
    """`since`: place of its first week among the weeks read, 0 where it began before them."""

    client_id: str
    branch_id: str
    industry: str | None
    since: int


def explain_changed(
    tx: Connection, shard: int, week: int, changed: Iterable[Episode], read_weeks: ReadWeeks = load_weeks
) -> dict[str, Explanation]:
    """By alert_id, as of the end of `week`, the falls among `changed` that have evidence of that week.

    `read_weeks`: from the ledger, or from what is known of it.

    1. Who. 2. Who moved around them. 3. Their weeks. 4. Explain each.
    """
    falls = [e for e in changed if e.last_week == week and is_explained(e)]
    if not falls:
        return {}
    begun = (client.c.first_week <= week, client.c.shard == shard)
    own = {e.client_id for e in falls}
    mine = {c.client_id: c for c in _load_clients(tx, week, among(tx, client.c.client_id, sorted(own)), *begun)}
    there = (*begun, sa.or_(client.c.last_week.is_(None), client.c.last_week >= week))
    branches = _sample(tx, week, client.c.branch_id, {c.branch_id for c in mine.values()}, BRANCH_SAMPLE, there)
    names = {c.industry for c in mine.values() if c.industry is not None}
    industries = _sample(tx, week, client.c.industry, names, INDUSTRY_SAMPLE, there)
    weeks = read_weeks(tx, week, {*mine, *(c.client_id for group in (branches, industries) for c in group)})
    released = _load_released(tx, shard, week)
    in_branch, in_industry = _group_by(branches, "branch_id"), _group_by(industries, "industry")
    return {
        e.alert_id: explain(
            _known_about(week, weeks, me, in_branch[me.branch_id], in_industry[me.industry], released),
            leading_series(e.newest),
            None if e.newest.score is None else e.newest.score.probability,
        )
        for e in falls
        if (me := mine.get(e.client_id)) is not None
    }


def _known_about(
    week: int, weeks: ClientWeeks, me: _Client, branch: list[_Client], industry: list[_Client], released: Bools
) -> Known:
    """From the client's own first week on."""
    own, mine = weeks.place[me.client_id], slice(me.since, None)
    neighbours = [each for each in branch if each.client_id != me.client_id]
    peers = [each for each in industry if each.client_id != me.client_id]
    turnover = weeks.debit[_places_in(weeks, peers)] + weeks.credit[_places_in(weeks, peers)]
    return Known(
        week=Week(week),
        debit=weeks.debit[own, mine],
        credit=weeks.credit[own, mine],
        industry=turnover[:, mine] if peers else None,
        industry_since=np.array([each.since - me.since for each in peers], np.int64) if peers else None,
        branch_events=weeks.events[_places_in(weeks, neighbours)].sum(axis=0)[mine] if neighbours else None,
        branch_clients=len(neighbours),
        released=released[mine],
    )


def _places_in(weeks: ClientWeeks, clients: list[_Client]) -> list[int]:
    return [weeks.place[each.client_id] for each in clients]


def _load_clients(tx: Connection, week: int, *conditions: sa.ColumnElement[bool]) -> list[_Client]:
    """Since the first week of their new normal, where there is one by then: what came before is settled."""
    rebased = client.c.rebased_week
    by_then = sa.and_(rebased <= week, rebased > client.c.first_week)
    first_week = sa.case((by_then, rebased), else_=client.c.first_week).label("first_week")
    columns = (client.c.client_id, client.c.branch_id, client.c.industry, first_week)
    return [_client(row, week) for row in tx.execute(sa.select(*columns).where(*conditions))]


def _client(row: sa.Row[*tuple[Any, ...]], week: int) -> _Client:
    since = max(0, row.first_week - (week - HISTORY_WEEKS + 1))
    return _Client(row.client_id, row.branch_id, row.industry, since)


def _sample(
    tx: Connection,
    week: int,
    group: sa.Column[str],
    wanted: Iterable[str],
    size: int,
    there: tuple[sa.ColumnElement[bool], ...],
) -> list[_Client]:
    """The first `size` clients of each of the wanted groups, by id."""
    place = sa.func.row_number().over(partition_by=group, order_by=client.c.client_id).label("place")
    columns = (client.c.client_id, client.c.branch_id, client.c.industry, client.c.first_week)
    ranked = sa.select(*columns, place).where(among(tx, group, sorted(wanted)), *there).subquery()
    rows = tx.execute(sa.select(ranked).where(ranked.c.place <= size).order_by(ranked.c.client_id))
    return [_client(row, week) for row in rows]


def _group_by(clients: Iterable[_Client], by: str) -> defaultdict[str | None, list[_Client]]:
    groups: defaultdict[str | None, list[_Client]] = defaultdict(list)
    for each in clients:
        groups[getattr(each, by)].append(each)
    return groups


def _load_released(tx: Connection, shard: int, week: int) -> Bools:
    """Weeks that were held and closed by hand."""
    found: Bools = np.zeros(HISTORY_WEEKS, np.bool_)
    first = week - HISTORY_WEEKS + 1
    by_hand = (shard_week.c.closed_by == "release", shard_week.c.week.between(first, week))
    for at in tx.scalars(sa.select(shard_week.c.week).where(shard_week.c.shard == shard, *by_hand)):
        found[at - first] = True
    return found
