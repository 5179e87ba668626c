"""GET /alert-totals: how many alerts there are, and how much money with them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.alerts.listing import AlertQuery, count_alerts
from api.auth import AlertReader
from api.deps import Deps
from api.paths import V1
from schemas.http_alerts import AlertTotalsBody

router = APIRouter(prefix=f"{V1}/alert-totals", tags=["alerts"])


@router.get("")
def get_alert_totals(caller: AlertReader, deps: Deps, query: Annotated[AlertQuery, Query()]) -> AlertTotalsBody:
    """The alerts that the list of alerts would show with these filters, counted by grade."""
    with deps.store.read() as tx:
        return count_alerts(tx, deps, caller, query)
