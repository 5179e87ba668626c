"""For operations: weeks that wait for their feed, and events that could not be taken in."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request, Response

from acts import weeks
from acts.dead_letters import send_again
from acts.performing import Act
from acts.roles import Permission, may
from api.operations.dead_letters import DeadLetterQuery, get_dead_letter_body, search_dead_letters
from api.operations.held_weeks import ShardNumber, WeekPath, load_held_weeks
from api.pagination import ListQuery
from api.paths import UuidPath
from api.reading import Reading, Snapshot
from api.web.flash import Flash
from api.web.forms import SentForm, Shown
from api.web.language.words import DEAD_LETTER_REASONS, N_
from api.web.listing import listing
from api.web.rendering import render
from api.web.sign_in.session import Visitor, needing_page
from schemas.http_operations import ReleaseBody
from schemas.weeks import parse_week

router = APIRouter(include_in_schema=False)
HELD, DEAD = "/desk/held-weeks", "/desk/dead-letters"
HeldReader = Annotated[Visitor, needing_page(Permission.READ_HELD_WEEKS)]
HeldReleaser = Annotated[Visitor, needing_page(Permission.RELEASE_HELD_WEEKS)]
DeadReader = Annotated[Visitor, needing_page(Permission.READ_DEAD_LETTERS)]
DeadReplayer = Annotated[Visitor, needing_page(Permission.REPLAY_DEAD_LETTERS)]


@router.get(HELD)
def held_weeks(request: Request, visitor: HeldReader, reading: Reading) -> Response:
    """Held weeks with their reason, the oldest first."""
    return _held_page(request, visitor, reading)


@router.post(HELD + "/{shard}/{week}/release")
def release(
    request: Request, visitor: HeldReleaser, reading: Reading, sent: SentForm, shard: ShardNumber, week: WeekPath
) -> Response:
    """Close the week with what has arrived, so that it is judged."""

    def act() -> Act[None]:
        return partial(weeks.release, shard=shard, week=parse_week(week), reason=sent.body(ReleaseBody).reason)

    return sent.attempt(
        visitor.caller,
        act,
        done=Flash(N_("The week is released: it is judged with what has arrived.")),
        back_to=HELD,
        again=lambda form: _held_page(request, visitor, reading, form, about=f"{shard}/{week}"),
    )


def _held_page(
    request: Request, visitor: Visitor, reading: Snapshot, form: Shown | None = None, about: str | None = None
) -> Response:
    found = listing(request, HELD, ListQuery, lambda query: load_held_weeks(reading.tx, query))
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
def dead_letters(request: Request, visitor: DeadReader, reading: Reading) -> Response:
    """Dead letters without their bytes, the newest first."""
    found = listing(request, DEAD, DeadLetterQuery, lambda query: search_dead_letters(reading.tx, query))
    return render(
        request, "dead_letters.html", status=found.status, visitor=visitor, found=found, reasons=DEAD_LETTER_REASONS
    )


@router.get(DEAD + "/{dead_letter_id}")
def dead_letter(request: Request, visitor: DeadReader, reading: Reading, dead_letter_id: UuidPath) -> Response:
    """One dead letter with its original bytes."""
    return _dead_page(request, visitor, reading, dead_letter_id)


@router.post(DEAD + "/{dead_letter_id}/replay")
def replay(
    request: Request, visitor: DeadReplayer, reading: Reading, sent: SentForm, dead_letter_id: UuidPath
) -> Response:
    """Send the original bytes to the topic they came from; a second time only where the box for it was ticked."""
    again = sent.one("again") is not None
    return sent.attempt(
        visitor.caller,
        lambda: partial(send_again, dead_letter_id=dead_letter_id, again=again),
        done=Flash(N_("It is on its way to the topic it came from.")),
        back_to=f"{DEAD}/{dead_letter_id}",
        again=lambda form: _dead_page(request, visitor, reading, dead_letter_id, form),
    )


def _dead_page(
    request: Request, visitor: Visitor, reading: Snapshot, dead_letter_id: str, form: Shown | None = None
) -> Response:
    return render(
        request,
        "dead_letter.html",
        visitor=visitor,
        letter=get_dead_letter_body(reading.tx, dead_letter_id),
        form=form,
        may_replay=may(visitor.caller.role, Permission.REPLAY_DEAD_LETTERS),
        here=f"{DEAD}/{dead_letter_id}",
    )
