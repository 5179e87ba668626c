"""Finding cases, with what their clients are called today and how much is at risk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple

import sqlalchemy as sa
from msgspec import Meta
from sqlalchemy.engine import Connection

from casework.cases.case_lifecycle import Case
from schemas.errors import NotFound
from schemas.keyset import Key
from schemas.verdicts import Grade
from schemas.vocabulary import CaseOrigin, CaseState, Retention, Truth
from store.cases import case_rows
from store.list_order import behind
from store.tables.alerts import alert
from store.tables.cases import case_alert, case_member, client_case
from store.tables.clients import client

_NEWEST = (client_case.c.opened_at.desc(), client_case.c.case_id)


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What to look for; None, or no states, for any. `member`: belongs to the task force now."""

    states: tuple[CaseState, ...] = ()
    branch: str | None = None
    lead: str | None = None
    client_id: str | None = None
    member: str | None = None


class CasePlace(NamedTuple):
    """Where a case stands in the list: the newest first, then by id."""

    opened_at: Annotated[datetime, Meta(tz=True)]
    case_id: Key


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case without its parts. `alarm`: of any of its alerts; `value_at_risk_minor`: the most of any of them."""

    case_id: str
    client_id: str
    client_name: str
    branch_id: str
    tier: str
    revision: int
    state: CaseState
    origin: CaseOrigin
    alarm: bool
    lead: str
    opened_at: datetime
    opened_week: int
    diary_date: date | None
    closed_at: datetime | None
    times_reopened: int
    truth: Truth | None
    retention: Retention | None
    cause: str | None
    value_at_risk_minor: int

    @property
    def place(self) -> CasePlace:
        return CasePlace(self.opened_at, self.case_id)


@dataclass(frozen=True, slots=True)
class WholeCase:
    """One case as a list shows it and with all its parts, and what else is asked about it, read as one."""

    row: CaseRow
    case: Case
    first_alert_week: int | None  # None without alerts
    client_closed_on: date | None

    @property
    def alerted_week(self) -> int:
        """Of its first alert; of a case without alerts the one in which it was opened."""
        return self.case.opened_week if self.first_alert_week is None else self.first_alert_week


def search(
    tx: Connection,
    wanted: CaseFilter,
    *,
    only_branch: str | None,
    member: str | None = None,
    after: CasePlace | None,
    limit: int,
) -> list[CaseRow]:
    """Up to `limit` cases behind the place `after`.

    `only_branch`: all the reader may see, None for all; beside it the open cases that the user `member` worked on
    there until the client moved, as long as nobody has taken them over.
    """
    conditions = (*_conditions(wanted), *_seen_by(only_branch, member), *behind(_NEWEST, after))
    query = _cases().where(*conditions).order_by(*_NEWEST).limit(limit)
    return [CaseRow(**found) for found in tx.execute(query).mappings()]


def get(tx: Connection, case_id: str, *, only_branch: str | None, member: str | None = None) -> CaseRow:
    """The case. Raises NotFound for none, and for one that `only_branch` and `member` do not see: see `search`."""
    mine = _seen_by(only_branch, member)
    found = tx.execute(_cases().where(client_case.c.case_id == case_id, *mine)).mappings().one_or_none()
    if found is None:
        raise NotFound("case", case_id)
    return CaseRow(**found)


def get_whole(tx: Connection, case_id: str, *, only_branch: str | None, member: str | None = None) -> WholeCase:
    """The case with its parts. Raises NotFound like `get`."""
    it = client_case.c.case_id == case_id
    mine = _seen_by(only_branch, member)
    query = _cases().add_columns(
        client_case.c.alarm.label("own_alarm"),
        *(column for column in client_case.c if column.name not in CaseRow.__dataclass_fields__),
        client.c.closed_on.label("client_closed_on"),
        _of_alerts(sa.func.min(alert.c.opened_week)).label("first_alert_week"),
    )
    found = tx.execute(query.where(it, *mine)).mappings().one_or_none()
    if found is None:
        raise NotFound("case", case_id)
    plain = {column.name: found[column.name] for column in client_case.c} | {"alarm": found["own_alarm"]}
    return WholeCase(
        row=CaseRow(**{name: found[name] for name in CaseRow.__dataclass_fields__}),
        case=case_rows.with_parts(tx, [plain], it)[0],
        first_alert_week=found["first_alert_week"],
        client_closed_on=found["client_closed_on"],
    )


def values_at_risk(tx: Connection, case_ids: Collection[str]) -> dict[str, int]:
    """By case_id the most at risk of any of its alerts, minor units."""
    if not case_ids:
        return {}
    most = _most(alert.c.value_at_risk_minor)
    found = tx.execute(sa.select(client_case.c.case_id, most).where(client_case.c.case_id.in_(case_ids)))
    return {row.case_id: row[1] for row in found}


def _cases() -> sa.Select[Any]:
    fields = set(CaseRow.__dataclass_fields__) - {"alarm"}
    plain = [column for column in client_case.c if column.name in fields]
    of_client = (client.c.name.label("client_name"), client.c.branch_id, client.c.tier)
    # What has become an alarm since a case took it makes the case one.
    alarm = sa.or_(client_case.c.alarm, _most(alert.c.grade) == int(Grade.ALARM)).label("alarm")
    # Not their sum: alerts of one client speak of the same money.
    at_risk = _most(alert.c.value_at_risk_minor).label("value_at_risk_minor")
    return sa.select(*plain, *of_client, alarm, at_risk).join(client, client.c.client_id == client_case.c.client_id)


def _most(column: sa.Column[int]) -> sa.ScalarSelect[int]:
    """The most of a column among a case's alerts, 0 without any."""
    return _of_alerts(sa.func.coalesce(sa.func.max(column), 0))


def _of_alerts(figure: sa.ColumnElement[int]) -> sa.ScalarSelect[int]:
    """A figure over a case's alerts."""
    query = sa.select(figure).join_from(case_alert, alert).where(case_alert.c.case_id == client_case.c.case_id)
    return query.correlate(client_case).scalar_subquery()


def _seen_by(only_branch: str | None, member: str | None) -> list[sa.ColumnElement[bool]]:
    if only_branch is None:
        return []
    theirs = client.c.branch_id == only_branch
    if member is None:
        return [theirs]
    left_behind = sa.exists().where(
        case_member.c.case_id == client_case.c.case_id,
        case_member.c.user == member,
        case_member.c.left_on.is_(None),
        sa.func.coalesce(case_member.c.came_from, client_case.c.worked_in) == only_branch,
    )
    return [sa.or_(theirs, sa.and_(client_case.c.state != "closed", left_behind))]


def _conditions(wanted: CaseFilter) -> list[sa.ColumnElement[bool]]:
    equal = (
        (client.c.branch_id, wanted.branch),
        (client_case.c.lead, wanted.lead),
        (client_case.c.client_id, wanted.client_id),
    )
    conditions = [column == value for column, value in equal if value is not None]
    if wanted.states:
        conditions.append(client_case.c.state.in_(wanted.states))
    if wanted.member is not None:
        belongs = (case_member.c.user == wanted.member, case_member.c.left_on.is_(None))
        conditions.append(client_case.c.case_id.in_(sa.select(case_member.c.case_id).where(*belongs)))
    return conditions
