"""What people do with a proposed remedy: change it, ask for approval, decide, take it back, revoke it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Path, Response

from api import etag
from api.auth import Caller, RemedyChecker, RemedyProposer, RemedyRevoker
from api.changes import Done, Post, Posted, Trace, perform
from api.deps import ApiDeps, Deps
from api.paths import V1
from api.remedies.bodies import terms_of, told
from api.remedies.limits import approve_within_limits, reroute_waiting, submit_within_limits
from api.remedies.reading import read_remedy
from api.roles import LEVELS
from casework.remedies import remedy_lifecycle
from casework.remedies.remedy_lifecycle import Remedy
from schemas.http_remedies import ApproveBody, DecisionBody, RemedyBody, SubmitBody, TermsBody, WithdrawBody
from store.alerts import alert_rows
from store.remedies import limit_claims, remedy_ageing, remedy_rows, remedy_search, remedy_timeline
from store.unit_of_work import Tx

router = APIRouter(prefix=f"{V1}/remedies/{{remedy_id}}", tags=["remedies"])
RemedyId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
Act: TypeAlias = Callable[[Tx, Remedy], Remedy]


@router.post("/revise", response_model=RemedyBody)
def revise(caller: RemedyProposer, deps: Deps, post: Posted, remedy_id: RemedyId, body: TermsBody) -> Response:
    """Other terms, in place of all of the old ones: approvals are void, and it is a draft again."""

    def act(_tx: Tx, remedy: Remedy) -> Remedy:
        terms = terms_of(body, remedy.type, deps)
        return remedy_lifecycle.revise(remedy, terms, body.owner or remedy.owner, caller.actor, deps.today())

    return _act(deps, caller, post, remedy_id, "revise", "revised", act, note=body.reason)


@router.post("/submit", response_model=RemedyBody)
def submit(
    caller: RemedyProposer, deps: Deps, post: Posted, remedy_id: RemedyId, _body: SubmitBody | None = None
) -> Response:
    """Ask for approval, of the levels that percent, money and days need; what costs nothing begins at once."""

    def act(tx: Tx, remedy: Remedy) -> Remedy:
        return submit_within_limits(tx, deps, remedy, caller.actor)

    return _act(deps, caller, post, remedy_id, "submit", "submitted", act, gate=True)


@router.post("/approve", response_model=RemedyBody)
def approve(
    caller: RemedyChecker, deps: Deps, post: Posted, remedy_id: RemedyId, body: ApproveBody | None = None
) -> Response:
    """A yes at the level whose turn it is, by someone who had no part in making it."""
    note = None if body is None else body.note

    def act(tx: Tx, remedy: Remedy) -> Remedy:
        return approve_within_limits(tx, deps, remedy, caller, note)

    return _act(deps, caller, post, remedy_id, "approve", "approved", act, gate=True, note=note)


@router.post("/reject", response_model=RemedyBody)
def reject(caller: RemedyChecker, deps: Deps, post: Posted, remedy_id: RemedyId, body: DecisionBody) -> Response:
    """A no, which ends it."""

    def act(_tx: Tx, remedy: Remedy) -> Remedy:
        return remedy_lifecycle.reject(remedy, LEVELS[caller.role], caller.actor, body.note)

    return _act(deps, caller, post, remedy_id, "reject", "rejected", act, note=body.note)


@router.post("/return", response_model=RemedyBody)
def send_back(caller: RemedyChecker, deps: Deps, post: Posted, remedy_id: RemedyId, body: DecisionBody) -> Response:
    """Back to its makers, to be changed or explained; approvals are void."""

    def act(_tx: Tx, remedy: Remedy) -> Remedy:
        return remedy_lifecycle.send_back(remedy, LEVELS[caller.role], caller.actor, body.note)

    return _act(deps, caller, post, remedy_id, "return", "returned", act, note=body.note)


@router.post("/withdraw", response_model=RemedyBody)
def withdraw(
    caller: RemedyProposer, deps: Deps, post: Posted, remedy_id: RemedyId, body: WithdrawBody | None = None
) -> Response:
    """Take it back before it is decided."""
    note = None if body is None else body.note

    def act(_tx: Tx, remedy: Remedy) -> Remedy:
        return remedy_lifecycle.withdraw(remedy, note)

    return _act(deps, caller, post, remedy_id, "withdraw", "withdrawn", act, note=note)


@router.post("/revoke", response_model=RemedyBody)
def revoke(caller: RemedyRevoker, deps: Deps, post: Posted, remedy_id: RemedyId, body: DecisionBody) -> Response:
    """End it before its time, from today on."""

    def act(_tx: Tx, remedy: Remedy) -> Remedy:
        return remedy_lifecycle.revoke(remedy, deps.today(), body.note)

    return _act(deps, caller, post, remedy_id, "revoke", "revoked", act, note=body.note)


def _act(
    deps: ApiDeps,
    caller: Caller,
    post: Post,
    remedy_id: str,
    name: str,
    what: str,
    act: Act,
    *,
    gate: bool = False,
    note: str | None = None,
) -> Response:
    """1. Is it theirs to see. 2. Wait at the gate, where limits are touched. 3. Lock it, as it stands today.
    4. Is it the revision they meant. 5. Act. 6. Keep and tell what changed, with what it means for others.
    """

    def work(tx: Tx) -> Done:
        branch = remedy_search.get(tx, remedy_id, deps.today(), only_branch=caller.branch).branch_id
        if gate:
            limit_claims.pass_gate(tx)
        stored = remedy_rows.get(tx, remedy_id, for_update=True)
        facts = alert_rows.client_facts(tx, [stored.client_id])[stored.client_id]
        before = remedy_ageing.bring_to_today(tx, stored, deps.today(), facts, deps.base_currency, deps.clock())
        etag.check(post.if_match, before.revision)
        after = act(tx, before)
        trace: Trace | None = None
        also: tuple[Trace, ...] = ()
        if after is not before:
            remedy_rows.save(tx, after, facts, deps.base_currency, deps.clock())
            remedy_timeline.append(tx, after, at=deps.clock(), actor=caller.actor, what=what, note=note)
            trace = Trace(f"remedy.{name}", "remedy", remedy_id, told(before), told(after))
            also = reroute_waiting(tx, deps, branch, after) if gate else ()
        return Done(read_remedy(tx, deps, caller, remedy_id), trace, after.revision, also)

    return perform(deps, caller, post, work)
