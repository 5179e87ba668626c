"""How one wants to be told, and what one was told: one's own alone."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api import etag
from api.auth import Caller, needing
from api.changes import Done, Posted, Trace, perform
from api.deps import ApiDeps, Deps
from api.pagination import ListQuery
from api.paths import V1
from api.roles import Permission
from casework.notices.address import scheme_of
from casework.notices.quiet_hours import parse_quiet_hours
from casework.notices.telling import CHOICES, Preference, Trial, notices_for
from casework.notices.text import desk_path, notice_text
from casework.notices.wishes import NoAddress, wish
from language.catalogues import Language
from schemas.http import Page
from schemas.http_notices import LanguageTag, NoticeBody, NoticePreferencesBody, NoticeWishesBody, TrialBody
from schemas.keyset import Int64
from store.notices import notice_preferences, notice_queue
from store.notices.notice_queue import Written
from store.unit_of_work import Tx

router = APIRouter(prefix=f"{V1}/notices", tags=["notices"])
Myself = Annotated[Caller, needing(Permission.OWN_NOTICES)]
_SHOWN = ("language", "kinds", "quiet_from", "quiet_until", "revision")


class NoticeQuery(ListQuery):
    """How to show the list of one's notices."""

    language: LanguageTag | None = None


@router.get("")
def list_notices(caller: Myself, deps: Deps, query: Annotated[NoticeQuery, Query()]) -> Page[NoticeBody]:
    """One's own notices, the newest first, in the language of one's preference or of the query."""
    kind = f"notices of {caller.actor}"
    before_id = query.after(kind, Int64)
    with deps.store.read() as tx:
        mine = notice_preferences.find(tx, caller.actor)
        rows = notice_queue.of_user(tx, caller.actor, before_id=before_id, limit=query.limit + 1)
    language = query.language or (mine.language if mine else "en")
    return query.page(kind, rows, lambda row: row.notice_id, lambda row: _notice(row, language, deps))


@router.get("/preferences")
def get_preferences(caller: Myself, deps: Deps, response: Response) -> NoticePreferencesBody:
    """How one is told."""
    with deps.store.read() as tx:
        mine = notice_preferences.find(tx, caller.actor)
    body = _preferences(mine, caller)
    response.headers["ETag"] = etag.etag(body.revision)
    return body


@router.post("/preferences", response_model=NoticePreferencesBody)
def set_preferences(caller: Myself, deps: Deps, post: Posted, body: NoticeWishesBody) -> Response:
    """Say how one wants to be told: all of it, but the address, which stays where none is given."""
    quiet = parse_quiet_hours(body.quiet_from, body.quiet_until)

    def work(tx: Tx) -> Done:
        before = notice_preferences.find(tx, caller.actor, for_update=True)
        etag.check(post.if_match, before.revision if before else 0)
        after = wish(
            before,
            user=caller.actor,
            role=caller.role.value,
            branch_id=caller.branch,
            address=None if body.address is None else body.address.get_secret_value(),
            language=body.language,
            kinds=body.kinds,
            quiet=quiet,
            schemes=deps.rules.notice_schemes,
        )
        trace = None
        if after is not before:
            notice_preferences.save(tx, after)
            said = (
                _said(before, caller),
                _said(after, caller, moved=before is None or before.address != after.address),
            )
            trace = Trace("notice_preference.set", "notice_preference", caller.actor, *said)
        return Done(_preferences(after, caller), trace, after.revision)

    return perform(deps, caller, post, work)


@router.post("/preferences/test", response_model=NoticeBody)
def try_preferences(caller: Myself, deps: Deps, post: Posted, _body: TrialBody | None = None) -> Response:
    """Have one notice sent to oneself now, also in quiet hours; again within the minute is once."""
    now = deps.clock()
    key = f"{now:%Y-%m-%dT%H:%M}"

    def work(tx: Tx) -> Done:
        mine = notice_preferences.find(tx, caller.actor)
        if mine is None:
            raise NoAddress
        trial = notices_for([mine], "test", key, Trial(), now, deps.calendar.zone)
        written = notice_queue.write(tx, trial, now)
        row = notice_queue.get(tx, caller.actor, "test", key)
        trace = Trace("notice.test", "notice", str(row.notice_id), None, {"scheme": scheme_of(mine.address)})
        return Done(_notice(row, mine.language, deps), trace if written else None)

    return perform(deps, caller, post, work)


def _said(preference: Preference | None, caller: Caller, *, moved: bool = False) -> dict[str, Any] | None:
    """What the audit trail tells: of the address only its scheme, and that it is another one."""
    if preference is None:
        return None
    shown = _preferences(preference, caller).model_dump(mode="json", include={*_SHOWN, "address"})
    return shown | {"address_changed": True} if moved else shown


def _preferences(mine: Preference | None, caller: Caller) -> NoticePreferencesBody:
    quiet = mine.quiet if mine else None
    return NoticePreferencesBody(
        user=caller.actor,
        role=mine.role if mine else caller.role.value,
        branch_id=mine.branch_id if mine else caller.branch,
        address=f"{scheme_of(mine.address)}://…" if mine else None,
        language=mine.language if mine else "en",
        kinds=sorted(mine.kinds if mine else CHOICES),
        quiet_from=quiet.starts.isoformat("minutes") if quiet else None,
        quiet_until=quiet.ends.isoformat("minutes") if quiet else None,
        revision=mine.revision if mine else 0,
    )


def _notice(row: Written, language: Language, deps: ApiDeps) -> NoticeBody:
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
