"""Forming a case: about which alerts, and whether it is a new one or the last one come back."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import replace

from api.auth import Caller
from api.cases.acts import Worked
from api.deps import ApiDeps
from casework.alerts.actions import AlertClosed, NotAllowedByRules, take_into_case
from casework.alerts.episodes import Episode
from casework.cases import case_lifecycle, task_force
from casework.cases.case_lifecycle import Case, CaseExists, NoOpenAlert
from schemas.http_cases import OpenCaseBody
from schemas.verdicts import Grade
from store.alerts import alert_rows
from store.cases import case_rows
from store.unit_of_work import Tx


def form(deps: ApiDeps, caller: Caller, tx: Tx, body: OpenCaseBody) -> tuple[Case | None, Worked]:
    """The case that comes back, None for a new one, and what becomes of it.

    1. Lock the last case, then the alerts. 2. Is there an open case. 3. Is it a relapse. 4. The last case again, or
    a new one. Raises CaseExists, NoOpenAlert, AlertClosed, NotAllowedByRules.
    """
    last = case_rows.last_closed_of(tx, body.client_id, for_update=True)
    episodes = chosen_alerts(tx, body.client_id, body.alert_ids)
    if there := case_rows.open_case_of(tx, body.client_id):
        raise CaseExists(body.client_id, there.case_id)
    must_be_open(body.client_id, episodes)
    if last and case_lifecycle.relapses(last, max(e.last_week for e in episodes), deps.rules.cases):
        return last, taken(Worked("reopen", _reopened(deps, caller, last, body, episodes)), episodes)
    return None, taken(Worked("open", _new(deps, caller, body, episodes)), episodes)


def chosen_alerts(tx: Tx, client_id: str, alert_ids: Collection[str]) -> list[Episode]:
    """The alerts named, or all of the client's that are open; locked. Raises NotAllowedByRules for another's."""
    wanted = alert_ids or alert_rows.open_ids_of(tx, client_id)
    found = alert_rows.get_all(tx, wanted, for_update=True)
    strange = sorted(a for a in wanted if a not in found or found[a].client_id != client_id)
    if strange:
        raise NotAllowedByRules("alert_ids", f"not of client {client_id}: {', '.join(strange)}")
    return [found[alert_id] for alert_id in sorted(found)]


def must_be_open(client_id: str, episodes: Collection[Episode]) -> None:
    """Raises NoOpenAlert where there is none, AlertClosed for one that is not."""
    if not episodes:
        raise NoOpenAlert(client_id)
    for episode in episodes:
        if episode.state == "closed":
            raise AlertClosed(episode.alert_id)


def taken(worked: Worked, episodes: Collection[Episode]) -> Worked:
    """With the alerts in the case."""
    pairs = tuple((episode, take_into_case(episode)) for episode in episodes)
    return replace(worked, alerts=pairs, alert_act="take_into_case")


def any_alarm(episodes: Collection[Episode]) -> bool:
    return any(episode.grade is Grade.ALARM for episode in episodes)


def _new(deps: ApiDeps, caller: Caller, body: OpenCaseBody, episodes: Collection[Episode]) -> Case:
    return case_lifecycle.open_case(
        str(uuid.uuid4()),
        body.client_id,
        alert_ids=[e.alert_id for e in episodes],
        alarm=any_alarm(episodes),
        lead=body.lead or caller.actor,
        members=[(member.user, member.role) for member in body.members],
        at=deps.clock(),
        today=deps.today(),
        week=deps.calendar.week_at(deps.clock()),
    )


def _reopened(
    deps: ApiDeps, caller: Caller, before: Case, body: OpenCaseBody, episodes: Collection[Episode]
) -> Case:
    """The task force of before, and those that are named now."""
    case = case_lifecycle.reopen(before, [e.alert_id for e in episodes], alarm=any_alarm(episodes))
    case = task_force.hand_over(case, body.lead or caller.actor, deps.today())
    for member in body.members:
        case = task_force.join(case, member.user, member.role, deps.today())
    return replace(case, revision=before.revision + 1)  # one act, however many rules it took
