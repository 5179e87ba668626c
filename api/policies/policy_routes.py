"""Policies: reading them, proposing one, seeing what it would have done, and applying it."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from acts import policies
from acts.callers import Caller
from acts.performing import Act, ActContext, ActRequest
from acts.roles import Permission
from api import etag
from api.auth import PolicySetter, needing
from api.changes import Posted, Shown, answer_act
from api.deps import ApiDeps, Deps
from api.pagination import ListQuery
from api.paths import V1
from api.policies.bodies import policy_of, preview_body
from api.policies.reading import get_policy_detail, search_policies
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
from store.policies import policy_versions

router = APIRouter(prefix=f"{V1}/policies", tags=["policies"])
VersionPath = Annotated[Version, Path()]
_READ = needing(Permission.READ_POLICIES)


@router.get("", dependencies=[_READ])
def list_policies(deps: Deps, query: Annotated[ListQuery, Query()]) -> Page[PolicyBody]:
    """Policies, the newest first."""
    with deps.store.read() as tx:
        return search_policies(tx, query, policies.get_in_force(tx, deps.bank).version)


@router.get("/{version}", dependencies=[_READ])
def get_policy(deps: Deps, version: VersionPath, response: Response) -> PolicyDetailBody:
    """One policy with its limits, and when it was in force."""
    with deps.store.read() as tx:
        body = get_policy_detail(tx, deps, version)
    response.headers["ETag"] = etag.format_etag(body.revision)
    return body


@router.post("", response_model=PolicyDetailBody)
def propose(caller: PolicySetter, deps: Deps, post: Posted, body: DraftBody) -> Response:
    """Keep a policy. The same content under the same name is the same policy, and stays as it is."""
    act = partial(policies.propose, proposed=policy_of(body.policy, deps), note=body.note)
    return _answer_with_policy(deps, caller, post, act)


@router.post("/preview", response_model=PreviewBody)
def preview_policy(caller: PolicySetter, deps: Deps, post: Posted, body: PreviewRequestBody) -> Response:
    """The last year of all clients under a policy, beside the one in force. A kept version counts as seen then."""
    with deps.store.read() as tx:
        policy = policy_of(body.policy, deps) if body.policy else policy_versions.get(tx, str(body.version)).policy
    found = policies.preview(deps.store, deps.replays, deps.bank, policy)
    if body.version is None:  # nothing changes, so there is nothing to save or to do once
        return Response(preview_body(found).model_dump_json(), media_type="application/json")
    shown = preview_body(found, seen=True)
    act = partial(policies.save_seen_preview, seen=found, shown=shown.model_dump(mode="json"))
    return answer_act(deps, caller, post, act, lambda _context, _noted: Shown(shown))


@router.post("/{version}/apply", response_model=PolicyDetailBody)
def apply(
    caller: PolicySetter, deps: Deps, post: Posted, version: VersionPath, _body: ApplyBody | None = None
) -> Response:
    """Judge by it from the next week on. For someone who has previewed it and did not propose it."""
    return _answer_with_policy(deps, caller, post, partial(policies.apply, version=version))


def _answer_with_policy(deps: ApiDeps, caller: Caller, post: ActRequest, act: Act[str]) -> Response:
    """Perform the act, and show the policy as it then is."""

    def show(context: ActContext, version: str) -> Shown:
        shown = get_policy_detail(context.tx, deps, version)
        return Shown(shown, shown.revision)

    return answer_act(deps, caller, post, act, show)
