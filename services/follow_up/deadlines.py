"""Deadlines: who hears that one is about to pass, that it has passed, or that it was left for days after that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

from acts.roles import NOTICE_ROLES
from casework.alerts import sla
from casework.alerts.holdout import is_held_out
from casework.notices.notice_facts import Deadline
from casework.notices.notice_making import Notice, is_news
from casework.notices.recipients import Preference, escalated, responsible
from schemas.vocabulary import DeadlineStatus, NoticeKind, Step
from schemas.weeks import week_of_date
from services.follow_up.round import Round
from store.cases import case_progress, follow_up
from store.notices import notice_sources

_WEEKS_BACK = 5  # two weeks of news, and three for holidays, beside the longest deadline of an alert
_BUSINESS_WEEK = 5  # days
_OF_ALERTS: frozenset[Step] = frozenset({"acknowledge", "task_force"})  # the others are its case's
_OF_CASES: frozenset[Step] = frozenset({"first_contact", "first_review"})
_KINDS: Mapping[DeadlineStatus, NoticeKind] = {"warned": "sla_warning", "breached": "sla_breach"}


@dataclass(frozen=True, slots=True)
class Matter:
    """What a deadline is about, whose it is, and how it stands. `steps`: those that concern it."""

    client_id: str
    client_name: str
    branch_id: str
    users: frozenset[str]
    steps: frozenset[Step]
    deadlines: list[sla.Deadline]
    case_id: str | None = None
    alert_id: str | None = None


def tell_deadlines(current: Round) -> int:
    """Once an hour: a deadline is a day."""
    hour = f"{current.now.astimezone(current.zone):%Y-%m-%dT%H}"
    people = current.people()
    with current.store.read() as tx:
        if not people or follow_up.find_mark(tx, "tell_deadlines") == hour:
            return 0
    wanted = [notice for matter in matters(current) for notice in _notices(current, matter, people)]
    return current.write_notices(wanted, ("tell_deadlines", hour))


def matters(current: Round) -> list[Matter]:
    """Live alerts that no case has taken, and cases that are worked on, with their deadlines of today."""
    return [*_alerts(current), *_cases(current)]


def overdue(matter: Matter) -> int:
    """How many of its deadlines have passed undone."""
    return sum(d.status == "breached" for d in matter.deadlines if d.step in matter.steps)


def _alerts(current: Round) -> Iterable[Matter]:
    rules = current.rules
    longest = max(rules.deadlines.within(step).prompt for step in _OF_ALERTS)
    weeks_back = _WEEKS_BACK + ceil(longest / _BUSINESS_WEEK)
    with current.store.read() as tx:
        found = notice_sources.load_live_alerts(tx, week_of_date(current.today) - weeks_back)
        progress = case_progress.load_of_alerts(tx, [alert.alert_id for alert in found], current.bank.calendar)
    for alert in found:
        standard = is_held_out(alert.opening, rules.hold_out)  # nobody is to form a task force about it
        yield Matter(
            alert.client_id,
            alert.client_name,
            alert.branch_id,
            frozenset({alert.assignee} if alert.assignee else ()),
            _OF_ALERTS - {"task_force"} if standard else _OF_ALERTS,
            sla.deadlines(progress[alert.alert_id], current.today, rules.holidays, rules.deadlines),
            alert_id=alert.alert_id,
        )


def _cases(current: Round) -> Iterable[Matter]:
    rules = current.rules
    with current.store.read() as tx:
        found = notice_sources.load_open_cases(tx)
        progress = case_progress.load_of_cases(tx, [case for case, _ in found], current.bank.calendar)
    for case, client in found:
        yield Matter(
            case.client_id,
            client.name,
            client.branch_id,
            frozenset({case.lead}),
            _OF_CASES,
            sla.deadlines(progress[case.case_id], current.today, rules.holidays, rules.deadlines),
            case_id=case.case_id,
        )


def _notices(current: Round, matter: Matter, people: list[Preference]) -> Iterable[Notice]:
    near = responsible(people, matter.users, matter.branch_id, NOTICE_ROLES)
    far = escalated(people, NOTICE_ROLES)
    for deadline in matter.deadlines:
        kind = _KINDS.get(deadline.status)
        if kind is None or deadline.step not in matter.steps or not is_news(deadline.due_on, current.today):
            continue
        facts = Deadline(
            deadline.step, deadline.due_on, matter.client_id, matter.client_name, matter.case_id, matter.alert_id
        )
        key = f"{matter.case_id or matter.alert_id}/{deadline.step}/{deadline.due_on}"
        yield from current.notices(near, kind, key, facts)
        if sla.has_to_escalate(deadline, current.today, current.rules.holidays, current.rules.deadlines):
            yield from current.notices(far, "escalation", key, facts)
