"""What there is to tell people of: new alarms, task forces, approvals and ends that wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.alerts.episodes import LIVE
from casework.alerts.holdout import Opening
from casework.alerts.message import ClientFacts
from casework.cases.case_lifecycle import Case
from casework.remedies.remedy_lifecycle import Remedy
from schemas.messages import AlertMessage
from schemas.verdicts import Direction, Grade
from store.alerts import alert_rows
from store.alerts.alert_tellings import APPEARED_WEEK, with_telling
from store.cases import case_rows
from store.quiet import budget
from store.remedies import remedy_rows
from store.tables.alerts import alert, alert_evidence, alert_opening, alert_revision, alert_telling
from store.tables.cases import case_member, client_case
from store.tables.clients import client
from store.tables.notices import preference_table
from store.tables.remedies import remedy_table

_APART_WEEKS = 4  # an alarm that comes back after less is the one that people know


_MESSAGE = msgspec.json.Decoder(AlertMessage)


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An open alert that is an alarm since lately."""

    alert_id: str
    client_id: str
    client_name: str
    branch_id: str
    message: AlertMessage


@dataclass(frozen=True, slots=True)
class AssignedCase:
    """One person's place in a task force."""

    case_id: str
    client_id: str
    client_name: str
    user: str
    role: str
    times_reopened: int


@dataclass(frozen=True, slots=True)
class LiveAlert:
    """An alert that no case has taken."""

    alert_id: str
    client_id: str
    client_name: str
    branch_id: str
    assignee: str | None
    opening: Opening


def load_alarms(tx: Connection, since: int, told_since: datetime) -> list[AlarmRow]:
    """Alerts that nobody has seen, with evidence of an alarm in week `since` or later and none soon before it;
    and those that began in history and were told at `told_since` or later, as they still stood.
    """
    began, soon_before = alert_evidence.alias(), alert_evidence.alias()
    known = sa.exists().where(
        soon_before.c.alert_id == began.c.alert_id,
        soon_before.c.grade == int(Grade.ALARM),
        soon_before.c.week < began.c.week,
        soon_before.c.week >= began.c.week - _APART_WEEKS,
    )
    fresh = sa.exists().where(
        began.c.alert_id == alert.c.alert_id, began.c.grade == int(Grade.ALARM), began.c.week >= since, ~known
    )
    late = sa.and_(alert_telling.c.at >= told_since, alert.c.recovered_week.is_(None))
    newest = sa.and_(alert_revision.c.alert_id == alert.c.alert_id, alert_revision.c.revision == alert.c.revision)
    query = with_telling(
        sa.select(alert.c.alert_id, alert.c.client_id, client.c.name, client.c.branch_id, alert_revision.c.message)
        .join(client, client.c.client_id == alert.c.client_id)
        .join(alert_revision, newest)
        .where(alert.c.state == "open", alert.c.grade == int(Grade.ALARM), alert.c.told, ~budget.WAITS)
        .order_by(alert.c.alert_id)
    ).where(sa.or_(late, sa.and_(alert.c.last_week >= since, fresh)))
    return [AlarmRow(*row[:4], _MESSAGE.decode(row[4])) for row in tx.execute(query)]


def load_assigned(tx: Connection, since: date) -> list[AssignedCase]:
    """Who joined the task force of an open case on a day or later, of those who want to be told of anything."""
    query = (
        sa.select(
            client_case.c.case_id,
            client_case.c.client_id,
            client.c.name,
            case_member.c.user,
            case_member.c.role,
            client_case.c.times_reopened,
        )
        .join(client_case, client_case.c.case_id == case_member.c.case_id)
        .join(client, client.c.client_id == client_case.c.client_id)
        .join(preference_table, preference_table.c.user == case_member.c.user)
        .where(client_case.c.state != "closed")
        .where(case_member.c.joined_on >= since, case_member.c.left_on.is_(None))
        .order_by(client_case.c.case_id, case_member.c.place)
    )
    return [AssignedCase(*row) for row in tx.execute(query)]


def load_submitted(tx: Connection) -> list[tuple[Remedy, ClientFacts]]:
    """Remedies that wait for a yes."""
    return _with_facts(tx, remedy_rows.load_where(tx, remedy_table.c.state == "submitted"))


def load_ending(tx: Connection) -> list[tuple[Remedy, ClientFacts, str]]:
    """Remedies that end within a month, with the lead of their case."""
    found = _with_facts(tx, remedy_rows.load_where(tx, remedy_table.c.state == "expiring"))
    leads = sa.select(client_case.c.case_id, client_case.c.lead).where(
        client_case.c.case_id.in_(sa.select(remedy_table.c.case_id).where(remedy_table.c.state == "expiring"))
    )
    lead_of = {row.case_id: row.lead for row in tx.execute(leads)}
    return [(each, facts, lead_of[each.case_id]) for each, facts in found]


def load_live_alerts(tx: Connection, since: int) -> list[LiveAlert]:
    """Alerts that no case has taken, and that appeared, or may have become an alarm, in week `since` or later."""
    rose = sa.and_(alert.c.grade > alert_opening.c.grade, alert.c.last_week >= since)
    query = with_telling(
        sa.select(
            alert.c.alert_id,
            alert.c.client_id,
            client.c.name,
            client.c.branch_id,
            alert.c.assignee,
            alert.c.direction,
            alert_opening.c.grade,
            alert_opening.c.value_at_risk_minor,
        )
        .join(client, client.c.client_id == alert.c.client_id)
        .join(alert_opening, alert_opening.c.alert_id == alert.c.alert_id)
        .where(alert.c.state.in_(LIVE), alert.c.told, ~budget.WAITS)
        .order_by(alert.c.alert_id)
    ).where(sa.or_(since <= APPEARED_WEEK, rose))
    return [
        LiveAlert(*row[:5], Opening(row.alert_id, Direction(row.direction), Grade(row.grade), row[7]))
        for row in tx.execute(query)
    ]


def load_open_cases(tx: Connection) -> list[tuple[Case, ClientFacts]]:
    """Cases that are worked on: a suspended one waits for its day."""
    found = case_rows.load_where(tx, client_case.c.state.not_in(("closed", "suspended")))
    facts = alert_rows.load_client_facts(tx, [case.client_id for case in found])
    return [(case, facts[case.client_id]) for case in found if case.client_id in facts]


def _with_facts(tx: Connection, found: Sequence[Remedy]) -> list[tuple[Remedy, ClientFacts]]:
    facts = alert_rows.load_client_facts(tx, [each.client_id for each in found])
    return [(each, facts[each.client_id]) for each in found if each.client_id in facts]
