"""Everything that the page of one client shows, read in one snapshot, nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from acts.roles import Permission
from api.alerts.listing import AlertQuery, search_alerts
from api.cases.reading import CaseQuery, search_cases
from api.clients.reading import client_body, get_activity_body, get_client_row, get_peers_body, presets_body
from api.deps import ApiDeps
from api.web.alerts.arithmetic import Line, lines_of
from api.web.alerts.sentences import comparisons
from api.web.clients.charts import level
from api.web.clients.timeline import RAN, ClientLine, moments
from api.web.clients.why import Why, why_of
from api.web.visitor import Visitor
from casework.remedies.effect import BEFORE_WEEKS, MEASURED_WEEKS, Effect, effect, start_week
from schemas.http_alerts import AlertBody
from schemas.http_cases import CaseBody
from schemas.http_clients import ActivityBody, ClientBody, WeekBody
from schemas.http_peers import PeersBody
from schemas.http_policies import LimitBody
from schemas.vocabulary import VolumeName
from schemas.weeks import monday, parse_week
from store.cases import task_search
from store.clients import volumes
from store.clients.client_search import ClientRow
from store.remedies import client_remedies
from store.remedies.client_remedies import ClientRemedy
from store.unit_of_work import Tx

RANGES = (13, 26, 52, 104, 156)  # weeks: a quarter to three years
_MOST_ALERTS, _MOST_CASES, _MOST_REMEDIES = 50, 5, 50


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One line of the table of weeks: with its days, its holidays, and whether an alert begins in it."""

    week: WeekBody
    first_day: date
    holidays: Sequence[date]
    grade: str | None


@dataclass(frozen=True, slots=True)
class Concern:
    """An alert that is not closed, its comparisons in a sentence (the block of reasons says the rest), and the
    arithmetic behind it.
    """

    alert: AlertBody
    sentence: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """`preset`: that of the bands in the chart; None where the policy has none. `case`: the open one. `why`: None
    where no alert is explained.
    """

    client: ClientBody
    activity: ActivityBody
    rows: Sequence[WeekRow]
    concerns: Sequence[Concern]
    why: Why | None
    peers: PeersBody
    preset: LimitBody | None
    case: CaseBody | None
    moments: Sequence[ClientLine]
    holidays: bool


def client_facts(visitor: Visitor, client_id: str, weeks: int, series: VolumeName) -> ClientFacts:
    """Raises NotFound for no client, and for one of another branch."""
    tx, deps, caller = visitor.tx, visitor.deps, visitor.caller
    client = get_client_row(tx, deps, caller, client_id)
    activity = get_activity_body(tx, deps, client, weeks)
    query = AlertQuery.model_validate({"limit": _MOST_ALERTS})
    found = search_alerts(tx, deps, caller, query, client_id=client_id).items
    unclosed = [alert for alert in found if alert.state != "closed"]
    cases = _cases(visitor, client_id)
    rows = _rows(deps, activity, found)
    presets = presets_body(tx, deps, client.tier).presets
    return ClientFacts(
        client=client_body(client),
        activity=activity,
        rows=rows,
        concerns=[Concern(alert, comparisons(alert, visitor.language), lines_of(alert)) for alert in unclosed],
        why=why_of(visitor, unclosed),
        peers=get_peers_body(tx, client),
        preset=level(presets, series, unclosed[0].direction if unclosed else "fall"),
        case=next((case for case in cases if case.state != "closed"), None),
        moments=_moments(visitor, client, found, cases),
        holidays=any(row.holidays for row in rows),
    )


def _cases(visitor: Visitor, client_id: str) -> list[CaseBody]:
    if not visitor.may(Permission.READ_CASES):
        return []
    query = CaseQuery.model_validate({"client_id": client_id, "limit": _MOST_CASES})
    return search_cases(visitor.tx, visitor.deps, visitor.caller, query).items


def _moments(
    visitor: Visitor, client: ClientRow, found: Sequence[AlertBody], cases: Sequence[CaseBody]
) -> Sequence[ClientLine]:
    """Contacts and remedies are asked for only where there is a case that they could belong to."""
    tx, zone = visitor.tx, visitor.deps.calendar.zone
    if not cases:
        return moments(found, cases, (), (), {}, zone, client.closed_on)
    contacts = task_search.load_contacts(tx, [case.case_id for case in cases])
    remedies = client_remedies.load_of_client(tx, client.client_id, visitor.today, limit=_MOST_REMEDIES)
    effects = _effects(tx, client.client_id, remedies)
    return moments(found, cases, contacts, remedies, effects, zone, client.closed_on)


def _effects(tx: Tx, client_id: str, remedies: Sequence[ClientRemedy]) -> dict[str, Effect]:
    """Of each remedy that did something, the longest measure of what it brought that there is, read at once."""
    ran = [remedy for remedy in remedies if remedy.state in RAN and remedy.type != "no_action"]
    if not ran:
        return {}
    starts = {remedy.remedy_id: start_week(remedy.starts_on) for remedy in ran}
    first = min(starts.values()) - BEFORE_WEEKS
    loaded = volumes.load_volumes(tx, [client_id], first, max(starts.values()) + MEASURED_WEEKS[-1])
    turnover, known, began = loaded.turnover_minor[0], loaded.known[0], int(loaded.began[0])
    measured: dict[str, Effect] = {}
    for remedy_id, start in starts.items():
        for weeks in MEASURED_WEEKS:
            brought = effect(turnover, known, start - first, weeks, began)
            if isinstance(brought, Effect) and brought.change_pct is not None:
                measured[remedy_id] = brought
    return measured


def _rows(deps: ApiDeps, activity: ActivityBody, found: Sequence[AlertBody]) -> list[WeekRow]:
    """Newest first: that is the week one asks about."""
    begun = {alert.opened_week: alert.grade for alert in reversed(found)}  # the worst wins
    return [
        WeekRow(week, first := monday(parse_week(week.week)), _resting(deps, first), begun.get(week.week))
        for week in reversed(activity.weeks)
    ]


def _resting(deps: ApiDeps, first: date) -> list[date]:
    """Public holidays on the working days of a week."""
    return [day for n in range(5) if (day := first + timedelta(n)) in deps.rules.holidays]
