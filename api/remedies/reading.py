"""Remedies with all that is shown of them: what they brought, and what the one before them brought."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from pydantic import Field

from api.auth import Caller
from api.deps import ApiDeps
from api.pagination import ListQuery
from api.remedies.bodies import remedy_body
from casework.cases.retention import ran
from casework.remedies.effect import BEFORE_WEEKS, MEASURED_WEEKS, Effect, effect, start_week
from casework.remedies.remedy_lifecycle import Level, Remedy, age
from schemas.http import IdText, Line, Page
from schemas.http_remedies import EffectBody, RemedyBody, RemedyStateName, RemedyTypeName
from schemas.money import format_amount
from schemas.verdicts import Insufficient
from store.clients import volumes
from store.remedies import remedy_rows, remedy_search
from store.remedies.remedy_search import RemedyFilter, RemedyPlace, RemedyRow
from store.unit_of_work import Tx


class CaseRemedyQuery(ListQuery):
    """How much of a case's remedies."""


class RemedyQuery(ListQuery):
    """Filters of a list of remedies. `state=submitted` is the inbox of approvals."""

    state: list[RemedyStateName] = Field(default_factory=list, max_length=10, description="any of these; repeat it")
    type: RemedyTypeName | None = None
    branch: Line | None = None
    client_id: IdText | None = None
    level: Level | None = Field(None, description="whose yes is needed next")


def remedy_page(deps: ApiDeps, caller: Caller, query: RemedyQuery) -> Page[RemedyBody]:
    """One page, of what the caller may see."""
    wanted = RemedyFilter(
        states=tuple(query.state),
        type=query.type,
        branch=query.branch,
        client_id=query.client_id,
        level=query.level,
    )
    return _page(deps, caller, query, "remedies", wanted)


def case_remedy_page(deps: ApiDeps, caller: Caller, query: CaseRemedyQuery, case_id: str) -> Page[RemedyBody]:
    """One page of a case's remedies. The caller may see the case."""
    return _page(deps, caller, query, f"remedies of {case_id}", RemedyFilter(case_id=case_id))


def _page(deps: ApiDeps, caller: Caller, query: ListQuery, kind: str, wanted: RemedyFilter) -> Page[RemedyBody]:
    after = query.after(kind, RemedyPlace)
    with deps.store.read() as tx:
        rows = remedy_search.search(
            tx, wanted, deps.today(), only_branch=caller.branch, after=after, limit=query.limit + 1
        )
        bodies = {body.remedy_id: body for body in bodies_of(tx, deps, rows[: query.limit])}
    return query.page(kind, rows, lambda row: row.place, lambda row: bodies[row.remedy.remedy_id])


def read_remedy(tx: Tx, deps: ApiDeps, caller: Caller, remedy_id: str) -> RemedyBody:
    """Raises NotFound for none, and for one that the caller may not see."""
    row = remedy_search.get(tx, remedy_id, deps.today(), only_branch=caller.branch)
    return bodies_of(tx, deps, [row])[0]


def bodies_of(tx: Tx, deps: ApiDeps, rows: Sequence[RemedyRow]) -> list[RemedyBody]:
    """Effects are read for all of them at once."""
    today = deps.today()
    wanted = {row.remedy.renews for row in rows if row.remedy.renews is not None}
    renewed = {each.remedy_id: age(each, today) for each in remedy_rows.of_ids(tx, wanted)}
    effects = _effects(tx, [*(row.remedy for row in rows), *renewed.values()], deps, today)
    return [remedy_body(row, deps.base_currency, effects, renewed) for row in rows]


def _effects(tx: Tx, shown: Iterable[Remedy], deps: ApiDeps, today: date) -> dict[str, list[EffectBody]]:
    """Of each remedy that has begun, what the ledger says it brought."""
    begun = {remedy.remedy_id: remedy for remedy in shown if ran(remedy, today)}
    if not begun:
        return {}
    starts = {remedy_id: start_week(remedy.terms.starts_on) for remedy_id, remedy in begun.items()}
    first, end = min(starts.values()) - BEFORE_WEEKS, max(starts.values()) + MEASURED_WEEKS[-1]
    loaded = volumes.load(tx, [remedy.client_id for remedy in begun.values()], first, end)
    place = {client_id: i for i, client_id in enumerate(loaded.client_ids)}
    return {
        remedy_id: _measured(loaded, place[remedy.client_id], starts[remedy_id] - first, deps.base_currency)
        for remedy_id, remedy in begun.items()
    }


def _measured(loaded: volumes.Volumes, at: int, start: int, currency: str) -> list[EffectBody]:
    turnover, known, began = loaded.turnover_minor[at], loaded.known[at], int(loaded.began[at])
    return [_effect_body(weeks, effect(turnover, known, start, weeks, began), currency) for weeks in MEASURED_WEEKS]


def _effect_body(weeks: Literal[4, 13, 26], found: Effect | Insufficient, currency: str) -> EffectBody:
    if isinstance(found, Insufficient):
        none = dict.fromkeys(("before", "after", "change", "change_pct"))
        return EffectBody(weeks=weeks, seen=found.seen, **none)
    return EffectBody(
        weeks=weeks,
        seen=weeks,
        before=format_amount(found.before_minor, currency),
        after=format_amount(found.after_minor, currency),
        change=format_amount(found.change_minor, currency),
        change_pct=found.change_pct,
    )
