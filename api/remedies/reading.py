"""Remedies with all that is shown of them: what they brought, and what the one before them brought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from pydantic import Field

from acts.callers import Caller
from api.deps import ApiDeps
from api.pagination import ListQuery
from api.remedies.bodies import remedy_body
from casework.cases.retention import was_carried_out
from casework.remedies.effect import BEFORE_WEEKS, MEASURED_WEEKS, Effect, effect, start_week
from casework.remedies.remedy_lifecycle import Remedy, age
from schemas.http import IdText, Line, Page
from schemas.http_remedies import EffectBody, RemedyBody
from schemas.money import format_amount
from schemas.verdicts import Insufficient
from schemas.vocabulary import Level, MeasuredWeeks, RemedyState, RemedyType
from store.clients import volumes
from store.remedies import remedy_rows, remedy_search
from store.remedies.remedy_search import RemedyFilter, RemedyPlace, RemedyRow
from store.unit_of_work import Tx


class CaseRemedyQuery(ListQuery):
    """How much of a case's remedies."""


class RemedyQuery(ListQuery):
    """Filters of a list of remedies. `state=submitted` is the inbox of approvals."""

    state: list[RemedyState] = Field(default_factory=list, max_length=10, description="any of these; repeat it")
    type: RemedyType | None = None
    branch: Line | None = None
    client_id: IdText | None = None
    level: Level | None = Field(None, description="whose yes is needed next")


def search_remedies(tx: Tx, deps: ApiDeps, caller: Caller, query: RemedyQuery) -> Page[RemedyBody]:
    """One page, of what the caller may see."""
    return page_of_remedies(tx, deps, query, search_remedy_rows(tx, deps, caller, query))


def search_remedy_rows(tx: Tx, deps: ApiDeps, caller: Caller, query: RemedyQuery) -> list[RemedyRow]:
    """What `page_of_remedies` makes a page of: one more than the limit where more are to come."""
    wanted = RemedyFilter(
        states=tuple(query.state),
        type=query.type,
        branch=query.branch,
        client_id=query.client_id,
        level=query.level,
    )
    return _search(tx, deps, query, "remedies", wanted, only_branch=caller.branch)


def page_of_remedies(
    tx: Tx, deps: ApiDeps, query: ListQuery, rows: Sequence[RemedyRow], kind: str = "remedies"
) -> Page[RemedyBody]:
    """The page of `search_remedy_rows`. `kind`: of which list it is."""
    bodies = {body.remedy_id: body for body in load_remedy_bodies(tx, deps, rows[: query.limit])}
    return query.page(kind, rows, lambda row: row.place, lambda row: bodies[row.remedy.remedy_id])


def search_case_remedies(tx: Tx, deps: ApiDeps, query: CaseRemedyQuery, case_id: str) -> Page[RemedyBody]:
    """One page of a case's remedies. The caller may see the case."""
    kind = f"remedies of {case_id}"
    rows = _search(tx, deps, query, kind, RemedyFilter(case_id=case_id), only_branch=None)
    return page_of_remedies(tx, deps, query, rows, kind)


def _search(
    tx: Tx, deps: ApiDeps, query: ListQuery, kind: str, wanted: RemedyFilter, *, only_branch: str | None
) -> list[RemedyRow]:
    after = query.after(kind, RemedyPlace)
    return remedy_search.search(
        tx, wanted, deps.today(), only_branch=only_branch, after=after, limit=query.limit + 1
    )


def get_remedy_body(tx: Tx, deps: ApiDeps, caller: Caller, remedy_id: str) -> RemedyBody:
    """Raises NotFound for none, and for one that the caller may not see."""
    row = remedy_search.get(tx, remedy_id, deps.today(), only_branch=caller.branch)
    return load_remedy_bodies(tx, deps, [row])[0]


def load_remedy_bodies(tx: Tx, deps: ApiDeps, rows: Sequence[RemedyRow]) -> list[RemedyBody]:
    """Effects are read for all of them at once."""
    today = deps.today()
    wanted = {row.remedy.renews for row in rows if row.remedy.renews is not None}
    renewed = {each.remedy_id: age(each, today) for each in remedy_rows.load_of_ids(tx, wanted)}
    begun = _those_begun([*(row.remedy for row in rows), *renewed.values()], today)
    weeks = weeks_needed(begun, today)
    loaded = volumes.load_volumes(tx, [each.client_id for each in begun], *weeks) if weeks else None
    return remedy_bodies(deps, rows, renewed, loaded)


def remedy_bodies(
    deps: ApiDeps, rows: Sequence[RemedyRow], renewed: Mapping[str, Remedy], loaded: volumes.Volumes | None
) -> list[RemedyBody]:
    """`renewed` has those that they renew; `loaded` the weeks that all of these need, None where they need none."""
    shown = {each.remedy_id: each for each in (*renewed.values(), *(row.remedy for row in rows))}
    effects = {
        each.remedy_id: _effect_bodies(loaded, each, deps.base_currency)
        for each in _those_begun(shown.values(), deps.today())
        if loaded is not None
    }
    return [remedy_body(row, deps.base_currency, effects, renewed) for row in rows]


def weeks_needed(remedies: Iterable[Remedy], today: date) -> tuple[int, int] | None:
    """[first, end) of the weeks that tell what they brought; None where none has begun."""
    starts = [start_week(remedy.terms.starts_on) for remedy in _those_begun(remedies, today)]
    return (min(starts) - BEFORE_WEEKS, max(starts) + MEASURED_WEEKS[-1]) if starts else None


def _those_begun(remedies: Iterable[Remedy], today: date) -> list[Remedy]:
    return [remedy for remedy in remedies if was_carried_out(remedy, today)]


def _effect_bodies(loaded: volumes.Volumes, remedy: Remedy, currency: str) -> list[EffectBody]:
    """What the ledger says it brought."""
    at = loaded.client_ids.index(remedy.client_id)
    turnover, known, began = loaded.turnover_minor[at], loaded.known[at], int(loaded.began[at])
    start = start_week(remedy.terms.starts_on) - loaded.first_week
    return [_effect_body(weeks, effect(turnover, known, start, weeks, began), currency) for weeks in MEASURED_WEEKS]


def _effect_body(weeks: MeasuredWeeks, found: Effect | Insufficient, currency: str) -> EffectBody:
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
