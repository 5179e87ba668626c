"""How every change of a case is made and kept: the case, its alerts, a line in its timeline, rows for the audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Literal

import msgspec
from fastapi import Response

from api import etag
from api.alerts.trace import alert_trace
from api.auth import Caller
from api.cases.reading import case_detail
from api.changes import Done, Post, Trace, perform
from api.deps import ApiDeps
from casework.alerts.episodes import Episode
from casework.cases.case_lifecycle import Case
from store.alerts import alert_rows
from store.cases import case_rows, case_search
from store.unit_of_work import Tx

Act = Literal[
    "open", "reopen", "move", "suspend", "resume", "close", "add_alerts", "join", "leave", "hand_over", "review",
    "add_task", "finish_task", "cancel_task",
]  # fmt: skip
# As the timeline tells them; the audit trail has the acts themselves.
_TOLD: dict[Act, str] = {
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
}


@dataclass(frozen=True, slots=True)
class Worked:
    """What an act made of a case, and of alerts with it: each before and after, changed by `alert_act`."""

    act: Act
    case: Case
    note: str | None = None
    alerts: tuple[tuple[Episode, Episode], ...] = ()
    alert_act: str = ""


def act_on_case(
    deps: ApiDeps, caller: Caller, post: Post, case_id: str, work: Callable[[Tx, Case], Worked]
) -> Response:
    """1. Is it theirs to see. 2. Lock it. 3. Is it the revision they meant. 4. Work. 5. Keep what changed."""

    def once(tx: Tx) -> Done:
        case_search.get(tx, case_id, only_branch=caller.branch)
        before = case_rows.get(tx, case_id, for_update=True)
        etag.check(post.if_match, before.revision)
        return keep(deps, caller, tx, before, work(tx, before))

    return perform(deps, caller, post, once)


def keep(deps: ApiDeps, caller: Caller, tx: Tx, before: Case | None, worked: Worked) -> Done:
    """Keep what changed, if anything did. `before` None: a new case."""
    case, at, traces = worked.case, deps.clock(), []
    changed = [(old, new) for old, new in worked.alerts if new is not old]
    if case is not before:
        case_rows.save(tx, case)
    if changed:
        facts = alert_rows.client_facts(tx, [case.client_id])
        alert_rows.save_all(tx, [new for _, new in changed], facts, deps.base_currency, at)
    if changed or case is not before:
        case_rows.log(
            tx, case.case_id, at=at, actor=caller.actor, what=_TOLD[worked.act], state=case.state, note=worked.note
        )
        traces = [_trace(worked.act, before, case), *(alert_trace(worked.alert_act, *pair) for pair in changed)]
    return Done(case_detail(deps, caller, tx, case.case_id), None, case.revision, tuple(traces))


def _trace(act: Act, before: Case | None, after: Case) -> Trace:
    """The fields that changed; of those that are lists, what was in the one and not in the other."""
    old: dict[str, Any] = {} if before is None else _plain(before)
    new = _plain(after)
    differing = [name for name in new if name not in old or old[name] != new[name]]
    return Trace(
        f"case.{act}",
        "case",
        after.case_id,
        None if before is None else {name: _beside(old[name], new[name]) for name in differing},
        {name: _beside(new[name], old.get(name)) for name in differing},
    )


def _plain(case: Case) -> dict[str, Any]:
    return {field.name: msgspec.to_builtins(getattr(case, field.name)) for field in fields(case)}


def _beside(value: Any, other: Any) -> Any:
    """msgspec makes of a tuple a list, or a tuple."""
    if isinstance(value, list | tuple) and isinstance(other, list | tuple):
        return [each for each in value if each not in other]
    return value
