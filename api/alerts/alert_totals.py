"""GET /alert-totals: how many alerts there are, where they stand, and how much money with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query

from acts.callers import Caller
from api.alerts.listing import AlertQuery, alert_filter
from api.auth import AlertReader
from api.deps import ApiDeps, Deps
from api.paths import V1
from casework.alerts.totals import Totals
from schemas.buckets import BUCKETS
from schemas.http_alerts import AlertTotalsBody, BucketCountsBody
from schemas.money import format_amount
from store.alerts import alert_search
from store.unit_of_work import Tx

router = APIRouter(prefix=f"{V1}/alert-totals", tags=["alerts"])


@router.get("")
def get_alert_totals(caller: AlertReader, deps: Deps, query: Annotated[AlertQuery, Query()]) -> AlertTotalsBody:
    """The alerts that the list of alerts would show with these filters, counted by grade, and by bucket."""
    with deps.store.read() as tx:
        found = list_totals(tx, deps, caller, query)
    wanted = alert_filter(deps, query).buckets
    shown = found.only(lambda each: each.bucket in wanted) if wanted else found
    return AlertTotalsBody(
        alarms=shown.alarms,
        prompts=shown.prompts,
        value_at_risk=format_amount(shown.at_risk_minor, deps.base_currency),
        income_at_risk=format_amount(shown.income_minor, deps.base_currency),
        currency=deps.base_currency,
        buckets=BucketCountsBody(**{bucket: found.in_bucket(bucket).count for bucket in BUCKETS}),
        value_to_save=format_amount(found.savable.at_risk_minor, deps.base_currency),
        income_to_save=format_amount(found.savable.income_minor, deps.base_currency),
    )


def list_totals(tx: Tx, deps: ApiDeps, caller: Caller, query: AlertQuery) -> Totals:
    """Of the whole list, of which `search_alerts` gives one page, with all its filters but the bucket."""
    wanted = replace(alert_filter(deps, query), buckets=() if query.bucket is None else BUCKETS)
    return Totals(alert_search.counts(tx, wanted, only_branch=caller.branch))
