"""Who is at the desk: a session cookie becomes a Visitor, as a bearer token becomes a Caller for the API.

Every route of a page takes one of these and nothing else opens it:

    def page(visitor: SignedIn) -> Response       # whoever is signed in
    def page(visitor: CaseReader) -> Response     # whose role may; GET and POST alike

A POST is checked for its CSRF token with each of them, so that none can forget to. Forms send `<input type="hidden"
name="csrf" value="{{ visitor.csrf }}">`, scripts the header X-CSRF-Token. See docs/decisions/0020-the-desk.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Request

from acts.callers import Caller
from acts.roles import Permission, may
from acts.sign_in.claims import caller_of
from api.deps import ApiDeps, Deps
from api.desk_errors import SignInNeeded
from api.reading import Reading, Snapshot
from api.web import csrf
from api.web.language.choice import language_of
from api.web.paths import path_of, referring_path
from api.web.session_cookie import token_of
from language.catalogues import Language
from schemas.errors import EbbwatchError, Forbidden, NotAuthenticated
from schemas.weeks import Week
from store.sign_in import web_sessions
from store.sign_in.web_sessions import Session
from store.unit_of_work import Tx, is_transient


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page, and all that it is made of. `csrf` goes into every form; `caller` is who acts."""

    request: Request
    deps: ApiDeps
    reading: Snapshot
    caller: Caller
    csrf: str
    language: Language

    @property
    def tx(self) -> Tx:
        """The page's one snapshot: opened here, where it is not open."""
        return self.reading.tx

    @property
    def branch(self) -> str | None:
        """The only branch that they may see, None for all."""
        return self.caller.branch

    @property
    def today(self) -> date:
        """The calendar day in the bank's zone."""
        return self.deps.today()

    @property
    def week(self) -> Week:
        """The week of now."""
        return self.deps.calendar.week_at(self.deps.clock())

    def may(self, permission: Permission) -> bool:
        """Whether their role has it; what the state of a thing allows is for the act to say."""
        return may(self.caller.role, permission)


def _visitor(request: Request, deps: Deps, reading: Reading, sent: csrf.SentToken) -> Visitor:
    """1. The session. 2. For a change: where it came from. 3. Who that is.

    The page is read in the session's own snapshot; a change, and a stream, which may last for hours, begin without.
    """
    found = find_session(request, deps, reading)
    if found is None:
        raise _turned_away(request)
    session, caller = found
    request.state.caller = caller  # for the request log
    visitor = Visitor(request, deps, reading, caller, session.csrf, language_of(request))
    request.state.visitor = visitor  # for the page that says what went wrong
    if request.method not in csrf.SAFE:
        csrf.check(request, deps.desk, session.csrf, sent)
    if request.method not in csrf.SAFE or _is_listening(request):
        reading.close()
    return visitor


SignedIn = Annotated[Visitor, Depends(_visitor)]


def needing_page(permission: Permission) -> Any:
    """The dependency of a page or form that needs `permission`; what it gives is the Visitor."""

    def permitted(visitor: SignedIn) -> Visitor:
        if not visitor.may(permission):
            raise Forbidden(f"{visitor.caller.role} may not {permission}")
        return visitor

    return Depends(permitted)


ClientReader = Annotated[Visitor, needing_page(Permission.READ_CLIENTS)]
AlertReader = Annotated[Visitor, needing_page(Permission.READ_ALERTS)]
AlertActor = Annotated[Visitor, needing_page(Permission.ACT_ON_ALERTS)]
CaseReader = Annotated[Visitor, needing_page(Permission.READ_CASES)]
CaseFormer = Annotated[Visitor, needing_page(Permission.FORM_CASES)]
CaseWorker = Annotated[Visitor, needing_page(Permission.WORK_ON_CASES)]
RemedyProposer = Annotated[Visitor, needing_page(Permission.PROPOSE_REMEDIES)]
RemedyChecker = Annotated[Visitor, needing_page(Permission.CHECK_REMEDIES)]
RemedyRevoker = Annotated[Visitor, needing_page(Permission.REVOKE_REMEDIES)]
FiguresReader = Annotated[Visitor, needing_page(Permission.READ_FIGURES)]
PolicyReader = Annotated[Visitor, needing_page(Permission.READ_POLICIES)]
PolicySetter = Annotated[Visitor, needing_page(Permission.SET_POLICIES)]
CalendarKeeper = Annotated[Visitor, needing_page(Permission.KEEP_CALENDAR)]
HeldWeekReader = Annotated[Visitor, needing_page(Permission.READ_HELD_WEEKS)]
HeldWeekReleaser = Annotated[Visitor, needing_page(Permission.RELEASE_HELD_WEEKS)]
DeadLetterReader = Annotated[Visitor, needing_page(Permission.READ_DEAD_LETTERS)]
DeadLetterReplayer = Annotated[Visitor, needing_page(Permission.REPLAY_DEAD_LETTERS)]
Myself = Annotated[Visitor, needing_page(Permission.OWN_NOTICES)]


def find_session(request: Request, deps: ApiDeps, reading: Snapshot) -> tuple[Session, Caller] | None:
    """The session of the request's cookie and whose it is; None where there is none that holds."""
    token = token_of(request, deps.desk)
    if token is None:
        return None
    now, hashed = deps.desk.now(), web_sessions.hash_token(token)
    session = web_sessions.find_session(reading.tx, hashed, now)
    if session is None:
        return None
    try:
        caller = caller_of({"sub": session.user, "role": session.role, "branch": session.branch_id})
    except EbbwatchError:  # a role that this version no longer has
        return None
    if now - session.seen_at >= web_sessions.SEEN_EVERY and not _is_listening(request):
        reading.close()
        _save_seen(deps, hashed, now)
    return session, caller


def _save_seen(deps: ApiDeps, token_hash: str, now: datetime) -> None:
    """Fails open: a page is not worth a wait for a busy database, and the next one comes within the half hour."""
    try:
        with deps.store.write() as tx:
            web_sessions.save_seen(tx, token_hash, now)
    except Exception as error:
        if not is_transient(error):
            raise


def _is_listening(request: Request) -> bool:
    """A browser comes back for its events by itself: that keeps nobody signed in."""
    return request.headers.get("accept", "").startswith("text/event-stream")


def _turned_away(request: Request) -> EbbwatchError:
    """A person is shown where to sign in; a script, which would take that page for its answer, is told."""
    asked_by_script = (
        csrf.HEADER in request.headers
        or request.headers.get("sec-fetch-mode", "navigate") != "navigate"
        or request.headers.get("accept", "").startswith("application/json")
        or _is_listening(request)
    )
    if asked_by_script:
        return NotAuthenticated("the session has ended; sign in again")
    return SignInNeeded(path_of(request) if request.method in csrf.SAFE else referring_path(request))
