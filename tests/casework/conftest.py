"""Verdicts and histories for the tests of episodes: one client, numbers that agree with each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from casework.alerts.episodes import Episode, EpisodeRules
from casework.alerts.judging import judge
from schemas.verdicts import Baseline, Comparison, Direction, Grade, Series, Verdict
from schemas.weeks import Week

WINDOWS = {
    Baseline.WEEK_VS_RECENT: (1, 8),
    Baseline.QUARTER_VS_QUARTER: (13, 13),
    Baseline.QUARTER_VS_YEAR: (13, 52),
    Baseline.QUARTER_VS_LAST_YEAR: (13, 13),
    Baseline.EIGHT_WEEKS_VS_YEAR: (8, 52),
}


def compared(
    series: Series, baseline: Baseline, actual_minor: int, expected_minor: int, grade: Grade
) -> Comparison:
    weeks, base_weeks = WINDOWS[baseline]
    deviation_pct = (actual_minor - expected_minor) / expected_minor * 100
    preset_pct = deviation_pct / 2
    return Comparison(
        series, baseline, weeks, base_weeks, actual_minor, expected_minor, deviation_pct, preset_pct, grade
    )


def a_verdict(
    week: int,
    grade: Grade = Grade.PROMPT,
    *,
    actual_minor: int = 31_000_000,
    direction: Direction = Direction.FALL,
    comparisons: tuple[Comparison, ...] | None = None,
    value_at_risk_minor: int = 120_000_000,
    ledger_revision: int = 1,
) -> Verdict:
    if comparisons is None:
        comparisons = (compared(Series.CREDIT, Baseline.WEEK_VS_RECENT, actual_minor, 50_000_000, grade),)
    return Verdict(
        "C000123", Week(week), direction, grade, comparisons, value_at_risk_minor, "standard-1", ledger_revision
    )


@dataclass
class Book:
    """The episodes of one client and direction, kept as the store keeps them."""

    rules: EpisodeRules = field(default_factory=EpisodeRules)
    episodes: dict[str, Episode] = field(default_factory=dict)

    def judge(self, week: int, verdict: Verdict | None, *, gone: bool = False) -> Episode | None:
        """Judge one week; what changed is kept."""
        closed = [e for e in self.episodes.values() if e.state == "closed" and e.opened_week <= week]
        last_closed = max(closed, key=lambda e: e.opened_week, default=None)
        changed = judge(self.open(), last_closed, verdict, Week(week), self.rules, gone=gone)
        return None if changed is None else self.keep(changed)

    def judge_all(self, verdicts: Mapping[int, Verdict], weeks: range) -> list[Episode]:
        """Judge weeks in order; the changed episodes, one for each change."""
        changes = [self.judge(week, verdicts.get(week)) for week in weeks]
        return [change for change in changes if change is not None]

    def keep(self, changed: Episode) -> Episode:
        before = self.episodes.get(changed.alert_id)
        assert changed.revision == (before.revision if before else 0) + 1
        self.episodes[changed.alert_id] = changed
        assert sum(e.state != "closed" for e in self.episodes.values()) <= 1
        return changed

    def open(self) -> Episode | None:
        return next((e for e in self.episodes.values() if e.state != "closed"), None)

    def only(self) -> Episode:
        (episode,) = self.episodes.values()
        return episode


@pytest.fixture(scope="session")
def verdict() -> Callable[..., Verdict]:
    return a_verdict


@pytest.fixture(scope="session")
def comparison() -> Callable[..., Comparison]:
    return compared


@pytest.fixture(scope="session")
def book() -> type[Book]:
    return Book
