"""How one wants to be told, and what one was told: one's own alone."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from acts import notices
from acts.callers import Caller
from acts.notices import SentTrial
from acts.performing import Act, ActContext
from acts.roles import Permission
from api import etag
from api.auth import needing
from api.changes import Posted, Shown, answer_act
from api.deps import ApiDeps, Deps
from api.pagination import ListQuery
from api.paths import V1
from casework.notices.quiet_hours import parse_quiet_hours
from casework.notices.recipients import CHOICES, Preference
from casework.notices.text import desk_path, notice_text
from language.catalogues import Language
from schemas.http import Page
from schemas.http_notices import LanguageTag, NoticeBody, NoticePreferencesBody, NoticeWishesBody, TrialBody
from schemas.keyset import Int64
from store.notices import notice_preferences, notice_queue
from store.notices.notice_queue import StoredNotice
from store.unit_of_work import Tx

router = APIRouter(prefix=f"{V1}/notices", tags=["notices"])
Myself = Annotated[Caller, needing(Permission.OWN_NOTICES)]


class NoticeQuery(ListQuery):
    """How to show the list of one's notices."""

    language: LanguageTag | None = None


@router.get("")
def list_notices(caller: Myself, deps: Deps, query: Annotated[NoticeQuery, Query()]) -> Page[NoticeBody]:
    """One's own notices, the newest first, in the language of one's preference or of the query."""
    with deps.store.read() as tx:
        return search_notices(tx, deps, caller, query)


@router.get("/preferences")
def get_preferences(caller: Myself, deps: Deps, response: Response) -> NoticePreferencesBody:
    """How one is told."""
    with deps.store.read() as tx:
        body = get_preferences_body(tx, caller)
    response.headers["ETag"] = etag.format_etag(body.revision)
    return body


@router.post("/preferences", response_model=NoticePreferencesBody)
def set_preferences(caller: Myself, deps: Deps, post: Posted, body: NoticeWishesBody) -> Response:
    """Say how one wants to be told: all of it, but the address, which stays where none is given."""

    def show(_context: ActContext, mine: Preference) -> Shown:
        return Shown(_preferences_body(mine, caller), mine.revision)

    return answer_act(deps, caller, post, preferences_act(body), show)


@router.post("/preferences/test", response_model=NoticeBody)
def try_preferences(caller: Myself, deps: Deps, post: Posted, _body: TrialBody | None = None) -> Response:
    """Have one notice sent to oneself now, also in quiet hours; again within the minute is once."""

    def show(_context: ActContext, sent: SentTrial) -> Shown:
        return Shown(_notice_body(sent.notice, sent.language, deps))

    return answer_act(deps, caller, post, notices.send_trial, show)


def preferences_act(body: NoticeWishesBody) -> Act[Preference]:
    """The act that a body asks for. Raises NotAllowedByRules for quiet hours that are none."""
    return partial(
        notices.set_preferences,
        address=None if body.address is None else body.address.get_secret_value(),
        language=body.language,
        kinds=body.kinds,
        quiet=parse_quiet_hours(body.quiet_from, body.quiet_until),
    )


def search_notices(tx: Tx, deps: ApiDeps, caller: Caller, query: NoticeQuery) -> Page[NoticeBody]:
    """One page of one's own."""
    kind = f"notices of {caller.actor}"
    before_id = query.after(kind, Int64)
    language = query.language or _get_language(tx, caller)
    rows = notice_queue.search_of_user(tx, caller.actor, before_id=before_id, limit=query.limit + 1)
    return query.page(kind, rows, lambda row: row.notice_id, lambda row: _notice_body(row, language, deps))


def get_preferences_body(tx: Tx, caller: Caller) -> NoticePreferencesBody:
    """What the caller said, or what holds for who never said any."""
    return _preferences_body(notice_preferences.find(tx, caller.actor), caller)


def _get_language(tx: Tx, caller: Caller) -> Language:
    mine = notice_preferences.find(tx, caller.actor)
    return mine.language if mine else "en"


def _preferences_body(mine: Preference | None, caller: Caller) -> NoticePreferencesBody:
    quiet = mine.quiet if mine else None
    return NoticePreferencesBody(
        user=caller.actor,
        role=mine.role if mine else str(caller.role),
        branch_id=mine.branch_id if mine else caller.branch,
        address=notices.hidden_address(mine) if mine else None,
        language=mine.language if mine else "en",
        kinds=sorted(mine.kinds if mine else CHOICES),
        quiet_from=quiet.starts.isoformat("minutes") if quiet else None,
        quiet_until=quiet.ends.isoformat("minutes") if quiet else None,
        revision=mine.revision if mine else 0,
    )


def _notice_body(row: StoredNotice, language: Language, deps: ApiDeps) -> NoticeBody:
    text = notice_text(row.kind, row.facts, language, currency=deps.base_currency)
    return NoticeBody(
        notice_id=row.notice_id,
        kind=row.kind,
        title=text.title,
        body=text.body,
        path=desk_path(row.facts),
        state="sent" if row.sent_at else "given_up" if row.failed else "waiting",
        written_at=row.written_at,
        not_before=row.not_before,
        sent_at=row.sent_at,
        tries=row.tries,
        failed=row.failed,
    )
