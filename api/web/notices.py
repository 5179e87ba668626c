"""How one wants to be told, and what one was told: one's own alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Annotated, get_args

from fastapi import APIRouter, Query, Request, Response

from acts import notices
from acts.roles import Permission
from api.deps import ApiDeps, Deps
from api.errors import BadCursor
from api.notices import NoticeQuery, get_preferences_body, preferences_act, search_notices
from api.reading import Reading, Snapshot
from api.web.flash import Flash
from api.web.forms import SentForm, Shown
from api.web.language.words import N_
from api.web.rendering import render
from api.web.sign_in.session import Visitor, needing_page
from schemas.http_notices import NoticeWishesBody
from schemas.vocabulary import ChosenKind

router = APIRouter(include_in_schema=False)
Myself = Annotated[Visitor, needing_page(Permission.OWN_NOTICES)]
NOTICES = "/desk/notices"
_SHOWN = 20


@router.get(NOTICES)
def my_notices(
    request: Request,
    visitor: Myself,
    deps: Deps,
    reading: Reading,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """The form, and what one was told."""
    return _page(request, visitor, deps, reading, cursor=cursor)


@router.post(f"{NOTICES}/preferences")
def set_preferences(request: Request, visitor: Myself, deps: Deps, reading: Reading, sent: SentForm) -> Response:
    """Say how one wants to be told. The address is a secret: it does not come back with the form."""
    kinds = frozenset(sent.all("kinds"))
    return sent.attempt(
        visitor.caller,
        lambda: preferences_act(sent.body(NoticeWishesBody, kinds=sent.all("kinds"))),
        done=Flash(N_("Kept: this is how you will be told.")),
        back_to=NOTICES,
        again=lambda form: _page(request, visitor, deps, reading, form=_without_address(form), chosen=kinds),
    )


@router.post(f"{NOTICES}/test")
def send_trial(request: Request, visitor: Myself, deps: Deps, reading: Reading, sent: SentForm) -> Response:
    """Have one sent to oneself now."""
    return sent.attempt(
        visitor.caller,
        lambda: notices.send_trial,
        done=Flash(N_("A test is on its way. It stands below, with what became of it.")),
        back_to=NOTICES,
        again=lambda form: _page(request, visitor, deps, reading, form=form),
    )


def _without_address(form: Shown) -> Shown:
    typed = {name: value for name, value in form.values.items() if name != "address"}
    return replace(form, values=defaultdict(lambda: None, typed))


def _page(
    request: Request,
    visitor: Visitor,
    deps: ApiDeps,
    reading: Snapshot,
    *,
    form: Shown | None = None,
    chosen: frozenset[str] | None = None,
    cursor: str | None = None,
) -> Response:
    query = NoticeQuery.model_validate({"language": visitor.language, "limit": _SHOWN, "cursor": cursor})
    try:
        found = search_notices(reading.tx, deps, visitor.caller, query)
    except BadCursor:
        return _page(request, visitor, deps, reading, form=form, chosen=chosen)
    preferences = get_preferences_body(reading.tx, visitor.caller)
    return render(
        request,
        "notices.html",
        visitor=visitor,
        preferences=preferences,
        form=form,
        kinds=get_args(ChosenKind),
        chosen=frozenset(preferences.kinds) if chosen is None else chosen,
        schemes=sorted(deps.rules.notice_schemes),
        notices=found.items,
        next_url=f"{NOTICES}?cursor={found.next}" if found.next else None,
        first_url=NOTICES if cursor else None,
    )
