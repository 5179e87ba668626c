"""For operations: weeks that wait for their feed, and events that could not be taken in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.deps import ApiDeps, Deps
from api.operations.dead_letters import DeadLetterQuery, get_dead_letter, list_dead_letters
from api.operations.dead_letters import replay as send_again
from api.operations.held_weeks import ShardNumber, WeekPath, list_held_weeks
from api.operations.held_weeks import release as release_week
from api.pagination import ListQuery
from api.roles import Permission, may
from api.web.flash import Flash
from api.web.forms import SentForm, Shown
from api.web.language.words import DEAD_LETTER_REASONS, N_
from api.web.listing import listing
from api.web.rendering import render
from api.web.sign_in.session import Visitor, needing_page
from schemas.http_operations import ReleaseBody, ReplayBody

router = APIRouter(include_in_schema=False)
HELD, DEAD = "/desk/held-weeks", "/desk/dead-letters"
HeldReader = Annotated[Visitor, needing_page(Permission.READ_HELD_WEEKS)]
HeldReleaser = Annotated[Visitor, needing_page(Permission.RELEASE_HELD_WEEKS)]
DeadReader = Annotated[Visitor, needing_page(Permission.READ_DEAD_LETTERS)]
DeadReplayer = Annotated[Visitor, needing_page(Permission.REPLAY_DEAD_LETTERS)]
DeadLetterId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


@router.get(HELD)
def held_weeks(request: Request, visitor: HeldReader, deps: Deps) -> Response:
    """Held weeks with their reason, the oldest first."""
    return _held_page(request, visitor, deps)


@router.post(HELD + "/{shard}/{week}/release")
def release(
    request: Request, visitor: HeldReleaser, deps: Deps, sent: SentForm, shard: ShardNumber, week: WeekPath
) -> Response:
    """Close the week with what has arrived, so that it is judged."""
    return sent.attempt(
        lambda: release_week(visitor.caller, deps, sent.post, shard, week, sent.body(ReleaseBody)),
        done=Flash(N_("The week is released: it is judged with what has arrived.")),
        back_to=HELD,
        again=lambda form: _held_page(request, visitor, deps, form, about=f"{shard}/{week}"),
    )


def _held_page(
    request: Request, visitor: Visitor, deps: ApiDeps, form: Shown | None = None, about: str | None = None
) -> Response:
    found = listing(request, HELD, ListQuery, lambda query: list_held_weeks(deps, query))
    return render(
        request,
        "held_weeks.html",
        visitor=visitor,
        found=found,
        form=form,
        about=about,
        may_release=may(visitor.caller.role, Permission.RELEASE_HELD_WEEKS),
        here=HELD,
    )


@router.get(DEAD)
def dead_letters(request: Request, visitor: DeadReader, deps: Deps) -> Response:
    """Dead letters without their bytes, the newest first."""
    found = listing(request, DEAD, DeadLetterQuery, lambda query: list_dead_letters(deps, query))
    return render(
        request, "dead_letters.html", status=found.status, visitor=visitor, found=found, reasons=DEAD_LETTER_REASONS
    )


@router.get(DEAD + "/{dead_letter_id}")
def dead_letter(request: Request, visitor: DeadReader, deps: Deps, dead_letter_id: DeadLetterId) -> Response:
    """One dead letter with its original bytes."""
    return _dead_page(request, visitor, deps, dead_letter_id)


@router.post(DEAD + "/{dead_letter_id}/replay")
def replay(
    request: Request, visitor: DeadReplayer, deps: Deps, sent: SentForm, dead_letter_id: DeadLetterId
) -> Response:
    """Send the original bytes to the topic they came from; a second time only where the box for it was ticked."""
    body = ReplayBody(again=sent.one("again") is not None)
    return sent.attempt(
        lambda: send_again(visitor.caller, deps, sent.post, dead_letter_id, body),
        done=Flash(N_("It is on its way to the topic it came from.")),
        back_to=f"{DEAD}/{dead_letter_id}",
        again=lambda form: _dead_page(request, visitor, deps, dead_letter_id, form),
    )


def _dead_page(
    request: Request, visitor: Visitor, deps: ApiDeps, dead_letter_id: str, form: Shown | None = None
) -> Response:
    return render(
        request,
        "dead_letter.html",
        visitor=visitor,
        letter=get_dead_letter(deps, dead_letter_id),
        form=form,
        may_replay=may(visitor.caller.role, Permission.REPLAY_DEAD_LETTERS),
        here=f"{DEAD}/{dead_letter_id}",
    )
