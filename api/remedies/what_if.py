"""What a waiver, and what could be done instead, would have to bring: beside what the client puts at risk."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.auth import CaseReader
from api.deps import ApiDeps, Deps
from api.paths import V1
from api.remedies.bodies import minor
from api.remedies.remedy_routes import CaseId, RemedyId
from casework.alerts.actions import NotAllowedByRules
from casework.remedies.break_even import Option, options
from casework.remedies.terms import CONCESSIONS, FeeTerms, RemedyType, Terms, check_terms
from schemas.http import Body, Page
from schemas.http_alerts import Day
from schemas.http_remedies import AmountText, WhatIfBody
from schemas.money import format_amount
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
    caller: CaseReader, deps: Deps, case_id: CaseId, query: Annotated[WhatIfQuery, Query()]
) -> Page[WhatIfBody]:
    """Do nothing, half for three months, a service upgrade, or what is thought about: the turnover each needs."""
    kind: RemedyType = "fee_waiver" if query.concession_pct == 100 else "fee_reduction"
    terms = _thought_of(query, deps)
    check_terms(kind, terms, deps.today())
    with deps.store.read() as tx:
        at_risk_minor = case_search.get(tx, case_id, only_branch=caller.branch).value_at_risk_minor
        return _answers(tx, deps, case_id, terms, query.service_cost, at_risk_minor)


@router.get("/remedies/{remedy_id}/what-if")
def what_if_of_remedy(
    caller: CaseReader, deps: Deps, remedy_id: RemedyId, query: Annotated[UpgradeQuery, Query()]
) -> Page[WhatIfBody]:
    """The same of a fee concession that was proposed."""
    with deps.store.read() as tx:
        remedy = remedy_search.get(tx, remedy_id, deps.today(), only_branch=caller.branch).remedy
        if remedy.type not in CONCESSIONS:
            raise NotAllowedByRules("type", f"{remedy.type} gives up no fee")
        at_risk_minor = case_search.get(tx, remedy.case_id, only_branch=None).value_at_risk_minor
        return _answers(tx, deps, remedy.case_id, remedy.terms, query.service_cost, at_risk_minor)


def _thought_of(query: WhatIfQuery, deps: ApiDeps) -> Terms:
    list_price_minor = minor("list_price", query.list_price, deps.base_currency)
    return Terms(
        starts_on=query.starts_on or deps.today(),
        ends_on=query.ends_on,
        cost_minor=minor("cost", query.cost, deps.base_currency),
        expected_effect_minor=0,
        # Which fee it is and what the client commits to changes nothing of what it costs.
        fee=FeeTerms("", list_price_minor, query.concession_pct, volume_commitment_minor=1, break_even_minor=0),
    )


def _answers(
    tx: Tx, deps: ApiDeps, case_id: str, proposed: Terms, service_cost: str | None, at_risk_minor: int
) -> Page[WhatIfBody]:
    if service_cost is None:
        upgrade_minor = _upgrade_minor(tx, case_id)
    else:
        upgrade_minor = minor("service_cost", service_cost, deps.base_currency)
    found = options(proposed, upgrade_minor, deps.rules.margin_bps)
    return Page(items=[_body(option, at_risk_minor, deps.base_currency) for option in found], next=None)


def _upgrade_minor(tx: Tx, case_id: str) -> int | None:
    """The cost of the newest raise of the service level that the case has thought of."""
    raises = [each for each in remedy_rows.of_case(tx, case_id) if each.type == "service_level_raise"]
    return raises[-1].terms.cost_minor if raises else None


def _body(option: Option, at_risk_minor: int, currency: str) -> WhatIfBody:
    figures = (option.cost_minor, option.break_even_minor)
    cost, break_even = (None if figure is None else format_amount(figure, currency) for figure in figures)
    return WhatIfBody(
        option=option.choice,
        cost=cost,
        break_even=break_even,
        value_at_risk=format_amount(at_risk_minor, currency),
        currency=currency,
    )
