"""Alerts as rows of a list, each with its year of turnover: the pictures of a page come from one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from api.web.alerts.sentences import comparisons
from api.web.alerts.sparkline import sparkline, trend
from api.web.rendering import pages_in
from api.web.visitor import Visitor
from language.marking import N_
from schemas.explanations import TRIAL_WEEKS, WeeksLeft
from schemas.http_alerts import AlertBody
from schemas.money import format_amount
from schemas.weeks import monday, parse_week
from store.clients import client_master, sparklines

_QUARTER_ALONE = N_("Turnover a week: %(quarter)s over the last 13 weeks")
_QUARTER_AND_BEFORE = N_("Turnover a week: %(quarter)s over the last 13 weeks, %(before)s before")


@dataclass(frozen=True, slots=True)
class Row:
    """`sentence` in the reader's language, of the comparisons; `since`: Monday of the onset; `picture` empty
    without weeks; `left`: of its trial. None where no onset is known. `gone_on`: when it closed its last account.
    """

    alert: AlertBody
    sentence: str
    since: date | None
    picture: Markup
    left: WeeksLeft | None
    gone_on: date | None


def rows_of(visitor: Visitor, found: Sequence[AlertBody]) -> list[Row]:
    ids = {alert.client_id for alert in found}
    volumes, gone = sparklines.load_turnover(visitor.tx, ids), client_master.load_closed_on(visitor.tx, ids)
    return [
        Row(
            alert,
            comparisons(alert, visitor.language),
            None if alert.onset_week is None else monday(parse_week(alert.onset_week)),
            picture(visitor, volumes.get(alert.client_id)),
            left_of(alert),
            gone.get(alert.client_id),
        )
        for alert in found
    ]


def left_of(alert: AlertBody) -> WeeksLeft | None:
    """Until three and until six months from the onset are over, as the list counts them."""
    if alert.weeks_left is None:
        return None
    shortest, longest = TRIAL_WEEKS
    return WeeksLeft(max(0, alert.weeks_left - (longest - shortest)), alert.weeks_left)


def picture(visitor: Visitor, volumes: Sequence[int | None] | None) -> Markup:
    """The sparkline; its text says the two means that one would read off it."""
    if volumes is None:
        return Markup()
    pages, found, currency = pages_in(visitor.language), trend(volumes), visitor.deps.base_currency
    means = {
        name: pages.formats.compact(format_amount(minor or 0, currency), currency)
        for name, minor in (("quarter", found.quarter_minor), ("before", found.before_minor))
    }
    text = _QUARTER_ALONE if found.before_minor is None else _QUARTER_AND_BEFORE
    return sparkline(volumes, pages.texts.gettext(text, **means))
