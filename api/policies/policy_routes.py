"""Policies: reading them, proposing one, seeing what it would have done, and applying it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api import etag
from api.auth import Caller, PolicySetter, needing
from api.changes import Done, Post, Posted, Trace, perform
from api.deps import ApiDeps, Deps
from api.pagination import ListQuery
from api.paths import V1
from api.policies.bodies import detail_body, policy_body, policy_of
from api.policies.preview import in_force, note_seen, preview
from api.roles import Permission
from casework.policies.rules import may_apply
from schemas.http import Page
from schemas.http_policies import (
    ApplyBody,
    DraftBody,
    PolicyBody,
    PolicyDetailBody,
    PreviewBody,
    PreviewRequestBody,
    Version,
)
from schemas.weeks import format_week
from store.policies import policy_search, policy_versions
from store.policies.policy_search import PolicyPlace
from store.policies.policy_versions import Application
from store.unit_of_work import Tx

router = APIRouter(prefix=f"{V1}/policies", tags=["policies"])
VersionPath = Annotated[Version, Path()]
_READ = needing(Permission.READ_POLICIES)


@router.get("", dependencies=[_READ])
def list_policies(deps: Deps, query: Annotated[ListQuery, Query()]) -> Page[PolicyBody]:
    """Policies, the newest first."""
    return policy_page(deps, query)


@router.get("/{version}", dependencies=[_READ])
def get_policy(deps: Deps, version: VersionPath, response: Response) -> PolicyDetailBody:
    """One policy with its limits, and when it was in force."""
    with deps.store.read() as tx:
        body = read_policy(tx, deps, version)
    response.headers["ETag"] = etag.etag(body.revision)
    return body


@router.post("", response_model=PolicyDetailBody)
def propose(caller: PolicySetter, deps: Deps, post: Posted, body: DraftBody) -> Response:
    """Keep a policy. The same content under the same name is the same policy, and stays as it is."""
    proposed = policy_of(body.policy, deps)

    def work(tx: Tx) -> Done:
        new = policy_versions.add(tx, proposed, proposed_by=caller.actor, at=deps.clock(), note=body.note)
        told = read_policy(tx, deps, proposed.version)
        after = {"proposed_by": caller.actor, "note": body.note}
        trace = Trace("policy.propose", "policy", proposed.version, None, after) if new else None
        return Done(told, trace, told.revision)

    return perform(deps, caller, post, work)


@router.post("/preview", response_model=PreviewBody)
def preview_policy(caller: PolicySetter, deps: Deps, post: Posted, body: PreviewRequestBody) -> Response:
    """The last year of all clients under a policy, beside the one in force. A kept version counts as seen then."""
    with deps.store.read() as tx:
        looked_at = (
            policy_of(body.policy, deps) if body.policy else policy_versions.get(tx, str(body.version)).policy
        )
    last_week, found = preview(deps, looked_at)
    if body.version is None:  # nothing changes, so there is nothing to keep or to do once
        return Response(found.model_dump_json(), media_type="application/json")
    return perform(deps, caller, post, lambda tx: note_seen(tx, deps, caller, last_week, found))


@router.post("/{version}/apply", response_model=PolicyDetailBody)
def apply(
    caller: PolicySetter, deps: Deps, post: Posted, version: VersionPath, _body: ApplyBody | None = None
) -> Response:
    """Judge by it from the next week on. For someone who has previewed it and did not propose it."""
    return perform(deps, caller, post, lambda tx: apply_policy(tx, deps, caller, post, version))


def apply_policy(tx: Tx, deps: ApiDeps, caller: Caller, post: Post, version: str) -> Done:
    """1. Keep judging out. 2. Is it the revision they meant. 3. May they. 4. From which week. 5. Keep it."""
    policy_versions.hold_still(tx)
    kept = policy_versions.get(tx, version)
    etag.check(post.if_match, kept.revision)
    if policy_versions.newest_application(tx) is None:  # the detector has never run
        policy_versions.ensure_base_policy(tx, deps.policy, deps.clock())
    before = in_force(tx, deps).version
    look = may_apply(
        version,
        proposed_by=kept.proposed_by,
        in_force=before,
        look=policy_search.find_look(tx, version, caller.actor),
        actor=caller.actor,
        now=deps.clock(),
    )
    from_week = policy_versions.next_week(tx)
    policy_versions.apply(tx, Application(version, from_week, caller.actor, deps.clock(), look.preview_id))
    after = {"in_force": version, "from_week": format_week(from_week), "preview_id": look.preview_id}
    told = read_policy(tx, deps, version)
    return Done(told, Trace("policy.apply", "policy", version, {"in_force": before}, after), told.revision)


def read_policy(tx: Tx, deps: ApiDeps, version: str) -> PolicyDetailBody:
    """Raises NotFound."""
    return detail_body(
        policy_versions.get(tx, version),
        in_force(tx, deps).version,
        policy_versions.applications_of(tx, version),
        policy_search.record_of(tx, version),
    )


def policy_page(deps: ApiDeps, query: ListQuery) -> Page[PolicyBody]:
    """One page of the list."""
    after = query.after("policies", PolicyPlace)
    with deps.store.read() as tx:
        running = in_force(tx, deps).version
        rows = policy_search.search(tx, after=after, limit=query.limit + 1)
    return query.page(
        "policies",
        rows,
        lambda row: PolicyPlace(row.proposed_at, row.version),
        lambda row: policy_body(row, running),
    )
