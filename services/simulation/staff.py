"""The simulated bank's people, once its history is judged: cases in every state, so that the desk can be seen.

What they decide is staged, and which client gets which story is chosen by what its volume did afterwards, so that a
remedy that paid off can be seen beside one that did not. All figures on the pages are measured as in a real bank.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from types import MappingProxyType

from acts.performing import Performer
from casework.alerts.buckets import AsOf
from schemas.errors import Conflict, StaleRevision
from schemas.weeks import monday, parse_week
from services.simulation.case import CaseStory
from services.simulation.outcomes import volume_after
from services.simulation.stories import STORIES, Story, did_not_pay_off, paid_off
from store.alerts import alert_search
from store.alerts.alert_search import AlertFilter, AlertRow
from store.cases import case_search
from store.cases.case_search import CaseFilter
from store.operations import overview
from store.unit_of_work import Store, Tx

LOOK_S = 1.0
_REMEDY_AFTER = 3  # weeks from the alert to the remedy's start in the stories below
_MOST = 200  # alerts, and cases, that are gone through
log = logging.getLogger(__name__)


def staff_work(performer: Performer, judged_by: int) -> Callable[[Event], None]:
    """Wait until the week `judged_by` is judged, then tell all stories, where nobody ever opened a case."""

    def work(stop: Event) -> None:
        while not stop.is_set():
            with performer.store.read() as tx:
                judged = overview.load_overview(tx).judged_week
            if judged is not None and judged >= judged_by:
                break
            stop.wait(LOOK_S)
        if not stop.is_set() and _nobody_has_opened_a_case(performer.store):
            for told in stage(performer):
                log.info("staged", extra={"case": told})
                if stop.is_set():
                    return
            log.info("all stories are told")
        stop.wait()

    return work


def _nobody_has_opened_a_case(store: Store) -> bool:
    """Who left unwarned has a case already, which time alone opened."""
    with store.read() as tx:
        opened = case_search.search(tx, CaseFilter(), only_branch=None, after=None, limit=_MOST)
    return all(case.origin == "missed_departure" for case in opened)


def stage(performer: Performer) -> Iterator[str]:
    """Tell the stories, each on an alert of its own, as far as there are alerts; gives the states they came to."""
    now, bank = performer.clock(), performer.bank
    waiting = _open_falls(performer.store, bank.as_of(now), bank.calendar.week_at(now))
    for tell, days in STORIES:
        fitting = [aged for aged in waiting if 7 * aged.weeks >= days]
        if not fitting:
            continue
        aged = CHOICE.get(tell, _youngest)(fitting)
        waiting.remove(aged)
        first_seen = monday(parse_week(aged.alert.message.opened_week) + 1)
        lately = bank.day_of(now) - timedelta(days=days)
        try:
            tell(CaseStory(performer, aged.alert, first_seen if tell in CHOICE else max(first_seen, lately)))
        except (Conflict, StaleRevision) as error:  # a live week, or time alone, was quicker
            log.info("a story broke off", extra={"case": tell.__name__, "reason": str(error)})
            continue
        yield tell.__name__


@dataclass(frozen=True, slots=True)
class _Aged:
    """An open alert, how many weeks ago it began, and what became of the volume after a remedy would have begun."""

    alert: AlertRow
    weeks: int
    effect_pct: float


def _open_falls(store: Store, as_of: AsOf, now: int) -> list[_Aged]:
    """One of each client: its worst."""
    with store.read() as tx:
        wanted = AlertFilter(as_of, states=("open",))
        found = alert_search.search(tx, wanted, only_branch=None, after=None, limit=_MOST)
        falls = [alert for alert in found if alert.message.direction == "fall"]
        one_each = {alert.message.client_id: alert for alert in reversed(falls)}
        return [_aged(tx, alert, now) for alert in one_each.values()]


def _aged(tx: Tx, alert: AlertRow, now: int) -> _Aged:
    opened = parse_week(alert.message.opened_week)
    return _Aged(alert, now - opened, volume_after(tx, alert.message.client_id, opened + _REMEDY_AFTER))


def _youngest(fitting: list[_Aged]) -> _Aged:
    return min(fitting, key=lambda aged: aged.weeks)


# On which alert: those told to their end are told from its first week on, the others so that they end about now.
CHOICE: Mapping[Story, Callable[[list[_Aged]], _Aged]] = MappingProxyType(
    {
        paid_off: lambda fitting: max(fitting, key=lambda aged: aged.effect_pct),
        did_not_pay_off: lambda fitting: min(fitting, key=lambda aged: aged.effect_pct),
    }
)
