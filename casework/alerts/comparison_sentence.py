"""What the sentence of an alert says of its comparisons: how much moved, and how far that is from the usual.

A text stands for each series as a whole, so that verbs and pronouns agree with it in every language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from language.amounts import compact_amount
from language.catalogues import Texts
from language.marking import N_
from schemas.verdicts import Baseline, GroupKind, Series

_Window = Literal["week", "quarter"]
_Sum = Literal["some", "none", "net"]  # net: more was taken back than booked, a negative sum


@dataclass(frozen=True, slots=True)
class ComparisonFacts:
    """One preset passed. `actual`: the weekly mean in units of the currency; `deviation_pct`: signed."""

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
        },
        ("quarter", "some"): {
            Series.DEBIT: N_("Debits of %(amount)s a week over the quarter are %(change)s"),
            Series.CREDIT: N_("Credits of %(amount)s a week over the quarter are %(change)s"),
            Series.TURNOVER: N_("Turnover of %(amount)s a week over the quarter is %(change)s"),
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
    }
)
_QUARTER_ABOVE: Mapping[Baseline, str] = MappingProxyType(
    {
        Baseline.QUARTER_VS_QUARTER: N_("%(percent)s above the quarter before"),
        Baseline.QUARTER_VS_YEAR: N_("%(percent)s above the year before"),
        Baseline.QUARTER_VS_LAST_YEAR: N_("%(percent)s above the same quarter last year"),
    }
)


def comparisons_text(compared: Sequence[ComparisonFacts], currency: str, texts: Texts, *, falls: bool) -> str:
    """One to three comparisons of one series, without the full stop. The week's, where it is there, comes first."""
    week = [each for each in compared if each.baseline is Baseline.WEEK_VS_RECENT]
    quarter = [each for each in compared if each.baseline is not Baseline.WEEK_VS_RECENT]
    first = (week or quarter)[0]
    against_weeks = _against_weeks(first, texts, falls=falls) if week else ""
    against_quarters = _together([_against_quarter(each, texts, falls=falls) for each in quarter], texts)
    change = against_weeks or against_quarters
    if against_weeks and against_quarters:
        change = texts.gettext(
            "%(week)s and, over the quarter, %(quarter)s", week=against_weeks, quarter=against_quarters
        )
    window: _Window = "week" if week else "quarter"
    sum_: _Sum = "some" if first.actual > 0 else "net" if first.actual else "none"
    amount = compact_amount(first.actual, currency, texts)
    return texts.gettext(_OPENINGS[window, sum_][first.series], amount=amount, change=change)


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
