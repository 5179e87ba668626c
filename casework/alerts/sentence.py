"""The sentence of an alert, in any language, from the verdict's numbers alone.

It has up to four parts, each a whole sentence made by itself: the comparisons, since when and how long is left,
that no payment came where that is unusual, and the reasons. The published summary is all of them in English and in
Simplified Chinese; a page may show one of them.

Percentages are the deviations rounded to whole ones; amounts are compact (language.amounts). "The week" and "the
quarter" are the verdict's: a sentence is read for weeks after it was made.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal

from casework.alerts.comparison_sentence import CommonFacts, ComparisonFacts, common_text, comparisons_text
from casework.alerts.episodes import leading_series
from casework.alerts.explanation_sentence import (
    ExplanationFacts,
    explanation_facts,
    reasons_sentence,
    silence_sentence,
    since_sentence,
)
from casework.alerts.weekly_means import mean_units
from language.amounts import compact_amount
from language.catalogues import Texts, texts_in
from schemas.explanations import Explanation
from schemas.messages import Summary
from schemas.money import major_units
from schemas.verdicts import Comparison, Direction, Series, Verdict

_MOST_COMPARISONS = 3  # more than three are a table, not a sentence


@dataclass(frozen=True, slots=True)
class SentenceFacts:
    """What the sentence is made of. `comparisons`: worst first; those of other series than `series` are left out.

    `at_risk`: units of `currency` a year. `common`: what was taken off the leading one. `chance`: by the learned
    score, None where no model was in use.
    """

    direction: Direction
    series: Series
    comparisons: tuple[ComparisonFacts, ...]
    at_risk: Decimal
    currency: str
    chance: float | None = None
    explanation: ExplanationFacts | None = None
    common: CommonFacts | None = None

    @property
    def withdrawn(self) -> bool:
        """Whether a correction left nothing of the alert, and so nothing to explain."""
        return not self.comparisons and self.chance is None


def sentence(verdict: Verdict, currency: str, explanation: Explanation | None = None) -> Summary:
    """The published summary of a verdict and its explanation. Raises NotMoney for an unknown currency."""
    facts = sentence_facts(verdict, currency, explanation)
    english, chinese = (whole_sentence(facts, texts_in(language)) for language in ("en", "zh-Hans"))
    return Summary(en=english, zh=chinese)


def sentence_facts(verdict: Verdict, currency: str, explanation: Explanation | None) -> SentenceFacts:
    """What is said of a verdict, whose amounts are in minor units of `currency`."""

    def compared(comparison: Comparison) -> ComparisonFacts:
        actual = mean_units(comparison.series, comparison.actual_minor, currency)
        return ComparisonFacts(
            comparison.series, comparison.baseline, comparison.base_weeks, actual, comparison.deviation_pct
        )

    return SentenceFacts(
        verdict.direction,
        leading_series(verdict),
        tuple(compared(comparison) for comparison in verdict.comparisons),
        major_units(verdict.value_at_risk_minor, currency),
        currency,
        None if verdict.score is None else verdict.score.probability,
        None if explanation is None else explanation_facts(explanation),
        None if verdict.common is None else CommonFacts(**asdict(verdict.common)),
    )


def whole_sentence(facts: SentenceFacts, texts: Texts) -> str:
    """All parts, one behind the other: the comparisons, since when it is so, silence, the reasons."""
    whole = comparisons_sentence(facts, texts)
    if facts.explanation is not None and not facts.withdrawn:
        said = (since_sentence, silence_sentence, reasons_sentence)
        for part in filter(None, (say(facts.explanation, texts) for say in said)):
            whole = texts.gettext("%(sentence)s %(next_sentence)s", sentence=whole, next_sentence=part)
    return whole


def comparisons_sentence(facts: SentenceFacts, texts: Texts) -> str:
    """The first part: what the worst comparisons say, else the learned score, else that nothing is left of it."""
    if facts.withdrawn:
        return texts.gettext("After a correction of the figures no preset is passed.")
    return _comparisons(facts, texts) if facts.comparisons else _score(facts, facts.chance or 0.0, texts)


def _comparisons(facts: SentenceFacts, texts: Texts) -> str:
    leading = [each for each in facts.comparisons if each.series is facts.series][:_MOST_COMPARISONS]
    falls = facts.direction is Direction.FALL
    text = comparisons_text(leading, facts.currency, texts, falls=falls)
    if facts.common is not None and (taken_off := common_text(facts.common, texts)):
        text = texts.gettext("%(comparisons)s; %(common)s", comparisons=text, common=taken_off)
    if falls and facts.at_risk >= 1:
        amount = compact_amount(facts.at_risk, facts.currency, texts)
        return texts.gettext(
            "%(comparisons)s; about %(amount)s of turnover a year at risk.", comparisons=text, amount=amount
        )
    return texts.gettext("%(comparisons)s.", comparisons=text)


def shown_chance(chance: float) -> int:
    """In whole percent: nobody is sure to leave, nor sure to stay."""
    return min(max(round(100 * chance), 1), 99)


def _score(facts: SentenceFacts, chance: float, texts: Texts) -> str:
    """Of a prompt that the learned score alone raised."""
    return texts.gettext(
        "No preset is passed, but the learned score puts the chance of leaving at %(percent)s; "
        "about %(amount)s of turnover a year at risk.",
        percent=texts.percent(shown_chance(chance)),
        amount=compact_amount(facts.at_risk, facts.currency, texts),
    )
