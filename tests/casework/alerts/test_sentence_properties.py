"""Whatever the verdict and its explanation, the whole sentence says nothing that cannot be."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from casework.alerts.sentence import sentence
from schemas.explanations import Explanation, Finding, FindingKind, Label, Span, Strength, is_unusually_silent
from schemas.verdicts import Baseline, Common, Direction, Grade, GroupKind, LeaverScore, Series
from schemas.weeks import Week, parse_week

W = parse_week("2025-W50")
HELD = [kind for kind in FindingKind if kind is not FindingKind.VALUE_AT_RISK]
MORE_THAN_ALL = re.compile(
    r"(?:[1-9],?\d{3}|[2-9]\d\d|1[1-9]\d|10[1-9])%(?: lower| below)|(?:下降|较低)(?:[2-9]\d\d|10[1-9])"
)
percents = st.floats(-1e6, 1e6)


@st.composite
def explanations(draw: st.DrawFn) -> Explanation:
    onset = Week(W - draw(st.integers(0, 60)))
    before = Span(Week(onset - draw(st.integers(1, 52))), Week(onset - 1))
    kinds = draw(st.lists(st.sampled_from(HELD), unique=True))
    return Explanation(
        week=W,
        onset_week=onset,
        onset_earliest=Week(onset - draw(st.integers(0, 5))),
        onset_latest=onset,
        label=draw(st.sampled_from(list(Label))),
        strength=draw(st.sampled_from(list(Strength))),
        support=(0.5, 0.0, 0.0, 0.0),
        findings=tuple(
            Finding(kind, before, Span(onset, W), 1, 1, draw(st.none() | percents), 3) for kind in kinds
        ),
        version=2,
        silent_weeks=draw(st.integers(0, 60)),
        usual_silent_weeks=draw(st.integers(0, 30)),
    )


places = st.lists(
    st.tuples(st.sampled_from(list(Series)), st.sampled_from(list(Baseline)), st.integers(100, 10**12)), max_size=6
)
moved = st.floats(0.01, 100.0)  # as a share of what was expected
commons = st.builds(
    Common, st.sampled_from(list(GroupKind)), st.just("Central"), st.floats(-300, 300), st.integers(0, 3)
)


@given(
    numbers=places,
    share=moved,
    direction=st.sampled_from(list(Direction)),
    explained=st.none() | explanations(),
    common=st.none() | commons,
    chance=st.none() | st.floats(0, 1),
)
def test_no_sentence_says_what_cannot_be(
    verdict, comparison, numbers, share, direction, explained, common, chance
) -> None:
    way = -1 if direction is Direction.FALL else 1
    made = tuple(
        comparison(series, baseline, expected + way * round(share * expected), expected, Grade.ALARM)
        for series, baseline, expected in numbers
    )
    score = None if chance is None else LeaverScore(chance, "m-1", True)
    told = replace(verdict(W, direction=direction, comparisons=made), common=common, score=score)
    summary = sentence(told, "HKD", explained)
    for text in (summary.en, summary.zh):
        assert not MORE_THAN_ALL.search(text)
        assert "%(" not in text
    assert not re.search(r"\b1 weeks\b(?! left)|(?<!to )\b1 weeks left|\b0%", summary.en.replace("100%", ""))
    silent = explained is not None and is_unusually_silent(explained.silent_weeks, explained.usual_silent_weeks)
    if explained is None or not (made or score):
        assert "No payment" not in summary.en
        return
    assert (f"No payment for {explained.silent_weeks} weeks." in summary.en) == silent
    assert (f"已连续{explained.silent_weeks}周无收付。" in summary.zh) == silent
    if "since then" in summary.en:
        assert re.search(r"against the (?:\d+ weeks|week) before, ", summary.en)
        assert "走低以来与此前" in summary.zh


@given(numbers=places.filter(bool))
def test_each_of_several_comparisons_names_its_window(verdict, comparison, numbers) -> None:
    made = tuple(
        comparison(series, baseline, expected // 3, expected, Grade.ALARM) for series, baseline, expected in numbers
    )
    text = sentence(verdict(W, comparisons=made), "HKD").en
    named = ("8-week average", "the quarter before", "the year before", "the same quarter last year")
    assert len(re.findall(r"\d%", text)) == sum(text.count(each) for each in named)
    assert ("8-week average" in text) == ("in the week" in text)
