from __future__ import annotations

import numpy as np
import pytest

from detector.policies.policy import Policy, Preset, TierPolicy
from detector.state import ShardState, UnknownClient
from detector.step import WeekVolumes, step
from detector.verdicts import Verdicts
from schemas.verdicts import Baseline, Direction, Grade, Series, Verdict
from schemas.weeks import Week

FALL, RISE = Direction.FALL, Direction.RISE
PRESETS = (
    Preset(Baseline.WEEK_VS_RECENT, Series.TURNOVER, FALL, -40.0, None),
    Preset(Baseline.QUARTER_VS_QUARTER, Series.CREDIT, FALL, -10.0, -45.0),
    Preset(Baseline.QUARTER_VS_YEAR, Series.TURNOVER, FALL, -10.0, -40.0),
    Preset(Baseline.QUARTER_VS_YEAR, Series.DEBIT, RISE, 20.0, 200.0),
)
POLICY = Policy("test", 2, "A", (TierPolicy("A", 0, PRESETS, own_noise=0.0),))
LAST = 1000


def judged(debit: list[int], credit: list[int], last: tuple[int, int]) -> Verdicts:
    """One client with a history, judged in week LAST."""
    first = np.array([LAST - len(debit)], np.int32)
    state = ShardState.from_history(["X"], first, np.array([debit]), np.array([credit]), LAST - 1)
    amounts = (np.array([amount]) for amount in last)
    return step(state, WeekVolumes(Week(LAST), ["X"], first, *amounts, ledger_revision=7), POLICY, ["A"])[1]


def only(verdicts: Verdicts) -> Verdict:
    (verdict,) = verdicts.passed()
    return verdict


def test_a_verdict_carries_what_it_was_made_of() -> None:
    verdicts = judged([0] * 64, [1_000] * 52 + [500] * 12, (0, 500))
    assert [(c.series, c.baseline, c.grade) for c in only(verdicts).comparisons] == [
        (Series.TURNOVER, Baseline.QUARTER_VS_YEAR, Grade.ALARM),
        (Series.CREDIT, Baseline.QUARTER_VS_QUARTER, Grade.ALARM),
    ]
    worst = only(verdicts).comparisons[0]
    assert (worst.actual_minor, worst.expected_minor, worst.deviation_pct) == (500, 1_000, -50.0)
    assert (only(verdicts).grade, only(verdicts).ledger_revision) == (Grade.ALARM, 7)
    assert verdicts.value_at_risk_minor.tolist() == [52 * 500]


def test_the_worst_comparison_comes_first() -> None:
    # quarter_vs_year: 8.6 times its prompt; quarter_vs_quarter: an alarm; week_vs_recent: just passed.
    found = only(judged([0] * 64, [1_000] * 51 + [300] * 13, (0, 100))).comparisons
    assert [comparison.grade for comparison in found] == [Grade.ALARM, Grade.ALARM, Grade.PROMPT]
    ratios = [comparison.deviation_pct / comparison.preset_pct for comparison in found[:2]]
    assert ratios == sorted(ratios, reverse=True)


def test_a_client_can_fall_and_rise_in_one_week() -> None:
    verdicts = judged([1_000] * 52 + [1_500] * 12, [9_000] * 52 + [1_000] * 12, (1_500, 1_000))
    fall, rise = verdicts.passed()
    assert (fall.direction, rise.direction) == (FALL, RISE)
    assert fall.value_at_risk_minor == 52 * (10_000 - 2_500)
    assert (rise.grade, rise.value_at_risk_minor) == (Grade.PROMPT, 0)
    assert (verdicts.fall.tolist(), verdicts.rise.tolist()) == ([2], [1])
    assert list(verdicts.counts()) == [(v.direction, v.grade, 1) for v in (fall, rise)]


@pytest.mark.parametrize(
    ("history", "last", "a_year"),
    [
        (
            [900] * 10 + [1_000] * 50 + [400] * 12,
            400,
            50 * 600 + 2 * 500,
        ),  # against the 52 weeks before the quarter
        ([1_000] * 20 + [400] * 12, 400, 20 * 600),  # no year: as many weeks as are known, and no more
        ([1_000] * 13 + [400] * 12, 400, 13 * 600),  # the least history that has two quarters
        ([1_000] * 12 + [400] * 12, 100, 8 * 300),  # too short for quarters: the last week against the 8 before it
        ([1_000] * 30 + [900_000] + [1_000] * 21 + [400] * 12, 400, 52 * 600),  # one great payment is none
        ([1_000] * 52 + [0] * 12, -90_000, 52 * 1_000),  # no more than there was
    ],
)
def test_value_at_risk_is_the_turnover_of_a_year_that_is_missing(
    history: list[int], last: int, a_year: int
) -> None:
    assert next(judged([0] * len(history), history, (0, last)).passed()).value_at_risk_minor == a_year


def test_amounts_are_whole_minor_units_rounded_half_to_even() -> None:
    worst = only(judged([0] * 64, [1_000] * 52 + [500] * 12, (0, 507))).comparisons[0]
    assert worst.actual_minor == 501  # 6507 / 13 = 500.54
    assert worst.deviation_pct == pytest.approx((6_507 / 13 - 1_000) / 1_000 * 100)


def test_explaining_a_client_that_was_not_judged_says_so() -> None:
    with pytest.raises(UnknownClient, match="nobody was not judged"):
        judged([0] * 10, [5] * 10, (0, 5)).explain("nobody")
