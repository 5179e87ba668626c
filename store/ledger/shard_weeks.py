"""The weeks of a shard: writing their state, releasing held ones, and handing closed ones to the detector."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.errors import Conflict, NotFound
from schemas.weeks import format_week
from store.ledger import ledger_rows, shards
from store.ledger.checkpoint import Checkpoint, WeekState
from store.tables.ledger import shard, shard_week


@dataclass(frozen=True, slots=True)
class Claim:
    """A closed week to be judged, at a revision; `amendments` tells whether older weeks have changed since.

    `history`: whether what is judged of it is no news, as was decided when it was first judged; None before that.
    """

    shard: int
    week: int
    revision: int
    amendments: int
    history: bool | None = None


@dataclass(frozen=True, slots=True)
class HeldWeek:
    """A week that is not judged, and why."""

    shard: int
    week: int
    reason: str
    received: int
    expected: int | None


def claim_week(tx: Connection) -> Claim | None:
    """The oldest week that waits for the detector and has nothing open, held or unjudged before it; None if none.

    On PostgreSQL the row stays locked until the transaction ends and another detector passes over it, and finds
    no later week of this shard either: the claimed one is still unjudged to it. SQLite has one writer at a time.
    """
    waiting = sa.or_(shard_week.c.state != "closed", shard_week.c.judged_revision < shard_week.c.revision)
    first = (
        sa.select(shard_week.c.shard, sa.func.min(shard_week.c.week).label("week"))
        .where(waiting)
        .group_by(shard_week.c.shard)
        .subquery()
    )
    of_week = (shard_week.c.shard, shard_week.c.week, shard_week.c.revision)
    columns = (*of_week, shard.c.amendments, shard_week.c.history)
    row = tx.execute(
        sa.select(*columns)
        .join(first, sa.and_(first.c.shard == shard_week.c.shard, first.c.week == shard_week.c.week))
        .join(shard, shard.c.shard == shard_week.c.shard)
        .where(shard_week.c.state == "closed", shard_week.c.judged_revision < shard_week.c.revision)
        .order_by(shard_week.c.week, shard_week.c.shard)
        .limit(1)
        .with_for_update(of=shard_week, skip_locked=True)
    ).one_or_none()
    return None if row is None else Claim(*row)


def mark_judged(tx: Connection, claimed: Claim) -> None:
    """The detector has seen this revision; the week comes again when it gains another, as history if it was so."""
    tx.execute(
        sa.update(shard_week)
        .where(shard_week.c.shard == claimed.shard, shard_week.c.week == claimed.week)
        .values(judged_revision=claimed.revision, history=claimed.history)
    )


def load_held(tx: Connection) -> list[HeldWeek]:
    """All held weeks, by shard and week."""
    rows = tx.execute(
        sa.select(
            shard_week.c.shard,
            shard_week.c.week,
            shard_week.c.hold_reason,
            shard_week.c.received,
            shard_week.c.expected,
        )
        .where(shard_week.c.state == "held")
        .order_by(shard_week.c.shard, shard_week.c.week)
    )
    return [
        HeldWeek(number, week, reason or "", received, expected)
        for number, week, reason, received, expected in rows
    ]


def release(tx: Connection, number: int, week: int, at: datetime) -> None:
    """Close a held week with what has arrived. Raises NotFound, or Conflict where it is not held.

    Ingest has the week in memory as held: what it goes on to add there amends the closed week, and it learns of the
    release by shards.load_news.
    """
    shards.lock_shard(tx, number)
    mine = (shard_week.c.shard == number, shard_week.c.week == week)
    state = tx.scalar(sa.select(shard_week.c.state).where(*mine).with_for_update())
    if state is None:
        raise NotFound("week", f"{number}/{format_week(week)}")
    if state != "held":
        raise Conflict(f"week {format_week(week)} of shard {number} is {state}, not held")
    tx.execute(
        sa.update(shard_week).where(*mine).values(state="closed", closed_by="release", closed_at=at, revision=1)
    )
    ledger_rows.add_zeros(tx, number, week)


def load_closed_among(tx: Connection, number: int, weeks: npt.NDArray[np.int32]) -> set[int]:
    """Those of `weeks` that are closed in the database."""
    if not len(weeks):
        return set()
    found = tx.scalars(
        sa.select(shard_week.c.week).where(
            shard_week.c.shard == number, shard_week.c.week >= int(weeks.min()), shard_week.c.state == "closed"
        )
    )
    return set(found) & set(np.unique(weeks).tolist())


def raise_revisions(tx: Connection, checkpoint: Checkpoint, amended: set[int], next_to_close: int | None) -> bool:
    """Closed weeks changed: they and all closed weeks after them gain a revision. True where there are any.

    A week that appears as closed before weeks closed long ago (an event older than the shard's first week) counts
    as a change of those after it.
    """
    from_week = min(amended, default=None)
    if next_to_close is not None:
        known = _load_states(tx, checkpoint.shard, [week.week for week in checkpoint.weeks])
        early = [
            w.week
            for w in checkpoint.weeks
            if w.state == "closed" and w.week < next_to_close and w.week not in known
        ]
        from_week = min([*early, *amended], default=None)
    if from_week is None:
        return False
    tx.execute(
        sa.update(shard_week)
        .where(
            shard_week.c.shard == checkpoint.shard, shard_week.c.week >= from_week, shard_week.c.state == "closed"
        )
        .values(revision=shard_week.c.revision + 1)
    )
    return True


def save_weeks(tx: Connection, checkpoint: Checkpoint) -> None:
    """Write the weeks of a checkpoint. A week that is closed stays closed, by whatever closed it first."""
    known = _load_states(tx, checkpoint.shard, [week.week for week in checkpoint.weeks])
    new, changed, counted = [], [], []
    for week in checkpoint.weeks:
        row = _row(checkpoint, week)
        if week.week not in known:
            new.append(row)
        elif known[week.week] == "closed":
            counted.append(row)
        else:
            changed.append(row)
        if week.state == "closed" and known.get(week.week) != "closed":
            ledger_rows.add_zeros(tx, checkpoint.shard, week.week)
    if new:
        tx.execute(sa.insert(shard_week), [row | {"judged_revision": 0} for row in new])
    _update_weeks(
        tx, changed, ("state", "hold_reason", "received", "expected", "revision", "closed_at", "closed_by")
    )
    _update_weeks(tx, counted, ("received", "expected"))


def _row(checkpoint: Checkpoint, week: WeekState) -> dict[str, object]:
    closed = week.state == "closed"
    return {
        "shard": checkpoint.shard,
        "week": week.week,
        "state": week.state,
        "hold_reason": week.hold_reason,
        "received": week.received,
        "expected": week.expected,
        "revision": int(closed),
        "closed_at": checkpoint.at if closed else None,
        "closed_by": week.closed_by,
    }


def _update_weeks(tx: Connection, rows: list[dict[str, object]], names: tuple[str, ...]) -> None:
    if not rows:
        return
    mine = sa.and_(shard_week.c.shard == sa.bindparam("of_shard"), shard_week.c.week == sa.bindparam("of_week"))
    values = {name: sa.bindparam(f"new_{name}", type_=shard_week.c[name].type) for name in names}
    given = [
        {"of_shard": row["shard"], "of_week": row["week"]} | {f"new_{name}": row[name] for name in names}
        for row in rows
    ]
    tx.execute(sa.update(shard_week).where(mine).values(values), given)


def _load_states(tx: Connection, number: int, weeks: list[int]) -> dict[int, str]:
    if not weeks:
        return {}
    rows = tx.execute(
        sa.select(shard_week.c.week, shard_week.c.state).where(
            shard_week.c.shard == number, shard_week.c.week.between(min(weeks), max(weeks))
        )
    )
    return {row.week: row.state for row in rows}
