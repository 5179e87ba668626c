"""What most clients of a group did together: keeping it as shard-weeks find it, telling it over all shards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from detector.comparisons.windows import LONGEST
from detector.groups import Group, Movement
from schemas.keyset import Int32, Key
from schemas.verdicts import Baseline, GroupKind, Verdict
from schemas.weeks import Week
from store.list_order import behind
from store.tables.ledger import shard_week
from store.tables.quiet import explained_verdict, movement

_MOST = 10_000  # branches times the weeks that are news
_VERDICT = msgspec.json.Decoder(Verdict)


class MovementPlace(NamedTuple):
    """Where a movement stands in the list: the newest week first, then by kind and name."""

    week: Int32
    kind: Key
    name: Key


@dataclass(frozen=True, slots=True)
class GroupWeek:
    """One group's week over all shards. `size_pct`: the shards' medians, weighed by their clients."""

    kind: GroupKind
    name: str
    week: Week
    baseline: Baseline
    size_pct: float
    clients: int
    moved: int
    concerned: int
    quiet: bool

    @property
    def place(self) -> MovementPlace:
        return MovementPlace(self.week, self.kind.value, self.name)


@dataclass(frozen=True, slots=True)
class MovementFilter:
    """What to look for; None for any. `since`: that week or later."""

    kind: GroupKind | None = None
    name: str | None = None
    since: int | None = None


def load_quiet_weeks(tx: Connection, shard: int, week: int) -> dict[Week, frozenset[Group]]:
    """The groups that rested in each of the weeks before `week` that any comparison of it reaches."""
    query = sa.select(movement.c.week, movement.c.kind, movement.c.name).where(
        movement.c.shard == shard, movement.c.week.between(week - LONGEST, week - 1), movement.c.quiet
    )
    found: dict[Week, set[Group]] = {}
    for at, kind, name in tx.execute(query):
        found.setdefault(Week(at), set()).add(Group(GroupKind(kind), name))
    return {at: frozenset(groups) for at, groups in found.items()}


def save_movements(
    tx: Connection, shard: int, week: int, movements: Sequence[Movement], explained: Iterable[Verdict]
) -> None:
    """What judging a week of a shard found, in place of what it found before."""
    verdicts = list(explained)
    concerned: Counter[tuple[str, str]] = Counter()
    for verdict in verdicts:
        if verdict.common is not None:
            concerned[verdict.common.kind.value, verdict.common.name] += 1
    for table in (movement, explained_verdict):
        tx.execute(sa.delete(table).where(table.c.shard == shard, table.c.week == week))
    rows = [
        {
            "shard": shard,
            "week": week,
            "kind": each.group.kind.value,
            "name": each.group.name,
            "baseline": each.baseline.value,
            "series": each.series.value,
            "size_pct": each.size_pct,
            "clients": each.clients,
            "moved": each.moved,
            "concerned": concerned[each.group.kind.value, each.group.name],
            "quiet": each.quiet,
        }
        for each in movements
    ]
    if rows:
        tx.execute(sa.insert(movement), rows)
    if verdicts:
        tx.execute(
            sa.insert(explained_verdict),
            [
                {
                    "client_id": verdict.client_id,
                    "week": week,
                    "direction": verdict.direction.value,
                    "shard": shard,
                    "verdict": msgspec.to_builtins(verdict),
                }
                for verdict in verdicts
            ],
        )


def load_explained(tx: Connection, client_id: str, since: int) -> list[Verdict]:
    """Verdicts of a client that a group explains, of week `since` and later, the newest first."""
    text = sa.cast(explained_verdict.c.verdict, sa.Text)
    mine = (explained_verdict.c.client_id == client_id, explained_verdict.c.week >= since)
    query = sa.select(text).where(*mine).order_by(explained_verdict.c.week.desc(), explained_verdict.c.direction)
    return [_VERDICT.decode(found) for found in tx.scalars(query)]


def load_begun(tx: Connection, kind: GroupKind, since: int) -> list[GroupWeek]:
    """Movements that concern anybody, of week `since` and later, of groups that had none in the week before.

    Those in weeks of history are left out.
    """
    wanted = MovementFilter(kind=kind, since=since - 1)
    found = search(tx, wanted, only_branch=None, after=None, limit=_MOST)
    known = {(row.name, row.week) for row in found}
    history = set(tx.scalars(sa.select(shard_week.c.week).where(shard_week.c.week >= since, shard_week.c.history)))
    news = (row for row in found if row.week >= since and row.week not in history)
    fresh = (row for row in news if (row.name, row.week - 1) not in known)
    return [row for row in fresh if row.concerned]


def search(
    tx: Connection, wanted: MovementFilter, *, only_branch: str | None, after: MovementPlace | None, limit: int
) -> list[GroupWeek]:
    """Up to `limit` movements behind the place `after`, each of all shards together: counts added, sizes weighed.

    `only_branch`: the only one whose movements are told.
    """
    m = movement.c
    order = (m.week.desc(), m.kind, m.name)
    weighed = sa.func.sum(m.size_pct * m.clients) / sa.func.sum(m.clients)
    totals = (sa.func.sum(m.clients), sa.func.sum(m.moved), sa.func.sum(m.concerned))
    query = (
        # Shards may find a group widest in different comparisons; one of them is concerned.
        sa.select(m.kind, m.name, m.week, sa.func.min(m.baseline), weighed, *totals)
        .add_columns(sa.func.max(sa.case((m.quiet, 1), else_=0)))
        .where(*_conditions(wanted, only_branch), *behind(order, after))
        .group_by(m.week, m.kind, m.name)
        .order_by(*order)
        .limit(limit)
    )
    return [
        GroupWeek(
            GroupKind(kind),
            name,
            Week(week),
            Baseline(baseline),
            float(size),
            int(n),
            int(off),
            int(concerned),
            bool(quiet),
        )
        for kind, name, week, baseline, size, n, off, concerned, quiet in tx.execute(query)
    ]


def _conditions(wanted: MovementFilter, only_branch: str | None) -> list[sa.ColumnElement[bool]]:
    m = movement.c
    conditions = []
    if only_branch is not None:
        conditions.append(sa.or_(m.kind != GroupKind.BRANCH.value, m.name == only_branch))
    if wanted.kind is not None:
        conditions.append(m.kind == wanted.kind.value)
    if wanted.name is not None:
        conditions.append(m.name == wanted.name)
    if wanted.since is not None:
        conditions.append(m.week >= wanted.since)
    return conditions
