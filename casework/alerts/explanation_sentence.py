"""What the sentence of an alert says of its explanation: since when, how long is left, what it looks like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list

from schemas.explanations import Explanation, Finding, FindingKind, Label, Strength, weeks_left
from schemas.messages import Summary
from schemas.weeks import monday

_EN, _ZH = Locale("en"), Locale("zh", script="Hans")
_HOLDS_PCT = 10.0  # regular debits within it are worth the word
_SAID: Mapping[Label, tuple[FindingKind, ...]] = {
    Label.LEAVING: (FindingKind.CREDITS, FindingKind.DEBITS, FindingKind.REGULAR_DEBITS, FindingKind.INDUSTRY),
    Label.SHRINKING: (FindingKind.CREDITS, FindingKind.DEBITS, FindingKind.INDUSTRY),
    Label.SEASONAL: (FindingKind.QUARTER_BEFORE, FindingKind.LAST_YEAR, FindingKind.SAME_WEEKS_LAST_YEAR),
    Label.FEED_FAULT: (FindingKind.CREDITS, FindingKind.DEBITS, FindingKind.WITHOUT_FEED_GAPS),
}


@dataclass(frozen=True, slots=True)
class _Tongue:
    locale: Locale
    since: str
    left: str
    up_to: str
    over: str
    looks: str
    labels: Mapping[Label, str]
    strengths: Mapping[Strength, str]
    names: Mapping[FindingKind, str]
    lower: str
    higher: str
    same: str
    end: str
    comma: str


_ENGLISH = _Tongue(
    locale=_EN,
    since=" Lower since about the week of {onset} ({earliest} to {latest})",
    left=", {least} to {most} weeks left",
    up_to=", up to {most} weeks left",
    over=", more than six months ago",
    looks=" Looks like {label} ({strength} evidence)",
    labels={
        Label.LEAVING: "business leaving us",
        Label.SHRINKING: "the client's own business shrinking",
        Label.SEASONAL: "a season",
        Label.FEED_FAULT: "a fault in the data",
    },
    strengths={Strength.WEAK: "weak", Strength.FAIR: "fair", Strength.STRONG: "strong"},
    names={
        FindingKind.CREDITS: "credits",
        FindingKind.DEBITS: "debits",
        FindingKind.REGULAR_DEBITS: "regular debits",
        FindingKind.INDUSTRY: "its industry",
        FindingKind.QUARTER_BEFORE: "against the quarter before",
        FindingKind.LAST_YEAR: "a year ago",
        FindingKind.SAME_WEEKS_LAST_YEAR: "against the same weeks last year",
        FindingKind.WITHOUT_FEED_GAPS: "without the weeks of an incomplete feed",
    },
    lower="{name} {pct}% lower",
    higher="{name} {pct}% higher",
    same="{name} unchanged",
    end=".",
    comma=": ",
)
_CHINESE = _Tongue(
    locale=_ZH,
    since="约自{onset}当周起走低（{earliest}至{latest}）",
    left="，尚余{least}至{most}周",
    up_to="，至多还剩{most}周",
    over="，已超过六个月",
    looks="疑似{label}（证据{strength}）",
    labels={
        Label.LEAVING: "业务流失",
        Label.SHRINKING: "客户自身业务萎缩",
        Label.SEASONAL: "季节性波动",
        Label.FEED_FAULT: "数据缺失",
    },
    strengths={Strength.WEAK: "较弱", Strength.FAIR: "一般", Strength.STRONG: "较强"},
    names={
        FindingKind.CREDITS: "贷方",
        FindingKind.DEBITS: "借方",
        FindingKind.REGULAR_DEBITS: "固定借方",
        FindingKind.INDUSTRY: "同行业",
        FindingKind.QUARTER_BEFORE: "较此前一季度",
        FindingKind.LAST_YEAR: "去年此时",
        FindingKind.SAME_WEEKS_LAST_YEAR: "较去年同期",
        FindingKind.WITHOUT_FEED_GAPS: "剔除数据不全的周后",
    },
    lower="{name}下降{pct}%",
    higher="{name}上升{pct}%",
    same="{name}持平",
    end="。",
    comma="：",
)


def of_comparisons(summary: Summary) -> Summary:
    """The sentence of the comparisons alone, where something else says the rest."""
    first = (tongue.since.partition("{")[0] for tongue in (_ENGLISH, _CHINESE))
    en, zh = (text.partition(begins)[0] for text, begins in zip((summary.en, summary.zh), first, strict=True))
    return Summary(en, zh)


def of_reasons(summary: Summary) -> Summary:
    """The sentence of the label and its evidence alone; empty where nothing is explained."""
    first = (tongue.looks.partition("{")[0] for tongue in (_ENGLISH, _CHINESE))
    found = (text.partition(begins) for text, begins in zip((summary.en, summary.zh), first, strict=True))
    en, zh = ((begins + rest).strip() for _, begins, rest in found)
    return Summary(en, zh)


def in_english(told: Explanation) -> str:
    """To be put behind the sentence of the comparisons; begins with a blank."""
    return _in(_ENGLISH, told)


def in_chinese(told: Explanation) -> str:
    return _in(_CHINESE, told)


def _in(tongue: _Tongue, told: Explanation) -> str:
    days = {
        name: format_date(monday(week), "medium", locale=tongue.locale)
        for name, week in (
            ("onset", told.onset_week),
            ("earliest", told.onset_earliest),
            ("latest", told.onset_latest),
        )
    }
    left = weeks_left(told.onset_week, told.week)
    span = tongue.over if left.over else tongue.left if left.least else tongue.up_to
    since = tongue.since.format(**days) + span.format(least=left.least, most=left.most) + tongue.end
    label, strength = tongue.labels[told.label], tongue.strengths[told.strength]
    looks = tongue.looks.format(label=label, strength=strength)
    why = [_change(tongue, found) for found in _said(told)]
    return since + looks + (tongue.comma + format_list(why, locale=tongue.locale) if why else "") + tongue.end


def _said(told: Explanation) -> list[Finding]:
    """Findings of the label that have a change; regular debits only where they hold and all debits do not."""
    found = [each for kind in _SAID[told.label] if (each := told.finding(kind)) and each.change_pct is not None]
    debits = told.finding(FindingKind.DEBITS)
    hold = debits is not None and (debits.change_pct or 0.0) < -_HOLDS_PCT
    return [
        each
        for each in found
        if each.kind is not FindingKind.REGULAR_DEBITS or (hold and (each.change_pct or 0.0) > -_HOLDS_PCT)
    ]


def _change(tongue: _Tongue, found: Finding) -> str:
    percent = round(found.change_pct or 0.0)
    text = tongue.lower if percent < 0 else tongue.higher if percent else tongue.same
    return text.format(name=tongue.names[found.kind], pct=f"{abs(percent):,}")
