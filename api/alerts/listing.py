"""The list of alerts, over all clients or of one: falls first, the worst of them, then the most income at risk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Literal

from pydantic import Field

from acts.callers import Caller
from api.alerts.bodies import alert_body
from api.deps import ApiDeps
from api.pagination import ListQuery
from schemas.buckets import BUCKETS, Bucket
from schemas.http import Line, Page, WeekString
from schemas.http_alerts import AlertBody
from schemas.verdicts import Grade
from schemas.vocabulary import AlertState, GradeName, LabelName
from schemas.weeks import parse_week
from store.alerts import alert_search
from store.alerts.alert_search import AlertFilter, AlertPlace, AlertRow, LabelPlace, LeftPlace
from store.unit_of_work import Tx


class AlertQuery(ListQuery):
    """Filters of a list of alerts. Each looks at the field of its name."""

    state: list[AlertState] = Field(default_factory=list, max_length=7, description="any of these; repeat it")
    bucket: Bucket | Literal["all"] | None = Field(
        None, description="where it stands among those that are not closed; all: in any bucket"
    )
    grade: GradeName | None = None
    branch: Line | None = None
    week: WeekString | None = Field(None, description="newest week with evidence")
    assignee: Line | None = None
    q: Line | None = Field(None, description="part of the client's id or name, in either case")
    label: LabelName | None = Field(None, description="what the fall looks like, by its newest explanation")
    deferred: bool | None = Field(None, description="whether it waits for room in its branch's week")
    sort: Literal["rank", "label", "weeks_left"] = Field(
        "rank",
        description="label: leaving first, then of unknown cause, without a label last. "
        "weeks_left: the least left first, then those over, then those of no known onset",
    )


def search_alerts(
    tx: Tx, deps: ApiDeps, caller: Caller, query: AlertQuery, *, client_id: str | None = None
) -> Page[AlertBody]:
    """One page, of what the caller may see."""
    kind = f"alerts of {client_id}" if client_id else "alerts"
    wanted, more = alert_filter(deps, query, client_id), query.limit + 1
    mine = caller.branch
    place: Callable[[AlertRow], object] = attrgetter("place")
    if query.sort == "label":
        by_label, place = query.after(kind, LabelPlace), attrgetter("label_place")
        rows = alert_search.search_by_label(tx, wanted, only_branch=mine, after=by_label, limit=more)
    elif query.sort == "weeks_left":
        by_left = query.after(kind, LeftPlace)
        week = alert_search.newest_judged_week(tx) if by_left is None else by_left.as_of_week
        rows = alert_search.search_by_weeks_left(
            tx, wanted, only_branch=mine, after=by_left, limit=more, as_of_week=week
        )
        place = partial(AlertRow.left_place, as_of_week=week)
    else:
        after = query.after(kind, AlertPlace)
        rows = alert_search.search(tx, wanted, only_branch=mine, after=after, limit=more)
    return query.page(kind, rows, place, lambda row: alert_body(row, deps.rules.hold_out, deps.base_currency))


def alert_filter(deps: ApiDeps, query: AlertQuery, client_id: str | None = None) -> AlertFilter:
    """What the store is to look for now."""
    return AlertFilter(
        deps.as_of(),
        states=tuple(query.state),
        grade=None if query.grade is None else Grade[query.grade.upper()],
        branch=query.branch,
        week=None if query.week is None else parse_week(query.week),
        assignee=query.assignee,
        client_id=client_id,
        text=query.q,
        label=query.label,
        deferred=query.deferred,
        buckets=() if query.bucket is None else BUCKETS if query.bucket == "all" else (query.bucket,),
    )
