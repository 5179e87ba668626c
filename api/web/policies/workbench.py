"""The threshold workbench: which policies there are, and one with its limits and what it would have done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask

from api.deps import ApiDeps, Deps
from api.pagination import ListQuery
from api.policies.bodies import content_body
from api.policies.policy_routes import VersionPath, apply, policy_page, preview_policy, propose, read_policy
from api.policies.preview import in_force
from api.roles import Permission, may
from api.web.flash import Flash
from api.web.forms import BadFields, Sent, SentForm, Shown
from api.web.language.words import N_
from api.web.listing import listing
from api.web.policies.figures import rows_of
from api.web.policies.form import LEAST_SCALE, MOST_SCALE, edited, fields_of
from api.web.rendering import render
from api.web.sign_in.session import Visitor, needing_page
from casework.alerts.actions import NotAllowedByRules
from casework.policies.rules import may_apply
from detector.policies.policy import Policy
from schemas.errors import Conflict, Forbidden
from schemas.http_policies import (
    ApplyBody,
    DraftBody,
    PolicyContentBody,
    PolicyDetailBody,
    PreviewBody,
    PreviewRequestBody,
)
from store.policies import policy_search, policy_versions

router = APIRouter(include_in_schema=False)
Reader = Annotated[Visitor, needing_page(Permission.READ_POLICIES)]
Setter = Annotated[Visitor, needing_page(Permission.SET_POLICIES)]
POLICIES = "/desk/policies"
ONE = f"{POLICIES}/{{version}}"
_KEPT = Flash(N_("Kept. Somebody else looks at it and applies it."))
_APPLIED = Flash(N_("Applied: it judges from the next week on."))


@dataclass(frozen=True, slots=True)
class Workbench:
    """What the page of a policy shows beside its limits: the form as it came back, and figures where asked for."""

    form: Shown
    preview: PreviewBody | None = None
    changed: bool = False  # the figures are of limits that are not those of the kept policy


@router.get(POLICIES)
def policies_page(request: Request, visitor: Reader, deps: Deps) -> Response:
    """All of them, the newest first."""
    found = listing(request, POLICIES, ListQuery, lambda query: policy_page(deps, query))
    with deps.store.read() as tx:
        running = in_force(tx, deps)
    return render(request, "policies.html", visitor=visitor, found=found, running=running.name, path_of=path_of)


@router.get(ONE)
def policy_one(request: Request, visitor: Reader, deps: Deps, version: VersionPath) -> Response:
    """One policy. Who may preview is about to: what that takes is made ready meanwhile."""
    page = _page(request, visitor, deps, version, Workbench(Shown()))
    if may(visitor.caller.role, Permission.SET_POLICIES):
        with deps.store.read() as tx:
            running = in_force(tx, deps)
        page.background = BackgroundTask(deps.replays.prepare, deps.store, running, deps.rules.replay)
    return page


@router.post(f"{ONE}/preview")
def look(request: Request, visitor: Setter, deps: Deps, sent: SentForm, version: VersionPath) -> Response:
    """The page with a year under the limits in the form. Those of the kept policy itself count as seen."""
    try:
        shown = _preview(visitor, deps, sent, version, note=True)
    except (BadFields, NotAllowedByRules, Conflict) as error:
        page = _page(request, visitor, deps, version, Workbench(sent.shown(error)))
        page.status_code = 409 if isinstance(error, Conflict) else 422
        return page
    changed = shown.proposed.version != version
    return _page(request, visitor, deps, version, Workbench(_typed(sent), shown, changed))


@router.post(f"{ONE}/answer")
def answer(request: Request, visitor: Setter, deps: Deps, sent: SentForm, version: VersionPath) -> Response:
    """The figures alone, for a script that asks while a slider moves: nothing is noted."""
    shown, form = None, Shown()
    try:
        shown = _preview(visitor, deps, sent, version, note=False)
    except (BadFields, NotAllowedByRules, Conflict) as error:
        form = sent.shown(error)
    rows = rows_of(shown) if shown else []
    return render(request, "parts/policy_figures.html", visitor=visitor, rows=rows, preview=shown, form=form)


@router.post(f"{ONE}/keep")
def keep(request: Request, visitor: Setter, deps: Deps, sent: SentForm, version: VersionPath) -> Response:
    """The limits in the form as a policy of their own."""

    def act() -> Response:
        sent.must_have("name")
        limits = content_body(edited(sent, _kept(deps, version)))
        named = sent.body(PolicyContentBody, only=["name"], default_tier=limits.default_tier, tiers=limits.tiers)
        return propose(visitor.caller, deps, sent.post, sent.body(DraftBody, only=["note"], policy=named))

    return sent.attempt(
        act,
        done=_KEPT,
        back_to=POLICIES,
        again=lambda form: _page(request, visitor, deps, version, Workbench(form)),
    )


@router.post(f"{ONE}/apply")
def apply_it(request: Request, visitor: Setter, deps: Deps, sent: SentForm, version: VersionPath) -> Response:
    """It judges from the next week on."""
    return sent.attempt(
        lambda: apply(visitor.caller, deps, sent.post, version, ApplyBody()),
        done=_APPLIED,
        back_to=path_of(version),
        again=lambda form: _page(request, visitor, deps, version, Workbench(form)),
    )


def path_of(version: str) -> str:
    """The page of a policy."""
    return f"{POLICIES}/{quote(version, safe='')}"


def _kept(deps: ApiDeps, version: str) -> Policy:
    with deps.store.read() as tx:
        return policy_versions.get(tx, version).policy


def _preview(visitor: Visitor, deps: ApiDeps, sent: Sent, version: str, *, note: bool) -> PreviewBody:
    policy = edited(sent, _kept(deps, version))
    asked = (
        PreviewRequestBody(version=version)
        if note and policy.version == version
        else PreviewRequestBody(policy=content_body(policy))
    )
    told = preview_policy(visitor.caller, deps, sent.post, asked)
    return PreviewBody.model_validate_json(bytes(told.body))


def _typed(sent: Sent) -> Shown:
    """The form with what is in it, and nothing wrong."""
    return sent.shown(BadFields([]))


def _page(request: Request, visitor: Visitor, deps: ApiDeps, version: str, bench: Workbench) -> Response:
    with deps.store.read() as tx:
        detail = read_policy(tx, deps, version)
        kept = policy_versions.get(tx, version)
    return render(
        request,
        "policy.html",
        visitor=visitor,
        detail=detail,
        tiers=fields_of(kept.policy, bench.form),
        form=bench.form,
        preview=bench.preview,
        changed=bench.changed,
        rows=rows_of(bench.preview) if bench.preview else [],
        may_set=may(visitor.caller.role, Permission.SET_POLICIES),
        may_apply=_may_apply(visitor, deps, detail),
        scale=bench.form.values["scale"] or "100",
        least_scale=LEAST_SCALE,
        most_scale=MOST_SCALE,
        page=path_of(version),
    )


def _may_apply(visitor: Visitor, deps: ApiDeps, detail: PolicyDetailBody) -> bool:
    """Tried out by the rule itself."""
    with deps.store.read() as tx:
        look_at = policy_search.find_look(tx, detail.version, visitor.caller.actor)
        running = in_force(tx, deps).version
    try:
        may_apply(
            detail.version,
            proposed_by=detail.proposed_by,
            in_force=running,
            look=look_at,
            actor=visitor.caller.actor,
            now=deps.clock(),
        )
    except (Conflict, Forbidden):
        return False
    return may(visitor.caller.role, Permission.SET_POLICIES)
