"""Everything that the page of one client shows, gathered from the API's own functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from api.alerts.listing import AlertQuery
from api.auth import Caller
from api.cases.case_routes import CaseQuery, list_cases
from api.cases.case_tasks import list_case_tasks
from api.clients.client_peers import get_peers, presets_of
from api.clients.client_routes import WeeksQuery, get_activity, get_client, list_client_alerts
from api.deps import ApiDeps
from api.remedies.reading import RemedyQuery, remedy_page
from api.roles import Permission, may
from api.web.alerts.arithmetic import Line, lines_of
from api.web.alerts.sentences import comparisons
from api.web.clients.charts import SeriesName, level
from api.web.clients.timeline import Moment, moments
from api.web.clients.why import Why, why_of
from language.catalogues import Language
from schemas.http_alerts import AlertBody
from schemas.http_cases import CaseBody
from schemas.http_clients import ActivityBody, ClientBody, WeekBody
from schemas.http_peers import PeersBody
from schemas.http_policies import LimitBody
from schemas.weeks import monday, parse_week

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
    moments: Sequence[Moment]
    holidays: bool


def client_facts(
    deps: ApiDeps, caller: Caller, language: Language, client_id: str, weeks: int, series: SeriesName
) -> ClientFacts:
    """Raises NotFound for no client, and for one of another branch."""
    client = get_client(caller, deps, client_id)
    activity = get_activity(caller, deps, client_id, WeeksQuery(weeks=weeks))
    found = list_client_alerts(caller, deps, client_id, AlertQuery.model_validate({"limit": _MOST_ALERTS})).items
    unclosed = [alert for alert in found if alert.state != "closed"]
    cases = _cases(deps, caller, client_id)
    rows = _rows(deps, activity, found)
    return ClientFacts(
        client=client,
        activity=activity,
        rows=rows,
        concerns=[Concern(alert, comparisons(alert, language), lines_of(alert)) for alert in unclosed],
        why=why_of(deps, language, unclosed),
        peers=get_peers(caller, deps, client_id),
        preset=level(presets_of(deps, client.tier).presets, series, unclosed[0].direction if unclosed else "fall"),
        case=next((case for case in cases if case.state != "closed"), None),
        moments=_moments(deps, caller, client, found, cases),
        holidays=any(row.holidays for row in rows),
    )


def _cases(deps: ApiDeps, caller: Caller, client_id: str) -> list[CaseBody]:
    if not may(caller.role, Permission.READ_CASES):
        return []
    return list_cases(caller, deps, CaseQuery.model_validate({"client_id": client_id, "limit": _MOST_CASES})).items


def _moments(
    deps: ApiDeps, caller: Caller, client: ClientBody, found: Sequence[AlertBody], cases: Sequence[CaseBody]
) -> Sequence[Moment]:
    """Contacts and remedies are asked for only where there is a case that they could belong to."""
    contacts = [
        task
        for case in cases
        for task in list_case_tasks(caller, deps, case.case_id).items
        if task.kind == "contact" and task.state == "done"
    ]
    query = RemedyQuery.model_validate({"client_id": client.client_id, "limit": _MOST_REMEDIES})
    remedies = remedy_page(deps, caller, query).items if cases else []
    return moments(found, cases, contacts, remedies, deps.calendar.zone, client.closed_on)


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
