"""Held weeks: those whose feed is not known to be complete. Listing them, and releasing one as it is."""

from __future__ import annotations

from functools import partial
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Path, Query, Response

from acts import weeks
from acts.roles import Permission
from api.auth import HeldWeekReleaser, needing
from api.changes import Posted, Shown, answer_act
from api.deps import Deps
from api.pagination import ListQuery
from api.paths import V1
from schemas.http import Page, WeekString
from schemas.http_operations import HeldWeekBody, ReleaseBody, ReleasedBody
from schemas.keyset import Int32
from schemas.weeks import format_week, parse_week
from store.ledger import shard_weeks
from store.ledger.shard_weeks import HeldWeek
from store.unit_of_work import Tx

router = APIRouter(prefix=f"{V1}/held-weeks", tags=["operations"])
ShardNumber = Annotated[int, Path(ge=0, le=2**31 - 1)]
WeekPath = Annotated[WeekString, Path()]


class _Place(NamedTuple):
    week: Int32
    shard: Int32


@router.get("", dependencies=[needing(Permission.READ_HELD_WEEKS)])
def list_held_weeks(deps: Deps, query: Annotated[ListQuery, Query()]) -> Page[HeldWeekBody]:
    """Held weeks with their reason, the oldest first."""
    with deps.store.read() as tx:
        return load_held_weeks(tx, query)


@router.post("/{shard}/{week}/release", response_model=ReleasedBody)
def release(
    caller: HeldWeekReleaser, deps: Deps, post: Posted, shard: ShardNumber, week: WeekPath, body: ReleaseBody
) -> Response:
    """Close the week with what has arrived, so that it is judged."""
    act = partial(weeks.release, shard=shard, week=parse_week(week), reason=body.reason)
    shown = Shown(ReleasedBody(shard=shard, week=week, state="closed"))
    return answer_act(deps, caller, post, act, lambda _context, _released: shown)


def load_held_weeks(tx: Tx, query: ListQuery) -> Page[HeldWeekBody]:
    """One page of the list."""
    after = query.after("held weeks", _Place)
    # As many as there are open weeks at the most: few enough to take all.
    held = sorted(shard_weeks.load_held(tx), key=_place_of)
    rows = [row for row in held if after is None or _place_of(row) > after]
    return query.page("held weeks", rows[: query.limit + 1], _place_of, _body)


def _place_of(row: HeldWeek) -> _Place:
    return _Place(row.week, row.shard)


def _body(row: HeldWeek) -> HeldWeekBody:
    return HeldWeekBody(
        shard=row.shard,
        week=format_week(row.week),
        reason=row.reason,
        received=row.received,
        expected=row.expected,
    )
