"""The tabs of the Monday list with their counts, and what of it can still be saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.alerts.alert_totals import list_totals
from api.alerts.listing import AlertQuery
from api.web.listing import Listing, address
from api.web.paths import HOME
from api.web.visitor import Visitor
from casework.alerts.totals import Totals
from schemas.buckets import BUCKETS, Bucket
from schemas.http_alerts import AlertBody
from schemas.money import format_amount

FIRST_TAB: Bucket = "new"


@dataclass(frozen=True, slots=True)
class Tab:
    """One bucket, how many alerts its list has, and where it is."""

    bucket: Bucket
    count: int
    path: str


@dataclass(frozen=True, slots=True)
class Tabs:
    """`current`: the bucket of the list; None where a state was chosen, in whatever bucket it stands.

    `wide`: the current tab without what narrows it. `to_save`: falls that can still be saved, on whatever tab,
    worth `money` of turnover, which is `income`, in the base currency. `waiting`: new ones that wait for room in
    their branch's week.
    """

    tabs: Sequence[Tab]
    current: str | None
    wide: str
    to_save: Totals
    money: str
    income: str
    waiting: int

    @property
    def elsewhere(self) -> Sequence[Tab]:
        """Where alerts stand that are not new."""
        return [tab for tab in self.tabs if tab.bucket != FIRST_TAB and tab.count]


def tabs_of(visitor: Visitor, found: Listing[AlertQuery, AlertBody]) -> Tabs:
    """Counted with the list's filters, those of bucket and state left out: the tabs are what else there is."""
    everywhere = found.query.model_copy(update={"bucket": "all", "state": [], "deferred": None})
    totals = list_totals(visitor.tx, visitor.deps, visitor.caller, everywhere)
    waiting = totals.only(lambda each: each.bucket == FIRST_TAB and each.waits)
    listed = totals.only(lambda each: each.bucket != FIRST_TAB or not each.waits)
    to_save, values = listed.savable, found.values

    def path(bucket: str) -> str:
        return address(HOME, {**values, "state": "", "bucket": "" if bucket == FIRST_TAB else bucket})

    return Tabs(
        tabs=[Tab(bucket, listed.in_bucket(bucket).count, path(bucket)) for bucket in BUCKETS],
        current=None if values["state"] else values["bucket"] or FIRST_TAB,
        wide=address(HOME, {name: values[name] for name in ("bucket", "sort")}),
        to_save=to_save,
        money=format_amount(to_save.at_risk_minor, visitor.deps.base_currency),
        income=format_amount(to_save.income_minor, visitor.deps.base_currency),
        waiting=waiting.count,
    )
