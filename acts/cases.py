"""What people do with a case as a whole: form it about a client's alerts, move it on, suspend, close, reopen it.

What they do with its task force, tasks and minutes: `acts.task_forces`. What time does: `acts.cases_by_time`.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import date

from acts.case_changes import (
    CaseChange,
    any_alarm,
    change_case,
    change_with_alerts,
    check_none_closed,
    lock_alerts,
    save_change,
)
from acts.performing import ActContext
from casework.alerts import actions
from casework.alerts.closings import consequences_of_closings
from casework.alerts.episodes import Episode
from casework.cases import case_lifecycle, task_force
from casework.cases.case_lifecycle import Case, CaseExists
from casework.remedies.remedy_lifecycle import UNDECIDED
from schemas.vocabulary import CaseState, Retention, Truth
from store.alerts import alert_rows
from store.cases import case_rows
from store.clients import client_search
from store.quiet import closings
from store.remedies import remedy_rows

_NO_REMEDY = frozenset({"rejected", "withdrawn", "revoked"})  # nothing is left of it to be done


def form(
    context: ActContext,
    client_id: str,
    alert_ids: Collection[str] = (),
    lead: str | None = None,
    members: Collection[tuple[str, str]] = (),
) -> Case:
    """A task force about a client's alerts. What was closed within the last half-year is opened again.

    No alerts: all that are open. No lead: whoever forms it. `members`: user and role.

    1. Is the client theirs to see. 2. Lock the last case, then the alerts. 3. Is there an open case. 4. Is it a
    relapse. 5. The last case again, or a new one. Raises CaseExists, NoOpenAlert, AlertClosed, NotAllowedByRules.
    """
    client = client_search.get(context.tx, client_id, only_branch=context.caller.branch, today=context.today)
    last = case_rows.find_last_closed(context.tx, client_id, for_update=True)
    episodes = lock_alerts(context, client_id, alert_ids)
    if there := case_rows.find_open(context.tx, client_id):
        raise CaseExists(client_id, there.case_id)
    check_none_closed(client_id, episodes)
    lead = lead or context.actor
    if last and case_lifecycle.relapses(last, max(e.last_week for e in episodes), context.bank.rules.cases):
        here = case_lifecycle.follow_client(last, client.branch_id)
        again = _reopen_last(here, episodes, lead, members, context.today)
        again = replace(again, revision=last.revision + 1)  # one act, however many rules it took
        return save_change(context, last, change_with_alerts("reopen", again, episodes))
    new = case_lifecycle.open_case(
        str(uuid.uuid4()),
        client_id,
        alert_ids=[e.alert_id for e in episodes],
        alarm=any_alarm(episodes),
        lead=lead,
        members=members,
        at=context.at,
        today=context.today,
        week=context.week,
        worked_in=client.branch_id,
    )
    return save_change(context, None, change_with_alerts("open", new, episodes))


def move(context: ActContext, case_id: str, to: CaseState, note: str | None = None) -> Case:
    """On to another state of the way; a suspended case goes back to where it was."""

    def work(case: Case) -> CaseChange:
        has_remedy = not _NO_REMEDY.issuperset(remedy_rows.load_states_of_case(context.tx, case_id).values())
        rules = context.bank.rules.cases
        moved = case_lifecycle.move(case, to, today=context.today, rules=rules, has_remedy=has_remedy)
        return CaseChange("resume" if case.state == "suspended" else "move", moved, note)

    return change_case(context, case_id, work)


def suspend(context: ActContext, case_id: str, until: date, note: str | None = None) -> Case:
    """Leave it until a day."""

    def work(case: Case) -> CaseChange:
        return CaseChange("suspend", case_lifecycle.suspend(case, until, context.today), note)

    return change_case(context, case_id, work)


def reopen(context: ActContext, case_id: str, note: str | None = None) -> Case:
    """Open a closed case again, without further alerts."""
    return change_case(context, case_id, lambda case: CaseChange("reopen", case_lifecycle.reopen(case), note))


def add_alerts(context: ActContext, case_id: str, alert_ids: Collection[str]) -> Case:
    """Further alerts of the client belong to it."""

    def work(case: Case) -> CaseChange:
        case_lifecycle.check_open(case)
        episodes = lock_alerts(context, case.client_id, alert_ids)
        check_none_closed(case.client_id, episodes)
        ids = [episode.alert_id for episode in episodes]
        after = case_lifecycle.add_alerts(case, ids, alarm=any_alarm(episodes))
        return change_with_alerts("add_alerts", after, episodes)

    return change_case(context, case_id, work)


def close(
    context: ActContext, case_id: str, truth: Truth, retention: Retention, cause: str, note: str | None = None
) -> Case:
    """End it, and its alerts with it, with what it turned out to be."""

    def work(case: Case) -> CaseChange:
        states = remedy_rows.load_states_of_case(context.tx, case_id)
        closed = case_lifecycle.close(
            case,
            truth=truth,
            retention=retention,
            cause=cause,
            undecided=[remedy_id for remedy_id, state in states.items() if state in UNDECIDED],
            at=context.at,
            week=context.week,
        )
        if closed is case:
            return CaseChange("close", case)
        its_alerts = alert_rows.get_all(context.tx, case.alert_ids, for_update=True).values()
        pairs = tuple((e, actions.close(e, truth, note or cause)) for e in its_alerts if e.state != "closed")
        closings.save_consequences(
            context.tx, consequences_of_closings([after for _, after in pairs]), context.actor, context.at
        )
        return CaseChange("close", closed, note, pairs, "close")

    return change_case(context, case_id, work)


def _reopen_last(
    last: Case, episodes: Collection[Episode], lead: str, members: Collection[tuple[str, str]], today: date
) -> Case:
    """The task force of before, and those that are named now."""
    case = case_lifecycle.reopen(last, [e.alert_id for e in episodes], alarm=any_alarm(episodes))
    case = task_force.hand_over(case, lead, today)
    for user, role in members:
        case = task_force.join(case, user, role, today)
    return case
