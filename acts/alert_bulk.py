"""One act on many alerts in one transaction; what cannot be acted on stops nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from acts.alerts import audit_change
from acts.performing import ActContext
from casework.alerts import actions
from casework.alerts.episodes import Episode
from schemas.errors import Conflict, NotFound
from store.alerts import alert_rows


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Whoever acts has seen them and takes those that nobody had."""

    name: str = "acknowledge"

    def apply(self, context: ActContext, episode: Episode) -> Episode:
        return actions.acknowledge(episode, context.actor)


@dataclass(frozen=True, slots=True)
class Snooze:
    """Leave them alone until a day."""

    until: date
    reason: str
    name: str = "snooze"

    def apply(self, context: ActContext, episode: Episode) -> Episode:
        return actions.snooze(episode, self.until, self.reason, context.today, context.bank.rules.snooze)


@dataclass(frozen=True, slots=True)
class Assign:
    """Give them to someone, or to nobody."""

    assignee: str | None
    name: str = "assign"

    def apply(self, _context: ActContext, episode: Episode) -> Episode:
        return actions.assign(episode, self.assignee)


class AlertAct(Protocol):
    """What is done about each of the alerts; `name` for the audit trail."""

    @property
    def name(self) -> str: ...

    def apply(self, context: ActContext, episode: Episode) -> Episode:
        """The alert as it then is, or the same. Raises Conflict where it cannot be done."""


@dataclass(frozen=True, slots=True)
class BulkDone:
    """What became of the alerts: those that changed, the ids of the others. `refused`: with why."""

    changed: tuple[Episode, ...]
    unchanged: tuple[str, ...]
    refused: tuple[tuple[str, NotFound | Conflict], ...]


def act_on_many(context: ActContext, alert_ids: Iterable[str], act: AlertAct) -> BulkDone:
    """1. Lock those that are theirs to see. 2. Act on each, and audit what changed. 3. Save it.

    An alert named twice is acted on once.
    """
    wanted = list(dict.fromkeys(alert_ids))
    found = alert_rows.get_all(context.tx, wanted, only_branch=context.caller.branch, for_update=True)
    changed: list[Episode] = []
    unchanged: list[str] = []
    refused: list[tuple[str, NotFound | Conflict]] = []
    for alert_id in wanted:
        before = found.get(alert_id)
        if before is None:
            refused.append((alert_id, NotFound("alert", alert_id)))
            continue
        try:
            after = act.apply(context, before)
        except Conflict as error:
            refused.append((alert_id, error))
            continue
        if after is before:
            unchanged.append(alert_id)
            continue
        changed.append(after)
        audit_change(context, act.name, before, after)
    facts = alert_rows.load_client_facts(context.tx, [episode.client_id for episode in changed])
    bank = context.bank
    alert_rows.save_all(context.tx, changed, facts, bank.base_currency, context.at, margins=bank.rules.margins)
    return BulkDone(tuple(changed), tuple(unchanged), tuple(refused))
