"""What people do with an alert: acknowledge it, snooze it, give it to someone, close it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import msgspec

from acts.performing import ActContext, Fields, change
from casework.alerts import actions
from casework.alerts.alert_changes import AlertChanged, changes
from casework.alerts.closings import consequences_of_closings
from casework.alerts.episodes import Episode
from schemas.errors import StaleRevision
from schemas.vocabulary import Outcome
from schemas.weeks import Week
from store.alerts import alert_rows, alert_search
from store.quiet import closings


def acknowledge(context: ActContext, alert_id: str) -> Episode:
    """Whoever acts has seen it and, where nobody had it, takes it, whatever has come of it meanwhile."""
    return _merge(context, alert_id, "acknowledge", lambda e: actions.acknowledge(e, context.actor), same=())


def snooze(context: ActContext, alert_id: str, until: date, reason: str) -> Episode:
    """Leave it alone until a day, not later than the bank allows, or until it becomes an alarm."""
    rules = context.bank.rules.snooze
    return _decide(context, alert_id, "snooze", lambda e: actions.snooze(e, until, reason, context.today, rules))[0]


def assign(context: ActContext, alert_id: str, assignee: str | None) -> Episode:
    """Give it to someone, or to nobody. Raises StaleRevision where it was given to somebody else meanwhile."""
    return _merge(context, alert_id, "assign", lambda e: actions.assign(e, assignee), same=("assignee",))


def close(
    context: ActContext,
    alert_id: str,
    outcome: Outcome,
    note: str | None = None,
    first_week: Week | None = None,
    last_week: Week | None = None,
) -> Episode:
    """End it with what it turned out to be, and save what follows from that: a new normal, a calendar entry.

    Weeks: those of an expected event.
    """
    after, changed = _decide(context, alert_id, "close", lambda e: actions.close(e, outcome, note))
    if changed:
        following = consequences_of_closings([after], first_week=first_week, last_week=last_week)
        closings.save_consequences(context.tx, following, context.actor, context.at)
    return after


def audit_fields(episode: Episode) -> Fields:
    """What the audit trail says of it: all that a person can change; the evidence is the detector's."""
    names = ("revision", "state", "assignee", "snoozed_until", "snooze_reason", "outcome", "outcome_note")
    fields: Fields = msgspec.to_builtins({name: getattr(episode, name) for name in names})
    return fields


def audit_change(context: ActContext, name: str, before: Episode, after: Episode) -> None:
    """The audit trail of an alert that the act `name` has changed."""
    context.audit(f"alert.{name}", "alert", after.alert_id, audit_fields(before), audit_fields(after))


@dataclass(frozen=True, slots=True)
class _Alerts:
    """Alerts that are changed one at a time."""

    kind: str = "alert"

    def lock(self, context: ActContext, key: str) -> Episode:
        alert_search.get_client_id(context.tx, key, only_branch=context.caller.branch)
        return alert_rows.get(context.tx, key, for_update=True)

    def save(self, context: ActContext, after: Episode) -> None:
        facts = alert_rows.load_client_facts(context.tx, [after.client_id])[after.client_id]
        alert_rows.save(
            context.tx, after, facts, context.bank.base_currency, context.at, context.bank.rules.margins
        )

    def revision(self, thing: Episode) -> int:
        return thing.revision

    def audit_fields(self, thing: Episode) -> Fields:
        return audit_fields(thing)


def _change(
    context: ActContext, alert_id: str, name: str, rule: Callable[[Episode], Episode]
) -> tuple[Episode, bool]:
    return change(context, _Alerts(), alert_id, name, rule)


def _merge(
    context: ActContext, alert_id: str, name: str, rule: Callable[[Episode], Episode], *, same: Sequence[str]
) -> Episode:
    """A change that rests on no numbers: it is done on the newest revision, where what was published of the one it
    is meant for says the `same`. Raises StaleRevision where it does not, or where there never was that one.
    """
    try:
        return _change(context, alert_id, name, rule)[0]
    except StaleRevision as error:
        said = alert_rows.load_messages(context.tx, alert_id, (error.expected, error.actual))
        if len(said) < 2 or any(len({getattr(each, field) for each in said.values()}) > 1 for field in same):
            raise
        newest = replace(context, request=replace(context.request, revisions=None))
        return _change(newest, alert_id, name, rule)[0]


def _decide(
    context: ActContext, alert_id: str, name: str, rule: Callable[[Episode], Episode]
) -> tuple[Episode, bool]:
    """A change that rests on the numbers. Raises AlertChanged where they are others than those it is meant for."""
    try:
        return _change(context, alert_id, name, rule)
    except StaleRevision as error:
        said = alert_rows.load_messages(context.tx, alert_id, (error.expected, error.actual))
        if len(said) == 2 and (found := changes(said[error.expected], said[error.actual])):
            currency = context.bank.base_currency
            raise AlertChanged(error.expected, error.actual, found, currency) from None
        raise
