"""How a change of a case is saved: the case, alerts that change with it, its timeline, the audit trail."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from acts import alerts
from acts.callers import TIME_ALONE
from acts.case_notices import tell_of_move
from acts.performing import ActContext, Fields
from casework.alerts.actions import AlertClosed, take_into_case
from casework.alerts.episodes import Episode
from casework.cases import case_lifecycle
from casework.cases.case_lifecycle import Case, ClientMoved, NoOpenAlert
from schemas.errors import NotAllowedByRules
from schemas.events import NO_BRANCH
from schemas.verdicts import Grade
from store.alerts import alert_rows
from store.cases import case_rows, case_search

CaseAct = Literal[
    "open", "reopen", "move", "suspend", "resume", "close", "add_alerts", "join", "leave", "hand_over", "review",
    "add_task", "finish_task", "cancel_task", "follow_client",
]  # fmt: skip
# As the timeline says them; the audit trail has the acts themselves.
_EVENTS: Mapping[CaseAct, str] = MappingProxyType(
    {
        "open": "opened",
        "reopen": "reopened",
        "move": "moved",
        "suspend": "suspended",
        "resume": "resumed",
        "close": "closed",
        "add_alerts": "alerts.added",
        "join": "member.joined",
        "leave": "member.left",
        "hand_over": "lead.changed",
        "review": "reviewed",
        "add_task": "task.added",
        "finish_task": "task.done",
        "cancel_task": "task.cancelled",
        "follow_client": "client.moved",
    }
)


@dataclass(frozen=True, slots=True)
class CaseChange:
    """What an act made of a case, and of alerts with it: each before and after, changed by `alert_act`."""

    act: CaseAct
    case: Case
    note: str | None = None
    alerts: tuple[tuple[Episode, Episode], ...] = ()
    alert_act: str = ""


def change_case(context: ActContext, case_id: str, work: Callable[[Case], CaseChange]) -> Case:
    """1. Is it theirs to act on. 2. Lock it. 3. Is it the revision they meant. 4. Work. 5. Save what changed."""
    branch = check_theirs(context, case_id)
    before = case_rows.get(context.tx, case_id, for_update=True)
    context.check_revision(before.revision)
    before = follow_client(context, before, branch)
    return save_change(context, before, work(before))


def check_theirs(context: ActContext, case_id: str) -> str:
    """The branch of its client. Raises NotFound, also for another branch's, and ClientMoved for a mere reader."""
    caller = context.caller
    row = case_search.get(context.tx, case_id, only_branch=caller.branch, member=caller.actor)
    if caller.branch not in (None, row.branch_id):
        raise ClientMoved(row.client_id, row.branch_id)
    return row.branch_id


def follow_client(context: ActContext, before: Case, branch: str) -> Case:
    """An open case goes with its client to `branch`, and both branches hear of it; the same case where it is there.

    By whoever is first: time alone, or a person of the new branch with an act, before which this is one of its own.
    """
    if before.state == "closed" or branch == NO_BRANCH:
        return before
    after = case_lifecycle.follow_client(before, branch)
    if after is before:
        return before
    if before.worked_in is None:  # where it was is not known, so that there is nothing to tell
        case_rows.save(context.tx, after)
        return after
    as_time_alone = replace(context, caller=TIME_ALONE)  # its entries are those of this act
    change = CaseChange("follow_client", after, f"{before.worked_in} → {branch}")
    save_change(as_time_alone, before, change)
    tell_of_move(context, before, after)
    return after


def save_change(context: ActContext, before: Case | None, change: CaseChange) -> Case:
    """Save what changed, if anything did. `before` None: a new case. Raises CaseExists, StaleRevision."""
    tx, case = context.tx, change.case
    changed = [(old, new) for old, new in change.alerts if new is not old]
    if case is before and not changed:
        return case
    if case is not before:
        case_rows.save(tx, case)
    if changed:
        facts = alert_rows.load_client_facts(tx, [case.client_id])
        alert_rows.save_all(
            tx,
            [new for _, new in changed],
            facts,
            context.bank.base_currency,
            context.at,
            margins=context.bank.rules.margins,
        )
    event = _EVENTS[change.act]
    case_rows.append_event(
        tx, case.case_id, at=context.at, actor=context.actor, what=event, state=case.state, note=change.note
    )
    context.audit(f"case.{change.act}", "case", case.case_id, *_differences(before, case))
    for old, new in changed:
        alerts.audit_change(context, change.alert_act, old, new)
    return case


def lock_alerts(context: ActContext, client_id: str, alert_ids: Collection[str]) -> list[Episode]:
    """The alerts named, or all of the client's that are open; locked. Raises NotAllowedByRules for another's."""
    wanted = alert_ids or alert_rows.load_open_ids(context.tx, client_id)
    found = alert_rows.get_all(context.tx, wanted, for_update=True)
    strange = sorted(a for a in wanted if a not in found or found[a].client_id != client_id)
    if strange:
        raise NotAllowedByRules("alert_ids", f"not of client {client_id}: {', '.join(strange)}")
    return [found[alert_id] for alert_id in sorted(found)]


def check_none_closed(client_id: str, episodes: Collection[Episode]) -> None:
    """Raises NoOpenAlert where there is none, AlertClosed for one that is not open."""
    if not episodes:
        raise NoOpenAlert(client_id)
    for episode in episodes:
        if episode.state == "closed":
            raise AlertClosed(episode.alert_id)


def change_with_alerts(
    act: CaseAct, case: Case, episodes: Collection[Episode], note: str | None = None
) -> CaseChange:
    """The change of a case that takes these alerts."""
    pairs = tuple((episode, take_into_case(episode)) for episode in episodes)
    return CaseChange(act, case, note, pairs, "take_into_case")


def any_alarm(episodes: Collection[Episode]) -> bool:
    return any(episode.grade is Grade.ALARM for episode in episodes)


def _differences(before: Case | None, after: Case) -> tuple[Fields | None, Fields]:
    """The fields that changed; of those that are lists, what was in the one and not in the other."""
    old: dict[str, Any] = {} if before is None else _all_fields(before)
    new = _all_fields(after)
    differing = [name for name in new if name not in old or old[name] != new[name]]
    return (
        None if before is None else {name: _part_that_differs(old[name], new[name]) for name in differing},
        {name: _part_that_differs(new[name], old.get(name)) for name in differing},
    )


def _all_fields(case: Case) -> dict[str, Any]:
    return {field.name: msgspec.to_builtins(getattr(case, field.name)) for field in fields(case)}


def _part_that_differs(value: Any, other: Any) -> Any:
    """msgspec makes of a tuple a list, or a tuple."""
    if isinstance(value, list | tuple) and isinstance(other, list | tuple):
        return [each for each in value if each not in other]
    return value
