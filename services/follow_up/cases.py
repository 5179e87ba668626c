"""What time alone does to remedies and cases, and who hears of it. Each act is safe to do again, by two at once."""

from __future__ import annotations

from acts import cases_by_time, remedies
from acts.performing import ActContext
from acts.roles import NOTICE_ROLES
from casework.cases.case_lifecycle import Case
from casework.cases.missed_departure import first_closing_day
from casework.cases.task_force import UNASSIGNED
from casework.notices.notice_facts import CaseAssigned
from casework.notices.notice_making import notices_for
from casework.notices.recipients import managers, people_named
from services.follow_up.round import Round
from store.alerts import alert_rows
from store.cases import follow_up
from store.notices import notice_preferences, notice_queue
from store.remedies import remedy_rows


def age_remedies(current: Round) -> int:
    """Approved, active, expiring, expired: as the days go by."""
    with current.store.read() as tx:
        due = [remedy.remedy_id for remedy in remedy_rows.load_due(tx, current.today)]
    return current.each("age_remedies", due, remedies.bring_to_today)


def resume_cases(current: Round) -> int:
    """A suspended case goes on where it was on the day that its diary says."""
    with current.store.read() as tx:
        due = follow_up.load_diary_due(tx, current.today)
    return current.each("resume_cases", due, cases_by_time.resume_due)


def reopen_cases(current: Round) -> int:
    """A client whose case was closed lately falls again: the same case is opened again and takes the alert."""
    with current.store.read() as tx:
        relapsed = cases_by_time.find_relapses(tx, current.rules)

    def reopen(context: ActContext, client_id: str) -> bool:
        case = cases_by_time.reopen_relapsed(context, client_id, relapsed[client_id])
        if case is not None:
            _notify_task_force(context, case)
        return case is not None

    return current.each("reopen_cases", relapsed, reopen)


def open_missed_departures(current: Round) -> int:
    """Who closed the account and was never warned of gets a case that asks why."""
    with current.store.read() as tx:
        gone = follow_up.load_missed_departures(tx, first_closing_day(current.today), current.today)

    def open_case(context: ActContext, client_id: str) -> bool:
        _notify_managers(context, cases_by_time.open_missed_departure(context, client_id))
        return True

    return current.each("open_missed_departures", gone, open_case)


def _notify_task_force(context: ActContext, case: Case) -> None:
    """Of those who were in it at its end: they have it again."""
    client = alert_rows.load_client_facts(context.tx, [case.client_id])[case.client_id]
    people = notice_preferences.load_all(context.tx)
    key, zone = f"{case.case_id}/{case.times_reopened}", context.bank.calendar.zone
    for member in case.present(context.today):
        facts = CaseAssigned(case.case_id, case.client_id, client.name, member.role)
        notices = notices_for(people_named(people, {member.user}), "case_assigned", key, facts, context.at, zone)
        notice_queue.add_notices(context.tx, notices, context.at)


def _notify_managers(context: ActContext, case: Case) -> None:
    """Of the client's branch: one of them is to take it."""
    client = alert_rows.load_client_facts(context.tx, [case.client_id])[case.client_id]
    facts = CaseAssigned(case.case_id, case.client_id, client.name, UNASSIGNED)
    people = managers(notice_preferences.load_all(context.tx), client.branch_id, NOTICE_ROLES)
    key, zone = f"{case.case_id}/{UNASSIGNED}", context.bank.calendar.zone
    notice_queue.add_notices(
        context.tx, notices_for(people, "case_assigned", key, facts, context.at, zone), context.at
    )
