"""The tabs of the Monday list with their counts, and what of it can still be saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from acts.callers import Caller
from api.alerts.alert_totals import list_totals
from api.alerts.listing import AlertQuery
from api.deps import ApiDeps
from casework.alerts.totals import Totals
from schemas.buckets import BUCKETS, Bucket
from schemas.money import format_amount
from store.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Tab:
    """One bucket, and how many alerts its list has."""

    bucket: Bucket
    count: int


@dataclass(frozen=True, slots=True)
class TabTotals:
    """`to_save`: falls that can still be saved, on whatever tab, worth `money` in the base currency.

    `waiting`: how many new ones wait for room in their branch's week, and stand in no tab.
    """

    tabs: Sequence[Tab]
    to_save: Totals
    money: str
    waiting: int


def tab_totals(tx: Tx, deps: ApiDeps, caller: Caller, query: AlertQuery) -> TabTotals:
    """With the list's filters but those of bucket and state: the tabs are what else there is."""
    wide = query.model_copy(update={"bucket": "all", "state": [], "deferred": None})
    found = list_totals(tx, deps, caller, wide)
    waiting = found.only(lambda each: each.bucket == "new" and each.waits)
    listed = found.only(lambda each: each.bucket != "new" or not each.waits)
    to_save = listed.savable
    return TabTotals(
        tabs=[Tab(bucket, listed.in_bucket(bucket).count) for bucket in BUCKETS],
        to_save=to_save,
        money=format_amount(to_save.at_risk_minor, deps.base_currency),
        waiting=waiting.count,
    )
