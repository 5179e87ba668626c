"""What the sentence of an alert says of its explanation: since when, how long is left, what it looks like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from casework.alerts.comparison_sentence import shown_percent
from language.catalogues import Texts
from language.marking import N_
from schemas.explanations import (
    Explanation,
    FindingKind,
    Label,
    Strength,
    WeeksLeft,
    is_unusually_silent,
    weeks_left,
)
from schemas.weeks import Week, monday

_HOLDS_PCT = 10.0  # regular debits within it are worth the word
_FINDINGS_OF: Mapping[Label, tuple[FindingKind, ...]] = MappingProxyType(
    {
        Label.LEAVING: (
            FindingKind.CREDITS,
            FindingKind.DEBITS,
            FindingKind.REGULAR_DEBITS,
            FindingKind.INDUSTRY,
        ),
        Label.SHRINKING: (FindingKind.CREDITS, FindingKind.DEBITS, FindingKind.INDUSTRY),
        Label.SEASONAL: (
            FindingKind.QUARTER_BEFORE,
            FindingKind.LAST_YEAR,
            FindingKind.SAME_WEEKS_LAST_YEAR,
        ),
        Label.FEED_FAULT: (FindingKind.CREDITS, FindingKind.DEBITS, FindingKind.WITHOUT_FEED_GAPS),
        Label.UNKNOWN: (FindingKind.CREDITS, FindingKind.DEBITS, FindingKind.INDUSTRY),
    }
)
_LABELS: Mapping[Label, str] = MappingProxyType(
    {
        Label.LEAVING: N_("business leaving us"),
        Label.SHRINKING: N_("the client's own business shrinking"),
        Label.SEASONAL: N_("a season"),
        Label.FEED_FAULT: N_("a fault in the data"),
    }
)
_STRENGTHS: Mapping[Strength, str] = MappingProxyType(
    {Strength.WEAK: N_("weak"), Strength.FAIR: N_("fair"), Strength.STRONG: N_("strong")}
)
_FINDINGS: Mapping[FindingKind, str] = MappingProxyType(
    {
        FindingKind.CREDITS: N_("credits"),
        FindingKind.DEBITS: N_("debits"),
        FindingKind.REGULAR_DEBITS: N_("regular debits"),
        FindingKind.INDUSTRY: N_("its industry"),
        FindingKind.QUARTER_BEFORE: N_("against the quarter before"),
        FindingKind.LAST_YEAR: N_("a year ago"),
        FindingKind.SAME_WEEKS_LAST_YEAR: N_("against the same weeks last year"),
        FindingKind.WITHOUT_FEED_GAPS: N_("without the weeks of an incomplete feed"),
    }
)


@dataclass(frozen=True, slots=True)
class ExplanationFacts:
    """What is said of an explanation. `changes`: of each finding in percent, None where nothing was before.

    `before_weeks`: what the weeks since the onset are compared with, 0 where nothing is. `silent_weeks`: without a
    payment, 0 where that is usual.
    """

    onset_week: Week
    onset_earliest: Week
    onset_latest: Week
    left: WeeksLeft
    label: Label
    strength: Strength
    changes: Mapping[FindingKind, float | None]
    before_weeks: int = 0
    silent_weeks: int = 0


def explanation_facts(explanation: Explanation) -> ExplanationFacts:
    """As of the explanation's own week."""
    credits_ = explanation.finding(FindingKind.CREDITS)
    return ExplanationFacts(
        explanation.onset_week,
        explanation.onset_earliest,
        explanation.onset_latest,
        weeks_left(explanation.onset_week, explanation.week),
        explanation.label,
        explanation.strength,
        {finding.kind: finding.change_pct for finding in explanation.findings},
        0 if credits_ is None else credits_.before_weeks.last - credits_.before_weeks.first + 1,
        said_silence(explanation.silent_weeks, explanation.usual_silent_weeks),
    )


def said_silence(silent_weeks: int, usual_silent_weeks: int) -> int:
    """The weeks without a payment; 0 where they are usual."""
    return silent_weeks if is_unusually_silent(silent_weeks, usual_silent_weeks) else 0


def since_sentence(facts: ExplanationFacts, texts: Texts) -> str:
    """Since when it is lower, and how many weeks are left of the client's trial of another bank."""
    days = {
        "onset": texts.day(monday(facts.onset_week)),
        "earliest": texts.day(monday(facts.onset_earliest)),
        "latest": texts.day(monday(facts.onset_latest)),
    }
    if facts.left.over:
        return texts.gettext(
            "Lower since about the week of %(onset)s (%(earliest)s to %(latest)s), more than six months ago.",
            **days,
        )
    if not facts.left.least:
        return texts.ngettext(
            "Lower since about the week of %(onset)s (%(earliest)s to %(latest)s), up to %(most)s week left.",
            "Lower since about the week of %(onset)s (%(earliest)s to %(latest)s), up to %(most)s weeks left.",
            facts.left.most,
            most=facts.left.most,
            **days,
        )
    return texts.gettext(
        "Lower since about the week of %(onset)s (%(earliest)s to %(latest)s), %(least)s to %(most)s weeks left.",
        least=facts.left.least,
        most=facts.left.most,
        **days,
    )


def silence_sentence(facts: ExplanationFacts, texts: Texts) -> str:
    """That no payment came for longer than is usual; empty where some did."""
    if not facts.silent_weeks:
        return ""
    return texts.ngettext("No payment for %(n)s week.", "No payment for %(n)s weeks.", facts.silent_weeks)


def reasons_sentence(facts: ExplanationFacts, texts: Texts) -> str:
    """What it looks like, and the findings that this rests on."""
    changes = [_change(kind, change, texts) for kind, change in _changes_to_name(facts)]
    if facts.label is Label.UNKNOWN:
        return _unknown(facts, changes, texts)
    label, strength = texts.gettext(_LABELS[facts.label]), texts.gettext(_STRENGTHS[facts.strength])
    if not changes:
        return texts.gettext("Looks like %(label)s (%(strength)s evidence).", label=label, strength=strength)
    return texts.gettext(
        "Looks like %(label)s (%(strength)s evidence): %(changes)s.",
        label=label,
        strength=strength,
        changes=_named_window(facts, texts.listed(changes), texts),
    )


def _unknown(facts: ExplanationFacts, changes: list[str], texts: Texts) -> str:
    if not changes:
        return texts.gettext("Falling, cause unknown.")
    named = _named_window(facts, texts.listed(changes), texts)
    return texts.gettext("Falling, cause unknown: %(changes)s.", changes=named)


def _named_window(facts: ExplanationFacts, changes: str, texts: Texts) -> str:
    """Which weeks are compared, so that nobody takes them for those of the presets. A season's name their own."""
    if facts.label is Label.SEASONAL or not facts.before_weeks:
        return changes
    return texts.ngettext(
        "since then, against the week before, %(changes)s",
        "since then, against the %(n)s weeks before, %(changes)s",
        facts.before_weeks,
        changes=changes,
    )


def _changes_to_name(facts: ExplanationFacts) -> list[tuple[FindingKind, float]]:
    """Findings of the label that have a change; regular debits only where they hold and all debits do not."""
    found = [
        (kind, change) for kind in _FINDINGS_OF[facts.label] if (change := facts.changes.get(kind)) is not None
    ]
    debits_fall = (facts.changes.get(FindingKind.DEBITS) or 0.0) < -_HOLDS_PCT
    return [
        (kind, change)
        for kind, change in found
        if kind is not FindingKind.REGULAR_DEBITS or (debits_fall and change > -_HOLDS_PCT)
    ]


def _change(kind: FindingKind, change_pct: float, texts: Texts) -> str:
    whole = round(change_pct)
    name, percent = texts.gettext(_FINDINGS[kind]), texts.percent(shown_percent(change_pct))
    if whole < 0:
        return texts.gettext("%(name)s %(percent)s lower", name=name, percent=percent)
    if whole > 0:
        return texts.gettext("%(name)s %(percent)s higher", name=name, percent=percent)
    return texts.gettext("%(name)s unchanged", name=name)
