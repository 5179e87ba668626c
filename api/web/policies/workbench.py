"""The threshold workbench: which policies there are, trying limits out, and what people do with them."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask

from acts import policies
from acts.performing import Act
from acts.roles import Permission, may
from api.deps import ApiDeps, Deps
from api.pagination import ListQuery
from api.policies.bodies import content_body, policy_of, preview_body
from api.policies.policy_routes import VersionPath
from api.policies.reading import search_policies
from api.reading import Reading, Snapshot
from api.web.flash import Flash
from api.web.forms import BadFields, Sent, SentForm, Shown
from api.web.language.words import N_
from api.web.listing import listing
from api.web.policies.figures import rows_of
from api.web.policies.form import edited
from api.web.policies.policy_page import POLICIES, Workbench, path_of, policy_page
from api.web.rendering import render
from api.web.sign_in.session import Visitor, needing_page
from detector.policies.policy import Policy
from schemas.errors import Conflict, NotAllowedByRules
from schemas.http_policies import DraftBody, PolicyContentBody, PreviewBody
from store.idempotency import Answer
from store.policies import policy_versions
from store.unit_of_work import Tx

router = APIRouter(include_in_schema=False)
Reader = Annotated[Visitor, needing_page(Permission.READ_POLICIES)]
Setter = Annotated[Visitor, needing_page(Permission.SET_POLICIES)]
ONE = f"{POLICIES}/{{version}}"
_KEPT = Flash(N_("Kept. Somebody else looks at it and applies it."))
_APPLIED = Flash(N_("Applied: it judges from the next week on."))


@router.get(POLICIES)
def policies_page(request: Request, visitor: Reader, deps: Deps, reading: Reading) -> Response:
    """All of them, the newest first."""
    running = policies.get_in_force(reading.tx, deps.bank)
    found = listing(request, POLICIES, ListQuery, lambda query: search_policies(reading.tx, query, running.version))
    return render(request, "policies.html", visitor=visitor, found=found, running=running.name, path_of=path_of)


@router.get(ONE)
def policy_one(request: Request, visitor: Reader, deps: Deps, reading: Reading, version: VersionPath) -> Response:
    """One policy. Who may preview is about to: what that takes is made ready meanwhile."""
    page = policy_page(request, visitor, deps, reading, version, Workbench(Shown()))
    reading.close()  # before the task, which may last: writers would wait for it
    if may(visitor.caller.role, Permission.SET_POLICIES):
        page.background = BackgroundTask(_prepare, deps)
    return page


@router.post(f"{ONE}/preview")
def preview(
    request: Request, visitor: Setter, deps: Deps, reading: Reading, sent: SentForm, version: VersionPath
) -> Response:
    """The page with a year under the limits in the form. Those of the stored policy itself count as seen."""
    try:
        found = _preview(deps, reading, sent, version)
        changed = found.policy.version != version
        shown = preview_body(found, seen=not changed)
        if not changed:
            _note_seen(visitor, deps, sent, found, shown)
    except (BadFields, NotAllowedByRules, Conflict) as error:
        page = policy_page(request, visitor, deps, reading, version, Workbench(sent.shown(error)))
        page.status_code = 409 if isinstance(error, Conflict) else 422
        return page
    return policy_page(request, visitor, deps, reading, version, Workbench(_typed(sent), shown, changed))


@router.post(f"{ONE}/answer")
def answer(
    request: Request, visitor: Setter, deps: Deps, reading: Reading, sent: SentForm, version: VersionPath
) -> Response:
    """The figures alone, for a script that asks while a slider moves: nothing is noted."""
    shown, form = None, Shown()
    try:
        shown = preview_body(_preview(deps, reading, sent, version))
    except (BadFields, NotAllowedByRules, Conflict) as error:
        form = sent.shown(error)
    rows = rows_of(shown) if shown else []
    return render(request, "parts/policy_figures.html", visitor=visitor, rows=rows, preview=shown, form=form)


@router.post(f"{ONE}/keep")
def propose(
    request: Request, visitor: Setter, deps: Deps, reading: Reading, sent: SentForm, version: VersionPath
) -> Response:
    """The limits in the form as a policy of their own."""

    def act() -> Act[str]:
        sent.must_have("name")
        limits = content_body(edited(sent, _stored(reading.tx, version)))
        reading.close()
        named = sent.body(PolicyContentBody, only=["name"], default_tier=limits.default_tier, tiers=limits.tiers)
        body = sent.body(DraftBody, only=["note"], policy=named)
        return partial(policies.propose, proposed=policy_of(body.policy, deps), note=body.note)

    return sent.attempt(
        visitor.caller,
        act,
        done=_KEPT,
        back_to=POLICIES,
        again=lambda form: policy_page(request, visitor, deps, reading, version, Workbench(form)),
    )


@router.post(f"{ONE}/apply")
def apply(
    request: Request, visitor: Setter, deps: Deps, reading: Reading, sent: SentForm, version: VersionPath
) -> Response:
    """It judges from the next week on."""
    return sent.attempt(
        visitor.caller,
        lambda: partial(policies.apply, version=version),
        done=_APPLIED,
        back_to=path_of(version),
        again=lambda form: policy_page(request, visitor, deps, reading, version, Workbench(form)),
    )


def _prepare(deps: ApiDeps) -> None:
    """In transactions of its own: it goes on when the page has long been sent."""
    with deps.store.read() as tx:
        running = policies.get_in_force(tx, deps.bank)
    deps.replays.prepare(deps.store, running, deps.rules.replay)


def _stored(tx: Tx, version: str) -> Policy:
    return policy_versions.get(tx, version).policy


def _preview(deps: ApiDeps, reading: Snapshot, sent: Sent, version: str) -> policies.Preview:
    """A year under the limits in the form. It may take long, and holds no snapshot meanwhile."""
    policy = edited(sent, _stored(reading.tx, version))
    reading.close()
    return policies.preview(deps.store, deps.replays, deps.bank, policy)


def _note_seen(visitor: Visitor, deps: ApiDeps, sent: Sent, found: policies.Preview, shown: PreviewBody) -> None:
    act = partial(policies.save_seen_preview, seen=found, shown=shown.model_dump(mode="json"))
    deps.performer.perform_once(visitor.caller, act, sent.asked, lambda _context, _noted: Answer(200, {}, b""))


def _typed(sent: Sent) -> Shown:
    """The form with what is in it, and nothing wrong."""
    return sent.shown(BadFields([]))
