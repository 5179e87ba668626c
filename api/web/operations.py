"""For operations: weeks that wait for their feed, and events that could not be taken in."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Response

from acts import weeks
from acts.dead_letters import RELEASED_ONE_BY_ONE, send_again
from acts.performing import Act
from api.operations.dead_letters import DeadLetterQuery, get_dead_letter_body, replay_all_act, search_dead_letters
from api.operations.held_weeks import ShardNumber, WeekPath, load_held_weeks
from api.pagination import ListQuery
from api.paths import UuidPath
from api.web.flash import Flash
from api.web.forms import FormState, SentForm
from api.web.language.words import DEAD_LETTER_REASONS
from api.web.listing import listing
from api.web.rendering import render
from api.web.visitor import DeadLetterReader, DeadLetterReplayer, HeldWeekReader, HeldWeekReleaser, Visitor
from language.marking import N_
from schemas.http_operations import ReleaseBody, ReplayAllBody, ReplayBody
from schemas.weeks import parse_week
from store.operations.dead_letters import DeadLetterRow

router = APIRouter(include_in_schema=False)
HELD, DEAD = "/desk/held-weeks", "/desk/dead-letters"


@router.get(HELD)
def held_weeks(visitor: HeldWeekReader) -> Response:
    """Held weeks with their reason, the oldest first."""
    return _held_page(visitor)


@router.post(HELD + "/{shard}/{week}/release")
def release(visitor: HeldWeekReleaser, sent: SentForm, shard: ShardNumber, week: WeekPath) -> Response:
    """Close the week with what has arrived, so that it is judged."""

    def act() -> Act[None]:
        return partial(weeks.release, shard=shard, week=parse_week(week), reason=sent.body(ReleaseBody).reason)

    return sent.attempt(
        act,
        done=Flash(N_("The week is released: it is judged with what has arrived.")),
        back_to=HELD,
        again=lambda form: _held_page(visitor, form, about=f"{shard}/{week}"),
    )


def _held_page(visitor: Visitor, form: FormState | None = None, about: str | None = None) -> Response:
    found = listing(visitor, HELD, ListQuery, lambda query: load_held_weeks(visitor.tx, query))
    return render(visitor, "held_weeks.html", found=found, form=form, about=about, here=HELD)


@router.get(DEAD)
def dead_letters(visitor: DeadLetterReader) -> Response:
    """Dead letters without their bytes, the newest first."""
    found = listing(visitor, DEAD, DeadLetterQuery, lambda query: search_dead_letters(visitor.tx, query))
    return render(
        visitor,
        "dead_letters.html",
        status=found.status,
        found=found,
        reasons=DEAD_LETTER_REASONS,
        one_by_one=RELEASED_ONE_BY_ONE,
    )


@router.get(DEAD + "/{dead_letter_id}")
def dead_letter(visitor: DeadLetterReader, dead_letter_id: UuidPath) -> Response:
    """One dead letter with its original bytes."""
    return _dead_page(visitor, dead_letter_id)


@router.post(DEAD + "/{dead_letter_id}/replay")
def replay(visitor: DeadLetterReplayer, sent: SentForm, dead_letter_id: UuidPath) -> Response:
    """Send the original bytes to the topic they came from; a second time only where the box for it was ticked."""

    def act() -> Act[DeadLetterRow]:
        because = sent.body(ReplayBody, only=["because"]).because
        return partial(
            send_again, dead_letter_id=dead_letter_id, again=sent.one("again") is not None, because=because
        )

    return sent.attempt(
        act,
        done=Flash(N_("It is on its way to the topic it came from.")),
        back_to=f"{DEAD}/{dead_letter_id}",
        again=lambda form: _dead_page(visitor, dead_letter_id, form),
    )


@router.post(DEAD + "/replay")
def replay_all(visitor: DeadLetterReplayer, sent: SentForm) -> Response:
    """Send all of the reason again that were not sent before."""
    return sent.attempt(
        lambda: replay_all_act(sent.body(ReplayAllBody)),
        done=Flash(N_("They are on their way to the topics they came from.")),
        back_to=DEAD,
        again=lambda _form: dead_letters(visitor),
    )


def _dead_page(visitor: Visitor, dead_letter_id: str, form: FormState | None = None) -> Response:
    letter = get_dead_letter_body(visitor.tx, dead_letter_id)
    return render(
        visitor,
        "dead_letter.html",
        letter=letter,
        form=form,
        asks_why=letter.reason in RELEASED_ONE_BY_ONE,
        here=f"{DEAD}/{dead_letter_id}",
    )
