"""What went wrong, as a page: for a browser what api.problems is for a program."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from fastapi import Request, Response

from api.deps import ApiDeps
from api.desk_errors import SignInFailed, SignInReason
from api.problems import Kind
from api.web.paths import HOME, SIGN_IN
from api.web.rendering import render_for
from api.web.security import add_headers
from language.marking import N_

log = logging.getLogger(__name__)


class _Advice(NamedTuple):
    """Msgids: what happened, and what to do about it."""

    title: str
    what_to_do: str


_NOT_HERE = _Advice(N_("This page is not there"), N_("Nothing is kept here, or it belongs to another branch."))
_UNFIT = _Advice(N_("This does not fit here"), N_("Go back, look over what was entered, and send it again."))
_LATER = _Advice(N_("Not available just now"), N_("Nothing was changed. Wait a moment and try again."))
_BROKEN = _Advice(
    N_("Something broke on our side"),
    N_("It has been written down. Try again, or tell whoever looks after Ebbwatch."),
)
_BY_KIND: Mapping[str, _Advice] = MappingProxyType(
    {
        "not-found": _NOT_HERE,
        "forbidden": _Advice(N_("Your role does not open this"), N_("Ask somebody whose task it is.")),
        "form-refused": _Advice(
            N_("The form was too old"), N_("Nothing was changed. Go back, reload the page, and send it again.")
        ),
        "not-authenticated": _Advice(N_("You are not signed in"), N_("Sign in, and open the page again.")),
        "conflict": _Advice(
            N_("This is not possible any more"), N_("Go back and reload the page: its state has changed.")
        ),
        "stale-revision": _Advice(
            N_("Somebody else changed this meanwhile"), N_("Nothing was changed. Go back and reload the page.")
        ),
        "too-large": _Advice(
            N_("This is too long"), N_("Nothing was changed. Go back and shorten what was entered.")
        ),
        "busy": _Advice(N_("Too many people are signing in just now"), N_("Wait a moment and try again.")),
        "provider-unavailable": _Advice(
            N_("The bank's sign-in cannot be reached"),
            N_("Who is signed in already can go on. Try again in a minute."),
        ),
    }
)
_BY_REASON: Mapping[SignInReason, _Advice] = MappingProxyType(
    {
        "attempt": _Advice(
            N_("This sign-in is over"),
            N_("It took longer than ten minutes, was used before, or began in another browser. Sign in once more."),
        ),
        "denied": _Advice(
            N_("You were not signed in"), N_("The bank's sign-in was broken off. Sign in once more.")
        ),
        "answer": _Advice(
            N_("The bank's sign-in gave an answer that does not hold"),
            N_("Sign in once more. If it stays so, tell whoever looks after Ebbwatch."),
        ),
        "rights": _Advice(
            N_("You have no role here"),
            N_("The bank's sign-in knows you, but gives you no role in Ebbwatch, or no branch. Ask for one."),
        ),
    }
)


def error_page(request: Request, kind: Kind) -> Response | None:
    """The page, for a person's browser outside of the API; None for everything else."""
    if not _is_for_a_person(request):
        return None
    try:
        return _page(request, _advice_on(kind), kind.status, HOME)
    except Exception:  # a broken page must not hide what is told of it
        log.exception("the error page is broken")
        return None


def failed_sign_in_page(request: Request, error: SignInFailed, status: int) -> Response:
    """Why the provider's sign-in came to nothing, and the way to another try."""
    return _page(request, _BY_REASON[error.reason], status, SIGN_IN, error.way_out)


def _page(request: Request, advice: _Advice, status: int, onward: str, way_out: str | None = None) -> Response:
    page = render_for(
        request,
        getattr(request.state, "visitor", None),
        "error.html",
        status=status,
        title=advice.title,
        advice=advice.what_to_do,
        onward=onward,
        way_out=way_out,
        request_id=request.state.request_id if status >= 500 else None,
    )
    deps: ApiDeps = request.app.state.deps
    add_headers(page.headers, deps.desk)  # a crash is answered outside of the middleware that does it
    return page


def _advice_on(kind: Kind) -> _Advice:
    if (advice := _BY_KIND.get(kind.slug)) is not None:
        return advice
    if kind.passing:
        return _LATER
    return _BROKEN if kind.status >= 500 else _UNFIT


def _is_for_a_person(request: Request) -> bool:
    """A browser that asks for a page says so; a script and a shell do not."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
