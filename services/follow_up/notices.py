"""What people are told of without their asking: new alarms, their cases, approvals and ends that wait."""

from __future__ import annotations

from dataclasses import dataclass

from acts.roles import NOTICE_ROLES
from casework.alerts.history import HISTORY_WEEKS
from casework.alerts.published_sentence import published_facts
from casework.notices.notice_facts import ApprovalWaiting, BranchMoved, CaseAssigned, NewAlarm, RemedyEnding
from casework.notices.notice_making import NEWS, Notice
from casework.notices.recipients import checkers, managers, people_named, people_of_branch
from schemas.verdicts import GroupKind
from schemas.weeks import format_week, monday, week_of_date
from services.follow_up.round import Round
from store.cases import follow_up
from store.notices import notice_sources
from store.quiet import movements
from store.unit_of_work import Tx


def tell_alarms(current: Round) -> int:
    """New alarms and those of history told lately, to their branch, where a week was judged since the last look."""
    people = current.people()
    with current.store.read() as tx:
        news = _news(current, tx, "tell_alarms")
        if news is None:
            return 0
        wanted: list[Notice] = []
        for alarm in notice_sources.load_alarms(tx, news.since, current.now - NEWS) if people else []:
            facts = NewAlarm(
                alarm.alert_id,
                alarm.client_id,
                alarm.client_name,
                alarm.message.summary,
                published_facts(alarm.message),
            )
            key = (
                f"{alarm.alert_id}/{follow_up.get_opening(tx, alarm.alert_id)[1]}"  # opened again it is news again
            )
            branch = people_of_branch(people, alarm.branch_id)
            wanted += current.notices(branch, "new_alarm", key, facts)
    return current.write_notices(wanted, ("tell_alarms", news.mark))


def tell_moved(current: Round) -> int:
    """To the managers of a branch that most of its clients began to move as one, in place of their alerts."""
    people = current.people()
    with current.store.read() as tx:
        news = _news(current, tx, "tell_moved")
        if news is None:
            return 0
        found = movements.load_begun(tx, GroupKind.BRANCH, news.since) if people else []
    wanted: list[Notice] = []
    for row in found:
        facts = BranchMoved(row.name, monday(row.week), row.size_pct, row.quiet, row.clients, row.concerned)
        key = f"{row.name}/{format_week(row.week)}"
        theirs = managers(people, row.name, NOTICE_ROLES)
        wanted += current.notices(theirs, "branch_moved", key, facts)
    return current.write_notices(wanted, ("tell_moved", news.mark))


@dataclass(frozen=True, slots=True)
class _News:
    """The first week that is news, and what a step has seen when it has told of it."""

    since: int
    mark: str


def _news(current: Round, tx: Tx, step: str) -> _News | None:
    """None where no week has been judged since the step's last look.

    News are the last two weeks, and older ones that were judged since that look: after a standstill, or where a
    week was held, people hear of them when they can be known.
    """
    judged = follow_up.find_judged(tx, current.week - HISTORY_WEEKS)
    mark = f"{judged.reached}:{judged.mark}"
    before = follow_up.find_mark(tx, step)
    if mark == before:
        return None
    lately = week_of_date(current.today - NEWS)
    reached_before = lately if before is None else int(before.split(":")[0])
    return _News(min(lately, max(reached_before, current.week - HISTORY_WEEKS)), mark)


def tell_assigned(current: Round) -> int:
    """Who leads a case or belongs to its task force since lately."""
    people = current.people()
    with current.store.read() as tx:
        found = notice_sources.load_assigned(tx, current.today - NEWS) if people else []
    wanted: list[Notice] = []
    for place in found:
        facts = CaseAssigned(place.case_id, place.client_id, place.client_name, place.role)
        key = f"{place.case_id}/{place.times_reopened}"
        wanted += current.notices(people_named(people, {place.user}), "case_assigned", key, facts)
    return current.write_notices(wanted)


def tell_approvals(current: Round) -> int:
    """Remedies that wait for a yes to those who may give it, and who had no other part in them."""
    people = current.people()
    with current.store.read() as tx:
        found = notice_sources.load_submitted(tx) if people else []
    wanted: list[Notice] = []
    for remedy, client in found:
        if remedy.next_level is None:
            continue
        facts = ApprovalWaiting(
            remedy.remedy_id, remedy.case_id, client.name, remedy.type, remedy.next_level, remedy.terms.total_minor
        )
        parts = remedy.makers | remedy.checkers
        able = checkers(people, remedy.next_level, client.branch_id, parts, NOTICE_ROLES)
        key = f"{remedy.remedy_id}/{remedy.terms_version}/{remedy.next_level}"
        wanted += current.notices(able, "approval_waiting", key, facts)
    return current.write_notices(wanted)


def tell_endings(current: Round) -> int:
    """Remedies that end within a month to their owner and to the lead of the case."""
    people = current.people()
    with current.store.read() as tx:
        found = notice_sources.load_ending(tx) if people else []
    wanted: list[Notice] = []
    for remedy, client, lead in found:
        if remedy.terms.ends_on is None:
            continue
        facts = RemedyEnding(remedy.remedy_id, remedy.case_id, client.name, remedy.type, remedy.terms.ends_on)
        key = f"{remedy.remedy_id}/{remedy.terms.ends_on}"
        concerned = people_named(people, {remedy.owner, lead})
        wanted += current.notices(concerned, "remedy_ending", key, facts)
    return current.write_notices(wanted)
