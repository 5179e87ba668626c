"""What time alone may change about cases, and what follow-up has looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.alerts.episodes import LIVE
from casework.alerts.holdout import Opening
from schemas.events import NO_BRANCH
from schemas.verdicts import Direction, Grade
from schemas.vocabulary import AlertState
from schemas.weeks import Week, parse_week
from store.tables.alerts import alert, alert_opening, alert_revision
from store.tables.cases import client_case, follow_up_mark
from store.tables.clients import client
from store.tables.ledger import shard_week
from store.upsert import insert

_A_CASE = sa.select(client_case.c.case_id).where(client_case.c.client_id == client.c.client_id)


@dataclass(frozen=True, slots=True)
class RelapseCandidate:
    """An alert that falls, is live, and whose client has a closed case and no open one."""

    client_id: str
    alert_id: str
    opening: Opening


class _RevisionState(msgspec.Struct):
    """What is read of a revision's message; the rest is passed over unread."""

    state: AlertState
    week: str


_STANDING = msgspec.json.Decoder(_RevisionState)


def find_mark(tx: Connection, name: str) -> str | None:
    """What a step saw when it last looked."""
    found: str | None = tx.scalar(sa.select(follow_up_mark.c.seen).where(follow_up_mark.c.name == name))
    return found


def save_mark(tx: Connection, name: str, what: str) -> None:
    """In the transaction of what came of the look."""
    statement = insert(tx, follow_up_mark).values(name=name, seen=what)
    tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"seen": what}))


def load_diary_due(tx: Connection, today: date) -> list[str]:
    """Cases whose diary date has come, by id."""
    due = (client_case.c.state == "suspended", client_case.c.diary_date <= today)
    return list(tx.scalars(sa.select(client_case.c.case_id).where(*due).order_by(client_case.c.case_id)))


def load_moved_clients(tx: Connection) -> list[str]:
    """Open cases, by id, whose client is of another branch than the one they are worked in."""
    moved = (client_case.c.worked_in.is_distinct_from(client.c.branch_id), client.c.branch_id != NO_BRANCH)
    query = (
        sa.select(client_case.c.case_id)
        .join(client, client.c.client_id == client_case.c.client_id)
        .where(client_case.c.state != "closed", *moved)
        .order_by(client_case.c.case_id)
    )
    return list(tx.scalars(query))


def load_relapse_candidates(tx: Connection, within_weeks: int) -> list[RelapseCandidate]:
    """Alerts that may be a relapse of a case that was closed at most `within_weeks` before they began."""
    closed = sa.select(client_case.c.case_id).where(
        client_case.c.client_id == alert.c.client_id,
        client_case.c.closed_week >= alert.c.opened_week - within_weeks,
        client_case.c.closed_week <= alert.c.last_week,
    )
    open_one = sa.select(client_case.c.case_id).where(
        client_case.c.client_id == alert.c.client_id, client_case.c.state != "closed"
    )
    query = (
        sa.select(alert.c.client_id, alert.c.alert_id, alert_opening.c.grade, alert_opening.c.value_at_risk_minor)
        .join(alert_opening, alert_opening.c.alert_id == alert.c.alert_id)
        .where(alert.c.state.in_(LIVE), alert.c.told, alert.c.direction == Direction.FALL.value)
        .where(closed.exists(), ~open_one.exists())
        .order_by(alert.c.client_id, alert.c.alert_id)
    )
    return [
        RelapseCandidate(
            row.client_id, row.alert_id, Opening(row.alert_id, Direction.FALL, Grade(row.grade), row[3])
        )
        for row in tx.execute(query)
    ]


def get_opening(tx: Connection, alert_id: str) -> tuple[Week, int]:
    """The week in which an alert opened, or was opened again for the last time, and how often it was opened.

    As its revisions tell: each is kept as it was published.
    """
    messages = sa.select(alert_revision.c.message).where(alert_revision.c.alert_id == alert_id)
    week, spells, was_open = 0, 0, False
    for message in tx.scalars(messages.order_by(alert_revision.c.revision)):
        standing = _STANDING.decode(message)
        is_open = standing.state != "closed"
        if is_open and not was_open:
            week, spells = parse_week(standing.week), spells + 1
        was_open = is_open
    return Week(week), spells


def load_missed_departures(tx: Connection, since: date, today: date) -> list[str]:
    """Clients that closed their account in [since, today], never had an alert that fell, and have no case of it.

    Only those whose last week has been judged: while history is read in, nobody has been warned of anything yet. An
    alert of history counts: the fall was seen, when nobody could be told of it.
    """
    warned = sa.select(alert.c.alert_id).where(
        alert.c.client_id == client.c.client_id, alert.c.direction == Direction.FALL.value
    )
    looked_at = sa.or_(client_case.c.origin == "missed_departure", client_case.c.state != "closed")
    judged_to_the_end = sa.and_(
        shard_week.c.shard == client.c.shard,
        shard_week.c.week == client.c.last_week,
        shard_week.c.judged_revision > 0,
    )
    query = (
        sa.select(client.c.client_id)
        .join(shard_week, judged_to_the_end)
        .where(client.c.closed_on >= since, client.c.closed_on <= today)
        .where(~warned.exists(), ~_A_CASE.where(looked_at).exists())
        .order_by(client.c.client_id)
    )
    return list(tx.scalars(query))


@dataclass(frozen=True, slots=True)
class JudgedWeeks:
    """How far weeks are judged. `reached`: the newest such week of the shard that is furthest behind; where
    there is none, the week before those asked for. `mark` changes whenever a week is judged, or judged again.
    """

    reached: int
    mark: str


def find_judged(tx: Connection, since: int) -> JudgedWeeks:
    """Of the weeks from `since` on; those of history are no news and do not count."""
    week = shard_week.c.week
    is_news = (week >= since, shard_week.c.judged_revision > 0, shard_week.c.history.is_not(True))
    counts = (sa.func.count(), sa.func.sum(shard_week.c.judged_revision))
    by_shard = tx.execute(sa.select(sa.func.max(week), *counts).where(*is_news).group_by(shard_week.c.shard)).all()
    reached = min((newest for newest, _, _ in by_shard), default=since - 1)
    weeks, revisions = (sum(row[at] for row in by_shard) for at in (1, 2))
    return JudgedWeeks(reached, f"{weeks}:{revisions}")
