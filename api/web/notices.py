"""How one wants to be told, and what one was told: one's own alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import get_args

from fastapi import APIRouter, Response

from acts import notices
from api.notices import NoticeQuery, get_preferences_body, preferences_act, search_notices
from api.web.flash import Flash
from api.web.forms import FormState, SentForm
from api.web.listing import listing
from api.web.rendering import render
from api.web.visitor import Myself, Visitor
from language.marking import N_
from schemas.http_notices import NoticeWishesBody
from schemas.vocabulary import ChosenKind

router = APIRouter(include_in_schema=False)
NOTICES = "/desk/notices"
_A_PAGE = 20


@router.get(NOTICES)
def my_notices(visitor: Myself) -> Response:
    """The form, and what one was told."""
    return _page(visitor)


@router.post(f"{NOTICES}/preferences")
def set_preferences(visitor: Myself, sent: SentForm) -> Response:
    """Say how one wants to be told. The address is a secret: it does not come back with the form."""
    kinds = sent.all("kinds")
    return sent.attempt(
        lambda: preferences_act(sent.body(NoticeWishesBody, kinds=kinds)),
        done=Flash(N_("Kept: this is how you will be told.")),
        back_to=NOTICES,
        again=lambda form: _page(visitor, _without_address(form), frozenset(kinds)),
    )


@router.post(f"{NOTICES}/test")
def send_trial(visitor: Myself, sent: SentForm) -> Response:
    """Have one sent to oneself now."""
    return sent.attempt(
        lambda: notices.send_trial,
        done=Flash(N_("A test is on its way. It stands below, with what became of it.")),
        back_to=NOTICES,
        again=lambda form: _page(visitor, form),
    )


def _without_address(form: FormState) -> FormState:
    return replace(form, values=defaultdict(lambda: None, form.values, address=None))


def _page(visitor: Visitor, form: FormState | None = None, chosen: frozenset[str] | None = None) -> Response:
    tx, deps, caller = visitor.tx, visitor.deps, visitor.caller
    found = listing(
        visitor,
        NOTICES,
        NoticeQuery,
        lambda query: search_notices(tx, deps, caller, query),
        names=(),
        asks=lambda _given: {"language": visitor.language, "limit": _A_PAGE},
    )
    preferences = get_preferences_body(tx, caller)
    return render(
        visitor,
        "notices.html",
        found=found,
        preferences=preferences,
        form=form,
        kinds=get_args(ChosenKind),
        chosen=frozenset(preferences.kinds) if chosen is None else chosen,
        schemes=sorted(deps.rules.notice_schemes),
    )
