"""What time alone does to remedies and cases. Each act is safe to do again, and by two at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from casework.alerts.actions import take_into_case
from casework.alerts.episodes import Episode
from casework.alerts.holdout import HoldOut, held_out
from casework.cases import case_lifecycle
from casework.cases.case_lifecycle import LEAD, Case
from casework.cases.missed_departure import missed_departure, since
from casework.cases.task_force import UNASSIGNED
from casework.notices.telling import CaseAssigned, managers, notices_for, people_named
from schemas.verdicts import Grade
from services.follow_up.round import ACTOR, Round
from store.alerts import alert_rows
from store.cases import case_rows, follow_up
from store.notices import notice_preferences, notice_queue
from store.remedies import remedy_ageing, remedy_rows
from store.unit_of_work import Tx

_LIVE = ("open", "acknowledged")


def age_remedies(look: Round) -> int:
    """Approved, active, expiring, expired: as the days go by."""

    def settle(tx: Tx, remedy_id: str) -> bool:
        before = remedy_rows.get(tx, remedy_id, for_update=True)
        facts = alert_rows.client_facts(tx, [before.client_id])[before.client_id]
        return remedy_ageing.bring_to_today(tx, before, look.today, facts, look.currency, look.now) is not before

    with look.store.read() as tx:
        due = [remedy.remedy_id for remedy in remedy_rows.due(tx, look.today)]
    return look.each("age_remedies", due, settle)


def resume_cases(look: Round) -> int:
    """A suspended case goes on where it was on the day that its diary says."""

    def resume(tx: Tx, case_id: str) -> bool:
        before = case_rows.get(tx, case_id, for_update=True)
        if before.diary_date is None or before.diary_date > look.today:
            return False
        after = case_lifecycle.resume(before)
        case_rows.save(tx, after)
        case_rows.log(tx, case_id, at=look.now, actor=ACTOR, what="resumed", state=after.state)
        look.record(tx, "case.resume", "case", case_id, _standing(before), _standing(after))
        return True

    with look.store.read() as tx:
        due = follow_up.diary_due(tx, look.today)
    return look.each("resume_cases", due, resume)


def reopen_cases(look: Round) -> int:
    """A client whose case was closed lately falls again: the same case is opened again and takes the alert."""
    drawn = HoldOut(look.rules.holdout_share, look.rules.holdout_below_minor)
    by_client = defaultdict(list)
    with look.store.read() as tx:
        for found in follow_up.returned(tx, look.rules.cases.relapse_weeks):
            last = case_rows.last_closed_of(tx, found.client_id)
            if last and not held_out(found.opening, drawn) and _relapses(look, tx, last, found.alert_id):
                by_client[found.client_id].append(found.alert_id)
    return look.each("reopen_cases", by_client, lambda tx, client: _reopen(look, tx, client, by_client[client]))


def _relapses(look: Round, tx: Tx, last: Case, alert_id: str) -> bool:
    """Whether the alert began, or began again, after the case's end, and soon enough."""
    return case_lifecycle.relapses(last, follow_up.began(tx, alert_id)[0], look.rules.cases)


def _reopen(look: Round, tx: Tx, client_id: str, alert_ids: Sequence[str]) -> bool:
    """1. Lock the case, then the alerts. 2. Which began after its end. 3. Reopen it with them. 4. Tell."""
    last = case_rows.last_closed_of(tx, client_id)
    if last is None:
        return False
    before = case_rows.get(tx, last.case_id, for_update=True)
    live = [e for e in alert_rows.get_all(tx, alert_ids, for_update=True).values() if e.state in _LIVE]
    back = [e for e in live if _relapses(look, tx, before, e.alert_id)]
    if not back:
        return False
    alarm = any(e.grade is Grade.ALARM for e in back)
    after = case_lifecycle.reopen(before, [e.alert_id for e in back], alarm=alarm)
    case_rows.save(tx, after)
    note = "relapse: " + ", ".join(e.alert_id for e in back)
    case_rows.log(tx, after.case_id, at=look.now, actor=ACTOR, what="reopened", state=after.state, note=note)
    look.record(tx, "case.reopen", "case", after.case_id, _standing(before), _standing(after))
    _take(look, tx, back)
    _tell_task_force(look, tx, after)
    return True


def _take(look: Round, tx: Tx, back: Sequence[Episode]) -> None:
    taken = [take_into_case(episode) for episode in back]
    facts = alert_rows.client_facts(tx, {episode.client_id for episode in back})
    alert_rows.save_all(tx, taken, facts, look.currency, look.now)
    for old, new in zip(back, taken, strict=True):
        states = ({"revision": e.revision, "state": e.state} for e in (old, new))
        look.record(tx, "alert.take_into_case", "alert", old.alert_id, *states)


def open_missed_departures(look: Round) -> int:
    """Who closed the account and was never warned of gets a case that asks why."""

    def review(tx: Tx, client_id: str) -> bool:
        case = missed_departure(client_id, at=look.now, today=look.today, week=look.week)
        case_rows.save(tx, case)
        case_rows.log(tx, case.case_id, at=look.now, actor=ACTOR, what="opened", state=case.state)
        look.record(tx, "case.open", "case", case.case_id, None, {**_standing(case), "origin": case.origin})
        _tell_managers(look, tx, case)
        return True

    with look.store.read() as tx:
        gone = follow_up.missed_departures(tx, since(look.today), look.today)
    return look.each("open_missed_departures", gone, review)


def _tell_task_force(look: Round, tx: Tx, case: Case) -> None:
    """Of those who were in it at its end: they have it again."""
    name = alert_rows.client_facts(tx, [case.client_id])[case.client_id].name
    people = notice_preferences.everybody(tx)
    for member in case.present(look.today):
        facts = CaseAssigned(case.case_id, case.client_id, name, member.role)
        key = f"{case.case_id}/{case.times_reopened}"
        wanted = notices_for(
            people_named(people, {member.user}), "case_assigned", key, facts, look.now, look.calendar.zone
        )
        notice_queue.write(tx, wanted, look.now)


def _tell_managers(look: Round, tx: Tx, case: Case) -> None:
    client = alert_rows.client_facts(tx, [case.client_id])[case.client_id]
    facts = CaseAssigned(case.case_id, case.client_id, client.name, UNASSIGNED)
    people = managers(notice_preferences.everybody(tx), client.branch_id, look.roles)
    key = f"{case.case_id}/{UNASSIGNED}"
    notice_queue.write(tx, notices_for(people, "case_assigned", key, facts, look.now, look.calendar.zone), look.now)


def _standing(case: Case) -> dict[str, Any]:
    shown: dict[str, Any] = {"revision": case.revision, "state": case.state, LEAD: case.lead}
    return shown | {"alert_ids": list(case.alert_ids), "times_reopened": case.times_reopened}
