"""The list of alerts, over all clients or of one: the worst first, then the most money; by label where asked."""

from __future__ import annotations

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
from store.alerts.alert_search import AlertFilter, AlertPlace, LabelPlace
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
    sort: Literal["rank", "label"] = Field("rank", description="label: leaving first, without a label last")


def search_alerts(
    tx: Tx, deps: ApiDeps, caller: Caller, query: AlertQuery, *, client_id: str | None = None
) -> Page[AlertBody]:
    """One page, of what the caller may see."""
    kind = f"alerts of {client_id}" if client_id else "alerts"
    wanted, more = alert_filter(deps, query, client_id), query.limit + 1
    mine, by_label = caller.branch, query.sort == "label"
    if by_label:
        last = query.after(kind, LabelPlace)
        rows = alert_search.search_by_label(tx, wanted, only_branch=mine, after=last, limit=more)
    else:
        after = query.after(kind, AlertPlace)
        rows = alert_search.search(tx, wanted, only_branch=mine, after=after, limit=more)
    return query.page(
        kind,
        rows,
        lambda row: row.label_place if by_label else row.place,
        lambda row: alert_body(row, deps.rules.hold_out),
    )


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
