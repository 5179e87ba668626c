"""An explanation for tests: a client that leaves since ten weeks, with a finding of each kind."""

from __future__ import annotations

from dataclasses import replace

from schemas.explanations import Explanation, Finding, FindingKind, Label, Span, Strength
from schemas.weeks import Week


def an_explanation(week: int, **changes: object) -> Explanation:
    onset = Week(week - 9)
    before, after = Span(Week(onset - 52), Week(onset - 1)), Span(onset, Week(week))
    quarter = Span(Week(onset - 13), Week(onset - 1))
    last_year, quarter_then = (Span(Week(s.first - 52), Week(s.last - 52)) for s in (after, quarter))
    told = Explanation(
        week=Week(week),
        onset_week=onset,
        onset_earliest=Week(onset - 3),
        onset_latest=Week(onset + 2),
        label=Label.LEAVING,
        strength=Strength.STRONG,
        support=(0.93, 0.0, 0.1, 0.0),
        findings=(
            Finding(FindingKind.CREDITS, before, after, 1_000_000, 400_000, -60.0),
            Finding(FindingKind.DEBITS, before, after, 900_000, 859_500, -4.5),
            Finding(FindingKind.REGULAR_DEBITS, before, after, 1_200_000, 1_210_000, 0.8),
            Finding(FindingKind.QUARTER_BEFORE, quarter, after, 1_800_000, 1_259_500, -30.0),
            Finding(FindingKind.LAST_YEAR, quarter_then, last_year, 1_700_000, 1_650_000, -2.9),
            Finding(FindingKind.SAME_WEEKS_LAST_YEAR, last_year, after, 1_650_000, 1_259_500, -23.7),
            Finding(FindingKind.INDUSTRY, before, after, None, None, 2.1, 34),
            Finding(FindingKind.BRANCH_EVENTS, before, after, 412, 405, -1.7, 30),
            Finding(FindingKind.VALUE_AT_RISK, before, after, 1_900_000, 1_259_500, -33.7),
        ),
        version=1,
    )
    return replace(told, **changes)
