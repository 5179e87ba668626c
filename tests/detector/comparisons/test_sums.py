from __future__ import annotations

from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from detector.comparisons.sums import Mean

TOTALS = st.integers(-(10**18), 10**18)
WEEKS = st.integers(1, 104)


@given(TOTALS, WEEKS)
@example(1, 2)
@example(3, 2)
@example(-1, 2)
def test_a_mean_is_rounded_as_the_fraction_is(total: int, weeks: int) -> None:
    assert Mean(total, weeks).rounded() == round(Fraction(total, weeks))


@given(TOTALS, WEEKS, TOTALS, WEEKS)
def test_a_change_is_that_of_the_fractions_to_the_last_digit(
    total: int, weeks: int, after: int, after_weeks: int
) -> None:
    was, now = Fraction(total, weeks), Fraction(after, after_weeks)
    wanted = float((now - was) / was * 100) if was > 0 else None
    assert Mean(total, weeks).change_pct_to(Mean(after, after_weeks)) == wanted
