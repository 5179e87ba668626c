from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import numpy as np
import pytest

from bench.detection.not_measured import NotMeasured
from bench.detection.peers.buy_till_you_die import histories
from bench.detection.peers.series import each_series, short_quarters, short_weeks
from bench.detection.peers.standardised import FLOOR, trailing_mean, year_before
from bench.detection.rows import BANK, CHART, LEARNED, ROWS, Row
from bench.detection.sample import Branch, Floats, whole

WARM_UP, CUT = 78, 210


def test_a_trailing_mean_is_the_mean_of_its_weeks(payments: Floats) -> None:
    found = trailing_mean(payments, 13, 5)
    assert np.isnan(found[:, :17]).all()
    for week in range(17, 60):
        np.testing.assert_allclose(found[:, week], payments[:, week - 17 : week - 4].mean(axis=1))


def test_the_year_before_a_week_leaves_the_week_itself_out(payments: Floats) -> None:
    mean, deviation = year_before(payments)
    np.testing.assert_allclose(mean[:, 100], payments[:, 48:100].mean(axis=1))
    np.testing.assert_allclose(deviation[:, 100], payments[:, 48:100].std(axis=1))


def test_a_short_quarter_is_the_mean_of_its_short_weeks(payments: Floats) -> None:
    short = short_weeks(payments)
    np.testing.assert_allclose(short_quarters(short)[3, 90], short[3, 78:91].mean())
    assert np.isnan(short_quarters(short)[:, :64]).all()


def test_a_series_that_comes_again_is_scored_once(branch: Branch) -> None:
    calls = []

    def score_row(weeks: Floats) -> Floats:
        calls.append(weeks)
        return weeks * 2

    detector = each_series(score_row, lambda turnover: turnover)
    first, again = detector(whole(branch, 0)), detector(whole(branch, 0))
    assert len(calls) == len(branch.turnover)
    assert np.array_equal(first, again)
    assert np.array_equal(first, branch.turnover * 2)


def test_the_history_of_buyers_counts_paid_weeks_as_of_each_week() -> None:
    repeats, recency, age = histories(np.array([[0.0, 5, 0, 7, 7, 0]]))
    assert repeats.tolist() == [[0, 0, 0, 1, 2, 2]]
    assert recency.tolist() == [[0, 0, 0, 2, 3, 3]]
    assert age.tolist() == [[0, 0, 1, 2, 3, 4]]


@pytest.mark.parametrize("row", [row for row in ROWS if row.name != LEARNED], ids=lambda row: row.name)
@pytest.mark.filterwarnings("default")  # those of other people's packages
def test_no_score_of_a_week_looks_at_a_later_week(
    row: Row, branch: Branch, missing: Callable[[str, str], NoReturn]
) -> None:
    try:
        detector = row.make([branch])
    except NotMeasured as why:
        missing("bench", str(why))
    sample = whole(branch, 0)
    full = detector(sample)
    cut = detector(type(sample)(sample.turnover[:, :CUT], sample.branch, sample.first))
    np.testing.assert_allclose(cut, full[:, :CUT], rtol=1e-9, atol=1e-9)
    assert full.shape == sample.turnover.shape
    assert np.isfinite(full).all()
    assert np.ptp(full[:, WARM_UP:]) > 0


@pytest.mark.parametrize("row", [row for row in ROWS if row.kind in (BANK, CHART)], ids=lambda row: row.name)
def test_the_bank_s_own_practice_and_the_charts_judge_nobody_in_the_first_weeks(row: Row, branch: Branch) -> None:
    assert (row.make([branch])(whole(branch, 0))[:, :8] == FLOOR).all()
