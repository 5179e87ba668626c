"""What a remedy has to bring: the turnover a week whose margin pays for it. Exact integers, rounded up.

Source: docs/decisions/0017.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from math import ceil

from casework.remedies.terms import FeeTerms, Terms
from schemas.vocabulary import WhatIfChoice

QUARTER = timedelta(days=92)  # the longest three months
_MONTHS, _YEAR_DAYS, _WEEK_DAYS = 12, 365, 7
_BPS = 10_000  # basis points of one


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to "what would it take", minor units; None where its price is not known."""

    choice: WhatIfChoice
    cost_minor: int | None
    break_even_minor: int | None


def fee_break_even(list_price_minor: int, concession_pct: int, margin_bps: int) -> int:
    """Turnover a week, minor units, for the fee given up. `margin_bps`: income on turnover, at least 1."""
    return ceil(_fee_a_week(list_price_minor, concession_pct) * _BPS / margin_bps)


def terms_break_even(terms: Terms, margin_bps: int) -> int:
    """Turnover a week for the fee given up and the cost, which is spread over its days; 0 where it has no end."""
    if not terms.days:
        return 0
    a_week = Fraction(terms.cost_minor * _WEEK_DAYS, terms.days)
    if terms.fee is not None:
        a_week += _fee_a_week(terms.fee.list_price_minor, terms.fee.concession_pct)
    return ceil(a_week * _BPS / margin_bps)


def options(proposed: Terms, upgrade_cost_minor: int | None, margin_bps: int) -> tuple[Option, ...]:
    """What else could be done than `proposed`, a fee concession; a service upgrade would last as long.

    `upgrade_cost_minor`: of the service upgrade over that time, None where nobody has said.
    """
    return (
        Option("do_nothing", 0, 0),
        _option("half_for_three_months", _half_for_three_months(proposed), margin_bps),
        _service_upgrade(proposed, upgrade_cost_minor, margin_bps),
        _option("as_proposed", proposed, margin_bps),
    )


def _half_for_three_months(proposed: Terms) -> Terms:
    fee: FeeTerms | None = None if proposed.fee is None else replace(proposed.fee, concession_pct=50)
    return replace(proposed, ends_on=proposed.starts_on + QUARTER, cost_minor=0, fee=fee)


def _service_upgrade(proposed: Terms, cost_minor: int | None, margin_bps: int) -> Option:
    if cost_minor is None:
        return Option("service_upgrade", None, None)
    return _option("service_upgrade", replace(proposed, cost_minor=cost_minor, fee=None), margin_bps)


def _option(choice: WhatIfChoice, terms: Terms, margin_bps: int) -> Option:
    return Option(choice, terms.total_minor, terms_break_even(terms, margin_bps))


def _fee_a_week(list_price_minor: int, concession_pct: int) -> Fraction:
    return Fraction(list_price_minor * concession_pct * _MONTHS * _WEEK_DAYS, 100 * _YEAR_DAYS)
