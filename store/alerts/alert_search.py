"""Finding alerts, with what was published of them and what the client is called today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, get_args

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.alerts.buckets import AsOf
from casework.alerts.holdout import Opening
from casework.alerts.totals import Counted
from schemas.buckets import BUCKETS, Bucket
from schemas.errors import NotFound
from schemas.keyset import Int32, Int64, Key
from schemas.messages import AlertMessage
from schemas.verdicts import Direction, Grade
from schemas.vocabulary import AlertState, LabelName
from store.alerts import alert_buckets
from store.alerts.alert_buckets import QUIET_WEEKS, WEEKS_WITHOUT_PAYMENT, with_judged
from store.list_order import behind
from store.quiet.budget import WAITS
from store.tables.alerts import alert, alert_explanation, alert_opening, alert_revision
from store.tables.clients import client

_RANK = (alert.c.grade.desc(), alert.c.rank_minor.desc(), alert.c.alert_id)
_RANKED = (alert.c.alert_id, alert.c.grade, alert.c.rank_minor)
_UNCLOSED = frozenset(get_args(AlertState)) - {"closed"}
_LABELS = get_args(LabelName)
_MESSAGE = msgspec.json.Decoder(AlertMessage)


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """What to look for; None, or no states, for any. `week` is the newest week with evidence, a week number; `text`
    is part of the client's id or name, in either case. `label` is that of the newest explanation;
    `deferred`: whether it waits for room in its branch's week; `buckets` where it stands, by `as_of`.
    """

    as_of: AsOf

    states: tuple[AlertState, ...] = ()
    grade: Grade | None = None
    branch: str | None = None
    week: int | None = None
    assignee: str | None = None
    client_id: str | None = None
    text: str | None = None
    label: str | None = None
    deferred: bool | None = None
    buckets: tuple[Bucket, ...] = ()


class AlertPlace(NamedTuple):
    """Where an alert stands in the list: the worst grade first, then the most to be lost, then the id.

    `rank_minor`: value at risk times the learned chance of leaving, where one is known.
    """

    grade: Int32
    rank_minor: Int64
    alert_id: Key


class LabelPlace(NamedTuple):
    """Where it stands in the list by label: the labels in their own order, those without one last."""

    label_at: Int32
    grade: Int32
    rank_minor: Int64
    alert_id: Key


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert at its newest revision; `message` is that revision as published.

    `bucket`: None for a closed one. Weeks are counted to the newest judged one of the client's shard;
    `weeks_without_payment` is None where no week of the client is known.
    """

    message: AlertMessage
    place: AlertPlace
    client_name: str
    branch_id: str
    tier: str
    bucket: Bucket | None
    quiet_weeks: int
    weeks_without_payment: int | None
    snoozed_until: date | None
    snooze_reason: str | None
    outcome_note: str | None
    recovered_week: int | None
    deferred: bool
    opening: Opening | None  # None: it opened before that was stored

    @property
    def label_place(self) -> LabelPlace:
        why = self.message.explanation
        return LabelPlace(len(_LABELS) if why is None else _LABELS.index(why.label), *self.place)


def search(
    tx: Connection, wanted: AlertFilter, *, only_branch: str | None, after: AlertPlace | None, limit: int
) -> list[AlertRow]:
    """Up to `limit` alerts behind the place `after`. `only_branch`: all the reader may see; None for all."""
    keys = with_judged(sa.select(*_RANKED).join(client, client.c.client_id == alert.c.client_id))
    found = keys.where(*_conditions(wanted, only_branch), *behind(_RANK, after))
    # The page is picked before its messages are joined: sorting those with it doubles the time.
    page = _first(found, limit, of_a_branch=only_branch is not None or wanted.branch is not None)
    query = _alerts(wanted.as_of).join(page, page.c.alert_id == alert.c.alert_id).order_by(*_RANK)
    return [_row(found) for found in tx.execute(query).mappings()]


def search_by_label(
    tx: Connection, wanted: AlertFilter, *, only_branch: str | None, after: LabelPlace | None, limit: int
) -> list[AlertRow]:
    """The same in the order of LabelPlace: all that was found is sorted, by what was published of it."""
    place = sa.case({label: at for at, label in enumerate(_LABELS)}, value=alert_explanation.c.label)
    label_at = sa.func.coalesce(place, len(_LABELS)).label("label_at")
    newest = (alert_explanation.c.alert_id == alert.c.alert_id, alert_explanation.c.week == alert.c.last_week)
    keys = with_judged(sa.select(*_RANKED, label_at).join(client, client.c.client_id == alert.c.client_id))
    found = keys.outerjoin(alert_explanation, sa.and_(*newest)).where(*_conditions(wanted, only_branch))
    mine = found.cte("mine")
    rank = (mine.c.label_at, mine.c.grade.desc(), mine.c.rank_minor.desc(), mine.c.alert_id)
    page = sa.select(mine).where(*behind(rank, after)).order_by(*rank).limit(limit).subquery()
    query = _alerts(wanted.as_of).join(page, page.c.alert_id == alert.c.alert_id).order_by(page.c.label_at, *_RANK)
    return [_row(row) for row in tx.execute(query).mappings()]


def _first(found: sa.Select[Any], limit: int, *, of_a_branch: bool) -> sa.Subquery:
    """The best-ranked of what was found.

    A branch's alerts are few: they are gathered first and sorted then. Left to choose, PostgreSQL walks the whole
    bank's ranking until it has met enough of the branch's, which takes ten times as long.
    """
    if not of_a_branch:
        return found.order_by(*_RANK).limit(limit).subquery()
    mine = found.cte("mine").prefix_with("MATERIALIZED")
    rank = (mine.c.grade.desc(), mine.c.rank_minor.desc(), mine.c.alert_id)
    return sa.select(mine).order_by(*rank).limit(limit).subquery()


def counts(tx: Connection, wanted: AlertFilter, *, only_branch: str | None) -> list[Counted]:
    """All that was found, counted by what it is."""
    of_each = (
        alert_buckets.bucket(wanted.as_of).label("bucket"),
        alert.c.grade,
        alert.c.direction,
        WAITS.label("waits"),
        alert.c.value_at_risk_minor,
    )
    found = with_judged(sa.select(*of_each).join(client, client.c.client_id == alert.c.client_id))
    each = found.where(*_conditions(wanted, only_branch)).subquery().c
    kinds = (each.bucket, each.grade, each.direction, each.waits)
    query = sa.select(*kinds, sa.func.count(), sa.func.sum(each.value_at_risk_minor)).group_by(*kinds)
    return [
        Counted(bucket, Grade(grade), Direction(direction), bool(waits), count, int(at_risk))
        for bucket, grade, direction, waits, count, at_risk in tx.execute(query)
    ]


def get(tx: Connection, alert_id: str, as_of: AsOf, *, only_branch: str | None) -> AlertRow:
    """The alert. Raises NotFound for none that people were told of, and for one of another branch than
    `only_branch`.
    """
    mine = (alert.c.told, *_of_branch(only_branch))
    found = tx.execute(_alerts(as_of).where(alert.c.alert_id == alert_id, *mine)).mappings().one_or_none()
    if found is None:
        raise NotFound("alert", alert_id)
    return _row(found)


def get_client_id(tx: Connection, alert_id: str, *, only_branch: str | None) -> str:
    """The client of an alert. Raises NotFound as `get` does."""
    query = sa.select(alert.c.client_id).join(client, client.c.client_id == alert.c.client_id)
    found = tx.scalar(query.where(alert.c.alert_id == alert_id, alert.c.told, *_of_branch(only_branch)))
    if found is None:
        raise NotFound("alert", alert_id)
    return str(found)


def _of_branch(only_branch: str | None) -> list[sa.ColumnElement[bool]]:
    return [] if only_branch is None else [client.c.branch_id == only_branch]


def _alerts(as_of: AsOf) -> sa.Select[Any]:
    newest = sa.and_(alert_revision.c.alert_id == alert.c.alert_id, alert_revision.c.revision == alert.c.revision)
    query = (
        sa.select(
            alert.c.alert_id,
            alert.c.grade,
            alert.c.rank_minor,
            alert_buckets.bucket(as_of).label("bucket"),
            QUIET_WEEKS.label("quiet_weeks"),
            WEEKS_WITHOUT_PAYMENT.label("weeks_without_payment"),
            alert.c.snoozed_until,
            alert.c.snooze_reason,
            alert.c.outcome_note,
            alert.c.recovered_week,
            WAITS.label("deferred"),
            client.c.name.label("client_name"),
            client.c.branch_id,
            client.c.tier,
            alert_revision.c.message,
            alert.c.direction,
            alert_opening.c.grade.label("opened_grade"),
            alert_opening.c.value_at_risk_minor.label("opened_at_risk"),
        )
        .join(client, client.c.client_id == alert.c.client_id)
        .join(alert_revision, newest)
        .outerjoin(alert_opening, alert_opening.c.alert_id == alert.c.alert_id)
    )
    return with_judged(query)


def _conditions(wanted: AlertFilter, only_branch: str | None) -> list[sa.ColumnElement[bool]]:
    equal = (
        (alert.c.grade, wanted.grade and int(wanted.grade)),
        (client.c.branch_id, only_branch),
        (client.c.branch_id, wanted.branch),
        (alert.c.last_week, wanted.week),
        (alert.c.assignee, wanted.assignee),
        (alert.c.client_id, wanted.client_id),
    )
    conditions = [alert.c.told, *(column == value for column, value in equal if value is not None)]
    if wanted.label is not None:
        newest = (alert_explanation.c.alert_id == alert.c.alert_id, alert_explanation.c.week == alert.c.last_week)
        conditions.append(sa.exists().where(*newest, alert_explanation.c.label == wanted.label))
    if wanted.deferred is not None:
        conditions.append(WAITS if wanted.deferred else ~WAITS)
    if wanted.buckets or set(wanted.states) == _UNCLOSED:
        conditions.append(alert.c.state != "closed")  # as the index of the ranking says it
    if wanted.states and set(wanted.states) != _UNCLOSED:
        conditions.append(alert.c.state.in_(wanted.states))
    if wanted.buckets and set(wanted.buckets) != set(BUCKETS):
        conditions.append(alert_buckets.bucket(wanted.as_of).in_(wanted.buckets))
    if wanted.text is not None:
        text = (client.c.client_id, client.c.name)
        conditions.append(sa.or_(*(column.icontains(wanted.text, autoescape=True) for column in text)))
    return conditions


def _row(found: sa.RowMapping) -> AlertRow:
    fields = dict(found)
    place = AlertPlace(fields.pop("grade"), fields.pop("rank_minor"), fields.pop("alert_id"))
    direction, grade, at_risk = (fields.pop(name) for name in ("direction", "opened_grade", "opened_at_risk"))
    opening = None if grade is None else Opening(place.alert_id, Direction(direction), Grade(grade), at_risk)
    return AlertRow(message=_MESSAGE.decode(fields.pop("message")), place=place, opening=opening, **fields)
