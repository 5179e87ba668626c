from __future__ import annotations

import numpy as np

from detector.comparisons.sums import window_sum
from detector.comparisons.windows import LAGS, PAIRS, QUARTER, YEAR_BEFORE
from schemas.verdicts import Baseline


def test_comparisons_need_the_weeks_that_the_architecture_says() -> None:
    assert {pair.baseline: pair.need for pair in PAIRS} == {
        Baseline.WEEK_VS_RECENT: 9,
        Baseline.QUARTER_VS_QUARTER: 26,
        Baseline.QUARTER_VS_YEAR: 65,
        Baseline.QUARTER_VS_LAST_YEAR: 65,
        Baseline.EIGHT_WEEKS_VS_YEAR: 60,
    }


def test_window_sums_are_exact_where_the_running_total_wrapped() -> None:
    weekly = 80_000_000_000_000_003
    start = 2**63 - 5 * weekly  # wraps within the windows
    total = {lag: np.array([[start + (65 - lag) * weekly], [-start], [7 * (65 - lag)]], object) for lag in LAGS}
    wrapped = {lag: ((two + 2**63) % 2**64 - 2**63).astype(np.int64) for lag, two in total.items()}
    assert window_sum(wrapped, QUARTER).ravel().tolist() == [13 * weekly, 0, 13 * weekly, 13 * 7]
    assert window_sum(wrapped, YEAR_BEFORE).ravel().tolist() == [52 * weekly, 0, 52 * weekly, 52 * 7]
