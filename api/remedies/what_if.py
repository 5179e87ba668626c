"""What a waiver, and what could be done instead, would have to bring: beside what the client puts at risk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from acts.callers import Caller
from api.auth import CaseReader
from api.deps import ApiDeps, Deps
from api.paths import V1, UuidPath
from api.remedies.bodies import parse_minor
from casework.remedies.break_even import Option, options
from casework.remedies.remedy_lifecycle import Remedy
from casework.remedies.terms import CONCESSIONS, FeeTerms, Terms, check_terms
from schemas.errors import NotAllowedByRules
from schemas.http import Body, Page
from schemas.http_alerts import Day
from schemas.http_remedies import AmountText, WhatIfBody
from schemas.money import format_amount
from schemas.vocabulary import RemedyType
from store.cases import case_search
from store.remedies import remedy_rows, remedy_search
from store.unit_of_work import Tx

router = APIRouter(prefix=V1, tags=["remedies"])


class UpgradeQuery(Body):
    """What a service upgrade would cost over the same days; else what the case's own service_level_raise costs."""

    service_cost: AmountText | None = None


class WhatIfQuery(UpgradeQuery):
    """The concession that is thought about. No starts_on: today."""

    list_price: AmountText
    concession_pct: int = Field(100, ge=1, le=100)
    starts_on: Day | None = None
    ends_on: Day
    cost: AmountText = "0"


@router.get("/cases/{case_id}/what-if")
def what_if(
    caller: CaseReader, deps: Deps, case_id: UuidPath, query: Annotated[WhatIfQuery, Query()]
) -> Page[WhatIfBody]:
    """Do nothing, half for three months, a service upgrade, or what is thought about: the turnover each needs."""
    with deps.store.read() as tx:
        return Page(items=list(load_what_if_of_case(tx, deps, caller, case_id, query)), next=None)


@router.get("/remedies/{remedy_id}/what-if")
def what_if_of_remedy(
    caller: CaseReader, deps: Deps, remedy_id: UuidPath, query: Annotated[UpgradeQuery, Query()]
) -> Page[WhatIfBody]:
    """The same of a fee concession that was proposed."""
    with deps.store.read() as tx:
        remedy = remedy_search.get(tx, remedy_id, deps.today(), only_branch=caller.branch).remedy
        if remedy.type not in CONCESSIONS:
            raise NotAllowedByRules("type", f"{remedy.type} gives up no fee")
        if query.service_cost is None:
            return Page(items=load_what_if_of_remedies(tx, deps, [remedy])[remedy_id], next=None)
        upgrade_minor = parse_minor("service_cost", query.service_cost, deps.base_currency)
        at_risk_minor = case_search.values_at_risk(tx, [remedy.case_id])[remedy.case_id]
        return Page(items=_option_bodies(deps, remedy.terms, upgrade_minor, at_risk_minor), next=None)


def load_what_if_of_case(
    tx: Tx, deps: ApiDeps, caller: Caller, case_id: str, query: WhatIfQuery
) -> Sequence[WhatIfBody]:
    """What is thought about, for a case that the caller may see. Raises NotFound, NotAllowedByRules."""
    _terms_asked_for(query, deps)  # what cannot be is refused before anything is read
    at_risk_minor = case_search.get(tx, case_id, only_branch=caller.branch).value_at_risk_minor
    return what_if_bodies(deps, at_risk_minor, remedy_rows.load_of_case(tx, case_id), query)


def what_if_bodies(
    deps: ApiDeps, at_risk_minor: int, remedies: Sequence[Remedy], query: WhatIfQuery
) -> Sequence[WhatIfBody]:
    """The same, with what was read of the case: its remedies, the oldest first. Raises NotAllowedByRules."""
    terms = _terms_asked_for(query, deps)
    if query.service_cost is None:
        upgrade_minor = _upgrade_minor(remedies)
    else:
        upgrade_minor = parse_minor("service_cost", query.service_cost, deps.base_currency)
    return _option_bodies(deps, terms, upgrade_minor, at_risk_minor)


def load_what_if_of_remedies(tx: Tx, deps: ApiDeps, remedies: Sequence[Remedy]) -> dict[str, list[WhatIfBody]]:
    """By remedy_id, of those that are concessions; the cases are read for all of them at once."""
    asked = [remedy for remedy in remedies if remedy.type in CONCESSIONS]
    cases = {remedy.case_id for remedy in asked}
    at_risk_minor = case_search.values_at_risk(tx, cases)
    of_cases = defaultdict(list)
    for remedy in remedy_rows.load_of_cases(tx, cases):
        of_cases[remedy.case_id].append(remedy)
    return {
        remedy.remedy_id: _option_bodies(
            deps, remedy.terms, _upgrade_minor(of_cases[remedy.case_id]), at_risk_minor[remedy.case_id]
        )
        for remedy in asked
    }


def _terms_asked_for(query: WhatIfQuery, deps: ApiDeps) -> Terms:
    kind: RemedyType = "fee_waiver" if query.concession_pct == 100 else "fee_reduction"
    list_price_minor = parse_minor("list_price", query.list_price, deps.base_currency)
    terms = Terms(
        starts_on=query.starts_on or deps.today(),
        ends_on=query.ends_on,
        cost_minor=parse_minor("cost", query.cost, deps.base_currency),
        expected_effect_minor=0,
        # Which fee it is and what the client commits to changes nothing of what it costs.
        fee=FeeTerms("", list_price_minor, query.concession_pct, volume_commitment_minor=1, break_even_minor=0),
    )
    check_terms(kind, terms, deps.today())
    return terms


def _option_bodies(
    deps: ApiDeps, proposed: Terms, upgrade_minor: int | None, at_risk_minor: int
) -> list[WhatIfBody]:
    found = options(proposed, upgrade_minor, deps.rules.margins.bps)
    return [_option_body(option, at_risk_minor, deps.base_currency) for option in found]


def _upgrade_minor(remedies: Sequence[Remedy]) -> int | None:
    """The cost of the newest raise of the service level among a case's remedies, oldest first."""
    raises = [each for each in remedies if each.type == "service_level_raise"]
    return raises[-1].terms.cost_minor if raises else None


def _option_body(option: Option, at_risk_minor: int, currency: str) -> WhatIfBody:
    figures = (option.cost_minor, option.break_even_minor)
    cost, break_even = (None if figure is None else format_amount(figure, currency) for figure in figures)
    return WhatIfBody(
        option=option.choice,
        cost=cost,
        break_even=break_even,
        value_at_risk=format_amount(at_risk_minor, currency),
        currency=currency,
    )
