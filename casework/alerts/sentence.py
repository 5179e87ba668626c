"""One sentence an alert, in English and in Simplified Chinese, from the verdict's numbers alone.

Percentages are the deviations rounded to whole ones; amounts have two or three figures and are written compactly
by CLDR's rules. "The week" and "the quarter" are the verdict's: a sentence is read for weeks after it was made.
"""

from __future__ import annotations

from decimal import Context, Decimal

from babel import Locale
from babel.lists import format_list
from babel.numbers import format_compact_currency

from casework.alerts.episodes import leading_series
from casework.alerts.explanation_sentence import in_chinese, in_english
from schemas.explanations import Explanation
from schemas.messages import Summary
from schemas.money import minor_digits
from schemas.verdicts import Baseline, Comparison, Direction, LeaverScore, Series, Verdict

_SAID = 3  # comparisons: more than three are a table, not a sentence
_EN, _ZH = Locale("en"), Locale("zh", script="Hans")
_COMPACT_STEP = {_EN: 3, _ZH: 4}  # digits from one unit to the next: thousand, million; 万, 亿

_EN_NAME = {Series.DEBIT: "Debits", Series.CREDIT: "Credits", Series.TURNOVER: "Turnover"}
_EN_QUARTER = {
    Baseline.QUARTER_VS_QUARTER: "the quarter before",
    Baseline.QUARTER_VS_YEAR: "the year before",
    Baseline.QUARTER_VS_LAST_YEAR: "the same quarter last year",
}
_ZH_NAME = {Series.DEBIT: "借方", Series.CREDIT: "贷方", Series.TURNOVER: "借贷"}
_ZH_QUARTER = {
    Baseline.QUARTER_VS_QUARTER: "前一季度",
    Baseline.QUARTER_VS_YEAR: "前一年",
    Baseline.QUARTER_VS_LAST_YEAR: "去年同期",
}
_WITHDRAWN = Summary(
    en="After a correction of the figures no preset is passed.", zh="数据更正后，各项偏离均未超过预设值。"
)


def sentence(verdict: Verdict, currency: str, explanation: Explanation | None = None) -> Summary:
    """What the worst comparisons of the leading series say, and the explanation of it, in a sentence or two more.

    Amounts in `currency`. Raises NotMoney if unknown.
    """
    if not verdict.comparisons:
        return _WITHDRAWN if verdict.score is None else _by_score(verdict, verdict.score, currency, explanation)
    series = leading_series(verdict)
    said = [comparison for comparison in verdict.comparisons if comparison.series is series][:_SAID]
    week = [c for c in said if c.baseline is Baseline.WEEK_VS_RECENT]
    quarter = [c for c in said if c.baseline is not Baseline.WEEK_VS_RECENT]
    falls = verdict.direction is Direction.FALL
    en, zh = _english(week, quarter, currency, falls=falls), _chinese(week, quarter, currency, falls=falls)
    if falls and verdict.value_at_risk_minor >= 10 ** minor_digits(currency):
        en += f"; about {_amount(verdict.value_at_risk_minor, currency, _EN)} a year at risk"
        zh += f"；年化约{_amount(verdict.value_at_risk_minor, currency, _ZH)}面临流失"
    return _explained(en, zh, explanation)


def _by_score(verdict: Verdict, score: LeaverScore, currency: str, explanation: Explanation | None) -> Summary:
    """Of a prompt that the learned score alone raised."""
    percent = round(100 * score.probability)
    at_risk_en, at_risk_zh = (_amount(verdict.value_at_risk_minor, currency, locale) for locale in (_EN, _ZH))
    return _explained(
        f"No preset is passed, but the learned score puts the chance of leaving at {percent}%; about {at_risk_en} "
        "a year at risk",
        f"未超过预设值，但学习评分显示流失概率为{percent}%；年化约{at_risk_zh}面临流失",
        explanation,
    )


def _explained(en: str, zh: str, explanation: Explanation | None) -> Summary:
    if explanation is None:
        return Summary(en=en + ".", zh=zh + "。")
    return Summary(en=f"{en}.{in_english(explanation)}", zh=f"{zh}。{in_chinese(explanation)}")


def compact_amount(minor: int, currency: str, language: str) -> str:
    """An amount as in the sentence: HK$1.2M in English, HK$120万 where the language is a Chinese one."""
    return _amount(minor, currency, _ZH if language.startswith("zh") else _EN)


def _english(week: list[Comparison], quarter: list[Comparison], currency: str, *, falls: bool) -> str:
    first = (week or quarter)[0]
    turnover = first.series is Series.TURNOVER
    word = "below" if falls else "above"
    name = _EN_NAME[first.series] if first.actual_minor >= 0 else f"Net {_EN_NAME[first.series].lower()}"
    when = "in the week" if week else "a week over the quarter"
    if first.actual_minor:
        text = f"{name} of {_amount(first.actual_minor, currency, _EN)} {when} {'is' if turnover else 'are'} "
    else:
        text = f"{name} stopped {'in the week' if week else 'over the quarter'}: "
    over_quarter = format_list([f"{_percent(c)} {word} {_EN_QUARTER[c.baseline]}" for c in quarter], locale=_EN)
    if not week:
        return text + over_quarter
    text += f"{_percent(first)} {word} {'its' if turnover else 'their'} {first.base_weeks}-week average"
    return f"{text} and, over the quarter, {over_quarter}" if quarter else text


def _chinese(week: list[Comparison], quarter: list[Comparison], currency: str, *, falls: bool) -> str:
    first = (week or quarter)[0]
    word = "下降" if falls else "上升"
    name = _ZH_NAME[first.series] + ("发生额" if first.actual_minor >= 0 else "净发生额")
    when = "当周" if week else f"近{first.weeks}周"
    if first.actual_minor:
        text = f"{when}{name}{'' if week else '周均'}{_amount(first.actual_minor, currency, _ZH)}，"
    else:
        text = f"{when}无{name}，"
    over_quarter = "、".join(f"较{_ZH_QUARTER[c.baseline]}{word}{_percent(c)}" for c in quarter)
    if not week:
        return text + over_quarter
    text += f"较此前{first.base_weeks}周周均{word}{_percent(first)}"
    return f"{text}，近{quarter[0].weeks}周周均{over_quarter}" if quarter else text


def _percent(comparison: Comparison) -> str:
    return f"{abs(round(comparison.deviation_pct)):,}%"  # both languages group by comma


def _amount(minor: int, currency: str, locale: Locale) -> str:
    """A compact amount such as HK$1.2M or HK$120万: whole units below a thousand, else one digit behind at most."""
    units = Decimal(minor).scaleb(-minor_digits(currency))
    whole = units.to_integral_value()
    if abs(whole) >= 1000:
        figures = 2 if units.adjusted() % _COMPACT_STEP[locale] == 0 else 3
        whole = units.normalize(Context(prec=figures))
    return format_compact_currency(f"{whole:f}", currency, locale=locale, fraction_digits=1)
