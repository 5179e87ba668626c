"""The threshold workbench: which policies there are, trying limits out, and what people do with them."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Response
from starlette.background import BackgroundTask

from acts import policies
from acts.performing import Act
from acts.roles import Permission
from api.deps import ApiDeps
from api.pagination import ListQuery
from api.policies.bodies import content_body, policy_of, preview_body
from api.policies.policy_routes import VersionPath
from api.policies.reading import search_policies
from api.web.flash import Flash
from api.web.forms import OF_THE_FORM, FormState, Sent, SentForm
from api.web.listing import listing
from api.web.policies.figures import rows_of
from api.web.policies.form import edited
from api.web.policies.policy_page import POLICIES, Workbench, path_of, policy_page
from api.web.rendering import render
from api.web.visitor import PolicyReader, PolicySetter, Visitor
from detector.policies.policy import Policy
from language.marking import N_
from schemas.http_policies import DraftBody, PolicyContentBody, PreviewBody
from store.idempotency import Answer
from store.policies import policy_versions

router = APIRouter(include_in_schema=False)
ONE = f"{POLICIES}/{{version}}"
_KEPT = Flash(N_("Kept. Somebody else looks at it and applies it."))
_APPLIED = Flash(N_("Applied: it judges from the next week on."))


@router.get(POLICIES)
def policies_page(visitor: PolicyReader) -> Response:
    """All of them, the newest first."""
    running = policies.get_in_force(visitor.tx, visitor.deps.bank)
    found = listing(visitor, POLICIES, ListQuery, lambda query: search_policies(visitor.tx, query, running.version))
    return render(visitor, "policies.html", found=found, running=running.name, path_of=path_of)


@router.get(ONE)
def policy_one(visitor: PolicyReader, version: VersionPath) -> Response:
    """One policy. Who may preview is about to: what that takes is made ready meanwhile."""
    page = policy_page(visitor, version, Workbench(FormState()))
    visitor.reading.close()  # before the task, which may last: writers would wait for it
    if visitor.may(Permission.SET_POLICIES):
        page.background = BackgroundTask(_prepare, visitor.deps)
    return page


@router.post(f"{ONE}/preview")
def preview(visitor: PolicySetter, sent: SentForm, version: VersionPath) -> Response:
    """The page with a year under the limits in the form. Those of the stored policy itself count as seen."""
    try:
        found = _preview(visitor, sent, version)
        changed = found.policy.version != version
        figures = preview_body(found, seen=not changed)
        if not changed:
            _note_seen(sent, found, figures)
    except OF_THE_FORM as error:
        return sent.refuse(error, lambda form: policy_page(visitor, version, Workbench(form)))
    return policy_page(visitor, version, Workbench(sent.state(), figures, changed))


@router.post(f"{ONE}/answer")
def answer(visitor: PolicySetter, sent: SentForm, version: VersionPath) -> Response:
    """The figures alone, for a script that asks while a slider moves: nothing is noted."""
    figures, form = None, FormState()
    try:
        figures = preview_body(_preview(visitor, sent, version))
    except OF_THE_FORM as error:
        form = sent.state(error)
    rows = rows_of(figures) if figures else []
    return render(visitor, "parts/policy_figures.html", rows=rows, preview=figures, form=form)


@router.post(f"{ONE}/keep")
def propose(visitor: PolicySetter, sent: SentForm, version: VersionPath) -> Response:
    """The limits in the form as a policy of their own."""

    def act() -> Act[str]:
        sent.must_have("name")
        limits = content_body(_edited(visitor, sent, version))
        named = sent.body(PolicyContentBody, only=["name"], default_tier=limits.default_tier, tiers=limits.tiers)
        body = sent.body(DraftBody, only=["note"], policy=named)
        return partial(policies.propose, proposed=policy_of(body.policy, visitor.deps), note=body.note)

    return sent.attempt(
        act,
        done=_KEPT,
        back_to=POLICIES,
        again=lambda form: policy_page(visitor, version, Workbench(form)),
    )


@router.post(f"{ONE}/apply")
def apply(visitor: PolicySetter, sent: SentForm, version: VersionPath) -> Response:
    """It judges from the next week on."""
    return sent.attempt(
        lambda: partial(policies.apply, version=version),
        done=_APPLIED,
        back_to=path_of(version),
        again=lambda form: policy_page(visitor, version, Workbench(form)),
    )


def _prepare(deps: ApiDeps) -> None:
    """In transactions of its own: it goes on when the page has long been sent."""
    with deps.store.read() as tx:
        running = policies.get_in_force(tx, deps.bank)
    deps.replays.prepare(deps.store, running, deps.rules.replay)


def _edited(visitor: Visitor, sent: Sent, version: str) -> Policy:
    """The stored policy with the limits of the form. No snapshot is open afterwards."""
    policy = edited(sent, policy_versions.get(visitor.tx, version).policy)
    visitor.reading.close()
    return policy


def _preview(visitor: Visitor, sent: Sent, version: str) -> policies.Preview:
    """A year under the limits in the form. It may take long, and holds no snapshot meanwhile."""
    deps = visitor.deps
    return policies.preview(deps.store, deps.replays, deps.bank, _edited(visitor, sent, version))


def _note_seen(sent: Sent, found: policies.Preview, figures: PreviewBody) -> None:
    act = partial(policies.save_seen_preview, seen=found, shown=figures.model_dump(mode="json"))
    performer, caller = sent.visitor.deps.performer, sent.visitor.caller
    performer.perform_once(caller, act, sent.act_request, lambda _context, _noted: Answer(200, {}, b""))
