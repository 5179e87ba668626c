"""What the sentence of an alert says of its comparisons: how much moved, and how far that is from the usual.

A text stands for each series as a whole, so that verbs and pronouns agree with it in every language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from language.amounts import compact_amount, short_number
from language.catalogues import Texts
from language.marking import N_
from schemas.verdicts import Baseline, GroupKind, Series

_Window = Literal["week", "weeks", "quarter"]
_Sum = Literal["some", "none", "net"]  # net: more was taken back than booked, a negative sum


@dataclass(frozen=True, slots=True)
class ComparisonFacts:
    """One preset passed. `actual`: weekly mean, units of the currency or payments; `deviation_pct`: signed."""

    series: Series
    baseline: Baseline
    base_weeks: int
    actual: Decimal
    deviation_pct: float


@dataclass(frozen=True, slots=True)
class CommonFacts:
    """What a group did together, as in schemas.verdicts.Common."""

    kind: GroupKind
    name: str
    size_pct: float
    quiet_weeks: int


_GROUPS: Mapping[GroupKind, str] = MappingProxyType(
    {
        GroupKind.BRANCH: N_("branch %(name)s"),
        GroupKind.INDUSTRY: N_("the industry %(name)s"),
        GroupKind.BANK: N_("the bank"),
    }
)
_OPENINGS: Mapping[tuple[_Window, _Sum], Mapping[Series, str]] = MappingProxyType(
    {
        ("week", "some"): {
            Series.DEBIT: N_("Debits of %(amount)s in the week are %(change)s"),
            Series.CREDIT: N_("Credits of %(amount)s in the week are %(change)s"),
            Series.TURNOVER: N_("Turnover of %(amount)s in the week is %(change)s"),
            Series.PAYMENTS: N_("Payments (%(amount)s in the week) are %(change)s"),
        },
        ("week", "net"): {
            Series.DEBIT: N_("Net debits of %(amount)s in the week are %(change)s"),
            Series.CREDIT: N_("Net credits of %(amount)s in the week are %(change)s"),
            Series.TURNOVER: N_("Net turnover of %(amount)s in the week is %(change)s"),
        },
        ("week", "none"): {
            Series.DEBIT: N_("Debits stopped in the week: %(change)s"),
            Series.CREDIT: N_("Credits stopped in the week: %(change)s"),
            Series.TURNOVER: N_("Turnover stopped in the week: %(change)s"),
            Series.PAYMENTS: N_("Payments stopped in the week: %(change)s"),
        },
        ("quarter", "some"): {
            Series.DEBIT: N_("Debits of %(amount)s a week over the quarter are %(change)s"),
            Series.CREDIT: N_("Credits of %(amount)s a week over the quarter are %(change)s"),
            Series.TURNOVER: N_("Turnover of %(amount)s a week over the quarter is %(change)s"),
            Series.PAYMENTS: N_("Payments (%(amount)s a week over the quarter) are %(change)s"),
        },
        ("quarter", "net"): {
            Series.DEBIT: N_("Net debits of %(amount)s a week over the quarter are %(change)s"),
            Series.CREDIT: N_("Net credits of %(amount)s a week over the quarter are %(change)s"),
            Series.TURNOVER: N_("Net turnover of %(amount)s a week over the quarter is %(change)s"),
        },
        ("quarter", "none"): {
            Series.DEBIT: N_("Debits stopped over the quarter: %(change)s"),
            Series.CREDIT: N_("Credits stopped over the quarter: %(change)s"),
            Series.TURNOVER: N_("Turnover stopped over the quarter: %(change)s"),
            Series.PAYMENTS: N_("Payments stopped over the quarter: %(change)s"),
        },
        ("weeks", "some"): {
            Series.DEBIT: N_("Debits of %(amount)s a week over eight weeks are %(change)s"),
            Series.CREDIT: N_("Credits of %(amount)s a week over eight weeks are %(change)s"),
            Series.TURNOVER: N_("Turnover of %(amount)s a week over eight weeks is %(change)s"),
            Series.PAYMENTS: N_("Payments (%(amount)s a week over eight weeks) are %(change)s"),
        },
        ("weeks", "net"): {
            Series.DEBIT: N_("Net debits of %(amount)s a week over eight weeks are %(change)s"),
            Series.CREDIT: N_("Net credits of %(amount)s a week over eight weeks are %(change)s"),
            Series.TURNOVER: N_("Net turnover of %(amount)s a week over eight weeks is %(change)s"),
        },
        ("weeks", "none"): {
            Series.DEBIT: N_("Debits stopped for eight weeks: %(change)s"),
            Series.CREDIT: N_("Credits stopped for eight weeks: %(change)s"),
            Series.TURNOVER: N_("Turnover stopped for eight weeks: %(change)s"),
            Series.PAYMENTS: N_("Payments stopped for eight weeks: %(change)s"),
        },
    }
)
_ITS_BELOW = N_("%(percent)s below its %(weeks)s-week average")
_ITS_ABOVE = N_("%(percent)s above its %(weeks)s-week average")
_THEIRS_BELOW = N_("%(percent)s below their %(weeks)s-week average")
_THEIRS_ABOVE = N_("%(percent)s above their %(weeks)s-week average")
_QUARTER_BELOW: Mapping[Baseline, str] = MappingProxyType(
    {
        Baseline.QUARTER_VS_QUARTER: N_("%(percent)s below the quarter before"),
        Baseline.QUARTER_VS_YEAR: N_("%(percent)s below the year before"),
        Baseline.QUARTER_VS_LAST_YEAR: N_("%(percent)s below the same quarter last year"),
        Baseline.EIGHT_WEEKS_VS_YEAR: N_("%(percent)s below the year before"),
    }
)
_QUARTER_ABOVE: Mapping[Baseline, str] = MappingProxyType(
    {
        Baseline.QUARTER_VS_QUARTER: N_("%(percent)s above the quarter before"),
        Baseline.QUARTER_VS_YEAR: N_("%(percent)s above the year before"),
        Baseline.QUARTER_VS_LAST_YEAR: N_("%(percent)s above the same quarter last year"),
        Baseline.EIGHT_WEEKS_VS_YEAR: N_("%(percent)s above the year before"),
    }
)


_EIGHT = Baseline.EIGHT_WEEKS_VS_YEAR


def comparisons_text(compared: Sequence[ComparisonFacts], currency: str, texts: Texts, *, falls: bool) -> str:
    """One to three comparisons of one series, without the full stop. The week's, where it is there, comes first.

    The amount is that of the first window that is named.
    """
    week = [each for each in compared if each.baseline is Baseline.WEEK_VS_RECENT]
    eight = [each for each in compared if each.baseline is _EIGHT]
    quarter = [each for each in compared if each not in (*week, *eight)]
    first = (week or quarter or eight)[0]
    change = _against_weeks(first, texts, falls=falls) if week else ""
    said = {
        window: _together([_against_quarter(each, texts, falls=falls) for each in mine], texts)
        for window, mine in (("quarter", quarter), ("weeks", eight))
    }
    for window, text in (
        ("quarter", N_("%(week)s and, over the quarter, %(quarter)s")),
        ("weeks", N_("%(week)s and, over eight weeks, %(weeks)s")),
    ):
        if said[window]:
            change = texts.gettext(text, week=change, **{window: said[window]}) if change else said[window]
    opened: _Window = "week" if week else "quarter" if quarter else "weeks"
    return texts.gettext(
        _OPENINGS[opened, _sum_of(first)][first.series], amount=_amount(first, currency, texts), change=change
    )


def _sum_of(compared: ComparisonFacts) -> _Sum:
    if compared.actual > 0:
        return "some"
    return "net" if compared.actual and compared.series is not Series.PAYMENTS else "none"


def _amount(compared: ComparisonFacts, currency: str, texts: Texts) -> str:
    if compared.series is Series.PAYMENTS:
        return short_number(compared.actual, texts)
    return compact_amount(compared.actual, currency, texts)


def _against_weeks(compared: ComparisonFacts, texts: Texts, *, falls: bool) -> str:
    if compared.series is Series.TURNOVER:
        text = _ITS_BELOW if falls else _ITS_ABOVE
    else:
        text = _THEIRS_BELOW if falls else _THEIRS_ABOVE
    return texts.gettext(text, percent=_percent(compared, texts), weeks=compared.base_weeks)


def _against_quarter(compared: ComparisonFacts, texts: Texts, *, falls: bool) -> str:
    text = (_QUARTER_BELOW if falls else _QUARTER_ABOVE)[compared.baseline]
    return texts.gettext(text, percent=_percent(compared, texts))


def _together(changes: Sequence[str], texts: Texts) -> str:
    """At most three. Their own texts, as not every language joins them as it joins other lists."""
    match changes:
        case [first, second]:
            return texts.gettext("%(first)s and %(second)s", first=first, second=second)
        case [first, second, third]:
            return texts.gettext("%(first)s, %(second)s, and %(third)s", first=first, second=second, third=third)
        case _:
            return "".join(changes)


def _percent(compared: ComparisonFacts, texts: Texts) -> str:
    return texts.percent(shown_percent(compared.deviation_pct))


def shown_percent(change_pct: float) -> int:
    """How far, in whole percent. Nothing is more than 100 % lower: where more was taken back than booked, all of it
    is gone.
    """
    return abs(max(-100, round(change_pct)))


def common_text(common: CommonFacts, texts: Texts) -> str:
    """What was taken off, without the full stop; empty where nothing was."""
    group = texts.gettext(_GROUPS[common.kind], name=common.name)
    said = []
    if common.quiet_weeks:
        said.append(
            texts.ngettext(
                "of it %(n)s week of rest of %(group)s is not counted",
                "of it %(n)s weeks of rest of %(group)s are not counted",
                common.quiet_weeks,
                group=group,
            )
        )
    percent = texts.percent(shown_percent(common.size_pct))
    if round(common.size_pct) < 0:
        text = N_("%(percent)s that the typical client of %(group)s is lower is taken off")
        said.append(texts.gettext(text, group=group, percent=percent))
    if round(common.size_pct) > 0:
        text = N_("%(percent)s that the typical client of %(group)s is higher is taken off")
        said.append(texts.gettext(text, group=group, percent=percent))
    return texts.gettext("%(first)s; %(second)s", first=said[0], second=said[1]) if said[1:] else "".join(said)
