"""What time alone does to remedies and cases, and who hears of it. Each act is safe to do again, by two at once."""

from __future__ import annotations

from acts import cases_by_time, remedies
from acts.case_notices import tell_managers, tell_task_force
from acts.performing import ActContext
from casework.cases.missed_departure import first_closing_day
from services.follow_up.round import Round
from store.cases import follow_up
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
            tell_task_force(context, case)
        return case is not None

    return current.each("reopen_cases", relapsed, reopen)


def open_missed_departures(current: Round) -> int:
    """Who closed the account and was never warned of gets a case that asks why."""
    with current.store.read() as tx:
        gone = follow_up.load_missed_departures(tx, first_closing_day(current.today), current.today)

    def open_case(context: ActContext, client_id: str) -> bool:
        tell_managers(context, cases_by_time.open_missed_departure(context, client_id))
        return True

    return current.each("open_missed_departures", gone, open_case)


def follow_clients(current: Round) -> int:
    """The case of a client that has moved to another branch goes along, and both branches hear of it."""
    with current.store.read() as tx:
        moved = follow_up.load_moved_clients(tx)
    return current.each("follow_clients", moved, cases_by_time.follow_client)
