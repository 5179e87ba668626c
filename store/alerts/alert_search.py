"""Finding alerts, with what was published of them and what the client is called today."""

from __future__ import annotations

from collections.abc import Sequence
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
from schemas.explanations import TRIAL_WEEKS, weeks_left
from schemas.keyset import Int32, Int64, Key
from schemas.messages import AlertMessage
from schemas.verdicts import Direction, Grade
from schemas.vocabulary import AlertState, LabelName
from schemas.weeks import parse_week
from store.alerts import alert_buckets
from store.alerts.alert_buckets import JUDGED, QUIET_WEEKS, WEEKS_WITHOUT_PAYMENT, with_judged
from store.list_order import behind
from store.quiet.budget import WAITS
from store.tables.alerts import alert, alert_explanation, alert_opening, alert_revision
from store.tables.clients import client

_RANK = (alert.c.direction, alert.c.grade.desc(), alert.c.rank_minor.desc(), alert.c.alert_id)
_RANKED = (alert.c.alert_id, alert.c.direction, alert.c.grade, alert.c.rank_minor, alert.c.onset_week)
_OVER, _UNKNOWN = 10**6, 2 * 10**6  # behind every number of weeks left
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
    """Where an alert stands in the list: falls before rises, the worst grade first, then the most to be saved, then
    the id.

    `rank_minor`: see `casework.quiet.budget.alert_worth`.
    """

    direction: Key
    grade: Int32
    rank_minor: Int64
    alert_id: Key


class LabelPlace(NamedTuple):
    """Where it stands in the list by label: the labels in their own order, those without one last."""

    label_at: Int32
    direction: Key
    grade: Int32
    rank_minor: Int64
    alert_id: Key


class LeftPlace(NamedTuple):
    """Where it stands in the list by weeks left, counted to the end of `as_of_week`, so that pages stay in one
    order while weeks are judged: the least left first, then those over, the last of them first, then those of no
    known onset.
    """

    as_of_week: Int32
    left_at: Int32
    direction: Key
    grade: Int32
    rank_minor: Int64
    alert_id: Key


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert at its newest revision; `message` is that revision as published.

    `bucket`: None for a closed one. Weeks are counted to the newest judged one of the client's shard;
    `weeks_without_payment` is None where no week of the client is known. `onset_week`: None of a rise, and where
    nothing is explained.
    """

    message: AlertMessage
    place: AlertPlace
    client_name: str
    branch_id: str
    tier: str
    bucket: Bucket | None
    quiet_weeks: int
    weeks_without_payment: int | None
    judged_week: int | None
    onset_week: int | None
    income_at_risk_minor: int
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

    def left_place(self, as_of_week: int) -> LeftPlace:
        if self.onset_week is None:
            return LeftPlace(as_of_week, _UNKNOWN, *self.place)
        left = self.onset_week - _begins_over(as_of_week)
        return LeftPlace(as_of_week, left if left > 0 else _OVER - left, *self.place)

    @property
    def weeks_left(self) -> int | None:
        """Of the six months, by the end of `judged_week`; 0 when they are over, None where no onset is known."""
        if self.onset_week is None:
            return None
        last_week = parse_week(self.message.week)
        counted = last_week if self.bucket is None else max(last_week, self.judged_week or last_week)
        return weeks_left(self.onset_week, counted).most


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
    return _sorted_page(tx, wanted, mine, mine.c.label_at, after, limit)


def newest_judged_week(tx: Connection) -> int:
    """Of any shard; 0 before the first."""
    return int(tx.scalar(sa.select(sa.func.max(JUDGED.c.week))) or 0)


def search_by_weeks_left(
    tx: Connection,
    wanted: AlertFilter,
    *,
    only_branch: str | None,
    after: LeftPlace | None,
    limit: int,
    as_of_week: int,
) -> list[AlertRow]:
    """The same in the order of LeftPlace, counted to the end of `as_of_week`."""
    left = alert.c.onset_week - _begins_over(as_of_week)
    left_at = sa.case((alert.c.onset_week.is_(None), _UNKNOWN), (left > 0, left), else_=_OVER - left)
    query = sa.select(*_RANKED, left_at.label("left_at")).join(client, client.c.client_id == alert.c.client_id)
    mine = with_judged(query).where(*_conditions(wanted, only_branch)).cte("mine")
    return _sorted_page(tx, wanted, mine, mine.c.left_at, after and after[1:], limit)


def _begins_over(as_of_week: int) -> int:
    """The last onset whose six months are over by the end of that week."""
    return as_of_week - TRIAL_WEEKS[1] + 1


def _sorted_page(
    tx: Connection,
    wanted: AlertFilter,
    mine: sa.CTE,
    first: sa.ColumnElement[int],
    after: Sequence[Any] | None,
    limit: int,
) -> list[AlertRow]:
    """By `first`, then by rank: all that was found is sorted."""
    rank = (first, mine.c.direction, mine.c.grade.desc(), mine.c.rank_minor.desc(), mine.c.alert_id)
    page = sa.select(mine, first.label("first")).where(*behind(rank, after)).order_by(*rank).limit(limit).subquery()
    query = _alerts(wanted.as_of).join(page, page.c.alert_id == alert.c.alert_id).order_by(page.c.first, *_RANK)
    return [_row(row) for row in tx.execute(query).mappings()]


def _first(found: sa.Select[Any], limit: int, *, of_a_branch: bool) -> sa.Subquery:
    """The best-ranked of what was found.

    A branch's alerts are few: they are gathered first and sorted then. Left to choose, PostgreSQL walks the whole
    bank's ranking until it has met enough of the branch's, which takes ten times as long.
    """
    if not of_a_branch:
        return found.order_by(*_RANK).limit(limit).subquery()
    mine = found.cte("mine").prefix_with("MATERIALIZED")
    rank = (mine.c.direction, mine.c.grade.desc(), mine.c.rank_minor.desc(), mine.c.alert_id)
    return sa.select(mine).order_by(*rank).limit(limit).subquery()


def counts(tx: Connection, wanted: AlertFilter, *, only_branch: str | None) -> list[Counted]:
    """All that was found, counted by what it is."""
    of_each = (
        alert_buckets.bucket(wanted.as_of).label("bucket"),
        alert.c.grade,
        alert.c.direction,
        WAITS.label("waits"),
        alert.c.value_at_risk_minor,
        alert.c.income_at_risk_minor,
    )
    found = with_judged(sa.select(*of_each).join(client, client.c.client_id == alert.c.client_id))
    each = found.where(*_conditions(wanted, only_branch)).subquery().c
    kinds = (each.bucket, each.grade, each.direction, each.waits)
    sums = (sa.func.sum(each.value_at_risk_minor), sa.func.sum(each.income_at_risk_minor))
    return [
        Counted(bucket, Grade(grade), Direction(direction), bool(waits), count, int(at_risk), int(income))
        for bucket, grade, direction, waits, count, at_risk, income in tx.execute(
            sa.select(*kinds, sa.func.count(), *sums).group_by(*kinds)
        )
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
            JUDGED.c.week.label("judged_week"),
            alert.c.onset_week,
            alert.c.income_at_risk_minor,
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
    place = AlertPlace(*(fields.pop(name) for name in AlertPlace._fields))
    grade, at_risk = (fields.pop(name) for name in ("opened_grade", "opened_at_risk"))
    opening = None if grade is None else Opening(place.alert_id, Direction(place.direction), Grade(grade), at_risk)
    return AlertRow(message=_MESSAGE.decode(fields.pop("message")), place=place, opening=opening, **fields)
