"""Who is told, in the transaction of the act itself, of what became of a case."""

from __future__ import annotations

from collections.abc import Iterable

from acts.performing import ActContext
from acts.roles import NOTICE_ROLES
from casework.cases.case_lifecycle import Case
from casework.cases.task_force import UNASSIGNED
from casework.notices.notice_facts import CaseAssigned, CaseMoved
from casework.notices.notice_making import notices_for
from casework.notices.recipients import Preference, managers, people_named
from store.alerts import alert_rows
from store.notices import notice_preferences, notice_queue


def tell_task_force(context: ActContext, case: Case) -> None:
    """Those who were in it at its end: they have it again."""
    people = notice_preferences.load_all(context.tx)
    key, name = f"{case.case_id}/{case.times_reopened}", _client_name(context, case)
    for member in case.present(context.today):
        facts = CaseAssigned(case.case_id, case.client_id, name, member.role)
        _tell(context, people_named(people, {member.user}), key, facts)


def tell_managers(context: ActContext, case: Case) -> None:
    """Those of the client's branch: one of them is to take it."""
    facts = CaseAssigned(case.case_id, case.client_id, _client_name(context, case), UNASSIGNED)
    people = _managers(notice_preferences.load_all(context.tx), case)
    _tell(context, people, f"{case.case_id}/{UNASSIGNED}", facts)


def tell_of_move(context: ActContext, before: Case, after: Case) -> None:
    """The task force, which may read it and no more, or may act again; and the new branch's managers."""
    key, name = f"{after.case_id}/moved/{after.revision}", _client_name(context, after)
    everybody = notice_preferences.load_all(context.tx)
    task_force = {member.user for member in before.members if member.left_on is None}
    taking = [each for each in _managers(everybody, after) if each.user not in task_force]
    for people, theirs in ((people_named(everybody, task_force), False), (taking, True)):
        facts = CaseMoved(
            after.case_id, after.client_id, name, before.worked_in or "", after.worked_in or "", theirs
        )
        _tell(context, people, key, facts)


def _managers(people: Iterable[Preference], case: Case) -> list[Preference]:
    return managers(people, case.worked_in or "", NOTICE_ROLES)


def _client_name(context: ActContext, case: Case) -> str:
    return alert_rows.load_client_facts(context.tx, [case.client_id])[case.client_id].name


def _tell(context: ActContext, people: Iterable[Preference], key: str, facts: CaseAssigned | CaseMoved) -> None:
    zone = context.bank.calendar.zone
    notices = notices_for(people, "case_assigned", key, facts, context.at, zone)
    notice_queue.add_notices(context.tx, notices, context.at)
