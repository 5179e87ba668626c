"""What a policy would have done, beside the one in force; and that somebody has seen it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from api.auth import Caller
from api.changes import Done, Trace
from api.deps import ApiDeps
from api.policies.bodies import figures_body
from casework.policies.figures import Figures
from casework.policies.rules import Look
from detector.policies.policy import Policy
from schemas.http_policies import PreviewBody
from schemas.weeks import Week, format_week
from store.policies import policy_search, policy_versions
from store.unit_of_work import Tx


def in_force(tx: Tx, deps: ApiDeps) -> Policy:
    """The policy that judges from now on: the last one applied, else that of the settings."""
    last = policy_versions.newest_application(tx)
    return deps.policy if last is None else policy_versions.get(tx, last.version).policy


def preview(deps: ApiDeps, policy: Policy) -> tuple[Week, PreviewBody]:
    """(last week replayed, both years). Takes as long as the bank is large. Raises NothingJudged."""
    with deps.store.read() as tx:
        running = in_force(tx, deps)
    beside = deps.replays.figures(deps.store, running, deps.rules.replay)
    last_week, figures = deps.replays.figures(deps.store, policy, deps.rules.replay)
    return last_week, _body(policy, figures, running, beside[1])


def note_seen(tx: Tx, deps: ApiDeps, caller: Caller, last_week: Week, body: PreviewBody) -> Done:
    """Keep that the caller has seen a kept policy's figures."""
    seen = body.model_copy(update={"seen": True})
    look = Look(str(uuid.uuid4()), body.in_force.version, deps.clock())
    told = seen.model_dump(mode="json")
    policy_search.note_look(
        tx, body.proposed.version, look, seen_by=caller.actor, last_week=last_week, figures=told
    )
    return Done(seen, Trace("policy.preview", "policy", body.proposed.version, None, _short(body)))


def _short(body: PreviewBody) -> Mapping[str, object]:
    return {
        "beside": body.in_force.version,
        "alerts": body.proposed.load.alerts,
        "alerts_in_force": body.in_force.load.alerts,
    }


def _body(policy: Policy, figures: Figures, running: Policy, beside: Figures) -> PreviewBody:
    load = figures.load
    return PreviewBody(
        first_week=format_week(load.first),
        last_week=format_week(load.first + load.weeks - 1),
        weeks=load.weeks,
        branches=load.branches,
        scores_from=None if figures.scores_from is None else format_week(figures.scores_from),
        seen=False,
        proposed=figures_body(policy, figures),
        in_force=figures_body(running, beside),
    )
