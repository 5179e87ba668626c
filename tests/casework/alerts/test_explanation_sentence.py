"""What is said of an explanation is in its numbers, in English and in Simplified Chinese."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casework.alerts.explanation_sentence import explanation_facts, reasons_sentence, since_sentence
from casework.alerts.sentence import comparisons_sentence, sentence, sentence_facts
from language.catalogues import texts_in
from schemas.explanations import Explanation, Finding, FindingKind, Label, Span, Strength
from schemas.weeks import Week, parse_week

W = parse_week("2025-W50")
SPANS = (Span(Week(W - 61), Week(W - 10)), Span(Week(W - 9), W))


def finding(kind: FindingKind, change: float | None) -> Finding:
    return Finding(kind, *SPANS, 100, 50, change)


LEAVING = Explanation(
    week=W,
    onset_week=Week(W - 9),
    onset_earliest=Week(W - 12),
    onset_latest=Week(W - 8),
    label=Label.LEAVING,
    strength=Strength.STRONG,
    support=(1.0, 0.0, 0.0, 0.0),
    findings=(
        finding(FindingKind.CREDITS, -60.2),
        finding(FindingKind.DEBITS, 1.4),
        finding(FindingKind.REGULAR_DEBITS, -2.0),
        finding(FindingKind.INDUSTRY, None),
        finding(FindingKind.QUARTER_BEFORE, -30.0),
        finding(FindingKind.LAST_YEAR, -28.0),
        finding(FindingKind.SAME_WEEKS_LAST_YEAR, 0.2),
        finding(FindingKind.WITHOUT_FEED_GAPS, -4.0),
    ),
    version=1,
)


def said(verdict, **changes):
    return sentence(verdict(W), "HKD", replace(LEAVING, **changes))


def test_it_says_since_when_how_long_is_left_and_what_it_looks_like(verdict) -> None:
    told = said(verdict)
    assert told.en.endswith(
        "of turnover a year at risk. Lower since about the week of Oct 6, 2025 (Sep 15, 2025 to Oct 13, 2025), "
        "3 to 16 weeks left. Looks like business leaving us (strong evidence): "
        "since then, against the 52 weeks before, credits 60% lower and debits 1% higher."
    )
    assert told.zh.endswith(
        "面临流失。约自2025年10月6日当周起走低（2025年9月15日至2025年10月13日），尚余3至16周。"
        "疑似业务流失（证据较强）：走低以来与此前52周相比，贷方下降60%和借方上升1%。"
    )


@pytest.mark.parametrize(
    ("ago", "en", "zh"),
    [
        (14, ", up to 11 weeks left.", "，至多还剩11周。"),
        (30, ", more than six months ago.", "，已超过六个月。"),
    ],
)
def test_a_window_that_closes_or_is_over_is_said(verdict, ago, en, zh) -> None:
    told = said(verdict, onset_week=Week(W - ago), onset_earliest=Week(W - ago))
    assert en in told.en
    assert zh in told.zh


@pytest.mark.parametrize(
    ("label", "en", "zh"),
    [
        (
            Label.SHRINKING,
            "shrinking (weak evidence): since then, against the 52 weeks before, credits 60% lower and",
            "自身业务萎缩（证据较弱）",
        ),
        (
            Label.SEASONAL,
            "quarter before 30% lower, a year ago 28% lower, and against the same weeks last year unchanged.",
            "季节性波动（证据较弱）：较此前一季度下降30%、去年此时下降28%和较去年同期持平。",
        ),
        (
            Label.UNKNOWN,
            "Falling, cause unknown: since then, against the 52 weeks before, credits 60% lower and",
            "下降原因不明：走低以来与此前52周相比，贷方下降60%和借方上升1%。",
        ),
        (Label.FEED_FAULT, "without the weeks of an incomplete feed 4% lower.", "剔除数据不全的周后下降4%。"),
    ],
)  # fmt: skip
def test_each_label_is_told_with_the_findings_it_rests_on(verdict, label, en, zh) -> None:
    told = said(verdict, label=label, strength=Strength.WEAK)
    assert en in told.en
    assert zh in told.zh


def test_of_an_unknown_cause_no_evidence_is_praised(verdict) -> None:
    told = said(verdict, label=Label.UNKNOWN, strength=Strength.WEAK)
    assert "evidence" not in told.en
    assert "证据" not in told.zh
    assert said(verdict, label=Label.UNKNOWN, findings=()).en.endswith("weeks left. Falling, cause unknown.")


def test_regular_debits_that_hold_while_others_fall_are_worth_a_word(verdict) -> None:
    fallen = tuple(replace(f, change_pct=-50.0) if f.kind is FindingKind.DEBITS else f for f in LEAVING.findings)
    assert "regular debits 2% lower" in said(verdict, findings=fallen).en
    assert "固定借方下降2%" in said(verdict, findings=fallen).zh


def test_the_sentence_of_the_comparisons_can_be_had_alone(verdict) -> None:
    plain = sentence(verdict(W), "HKD")
    facts = sentence_facts(verdict(W), "HKD", LEAVING)
    assert comparisons_sentence(facts, texts_in("en")) == plain.en
    assert comparisons_sentence(facts, texts_in("zh-Hans")) == plain.zh


def test_the_sentence_of_the_reasons_can_be_had_alone() -> None:
    facts = explanation_facts(LEAVING)
    english, chinese = (reasons_sentence(facts, texts_in(language)) for language in ("en", "zh-Hans"))
    assert english == (
        "Looks like business leaving us (strong evidence): since then, against the 52 weeks before, "
        "credits 60% lower and debits 1% higher."
    )
    assert chinese == "疑似业务流失（证据较强）：走低以来与此前52周相比，贷方下降60%和借方上升1%。"


def test_the_parts_joined_are_the_published_sentence(verdict) -> None:
    whole, facts = said(verdict), sentence_facts(verdict(W), "HKD", LEAVING)
    english, chinese = (
        [
            comparisons_sentence(facts, texts),
            since_sentence(explanation_facts(LEAVING), texts),
            reasons_sentence(explanation_facts(LEAVING), texts),
        ]
        for texts in (texts_in("en"), texts_in("zh-Hans"))
    )
    assert " ".join(english) == whole.en
    assert "".join(chinese) == whole.zh


@pytest.mark.parametrize(
    ("silent", "usual", "en", "zh"),
    [
        (7, 3, " No payment for 7 weeks. Looks", "已连续7周无收付。"),
        (2, 0, " No payment for 2 weeks. Looks", "已连续2周无收付。"),
        (4, 3, None, None),  # one more than is usual
        (1, 0, None, None),
    ],
)
def test_that_no_payment_came_is_said_where_that_is_unusual(verdict, silent, usual, en, zh) -> None:
    told = said(verdict, silent_weeks=silent, usual_silent_weeks=usual)
    assert en in told.en if en else "No payment" not in told.en
    assert zh in told.zh if zh else "无收付" not in told.zh


def test_nothing_is_explained_of_a_verdict_that_was_withdrawn(verdict) -> None:
    withdrawn = verdict(W, comparisons=())
    assert sentence(withdrawn, "HKD", LEAVING) == sentence(withdrawn, "HKD")


def test_an_explanation_without_findings_says_its_label_alone(verdict) -> None:
    assert said(verdict, findings=()).en.endswith("Looks like business leaving us (strong evidence).")
