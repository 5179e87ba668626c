"""The onset is found within weeks on a bank whose onsets are known, in any unit, and from the past alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.explanation.onset import FITTED_WEEKS, find_onset
from tests.detector.leavers import first_alerts

volumes = st.lists(st.integers(0, 10**10), min_size=1, max_size=104).map(lambda v: np.array(v, np.int64))


def test_most_onsets_are_found_within_six_weeks_and_the_limits_hold_four_fifths() -> None:
    found = [(find_onset(each.weeks), each.onset_ago) for each in first_alerts() if each.leaver is not None]
    assert len(found) > 200
    off = np.array([onset.weeks_ago - ago for onset, ago in found])
    held = np.mean([onset.latest <= ago <= onset.earliest for onset, ago in found])
    assert np.mean(np.abs(off) <= 4) >= 0.55
    assert np.mean(np.abs(off) <= 6) >= 0.70
    assert np.mean(np.abs(off) <= 8) >= 0.80
    assert 0.70 <= held <= 0.92
    assert abs(np.median(off)) <= 2


def test_a_cut_is_found_to_the_week() -> None:
    draw = np.random.default_rng(3)
    weeks = draw.lognormal(13.0, 0.2, FITTED_WEEKS)
    weeks[-10:] *= 0.2
    assert find_onset(weeks.astype(np.int64)).weeks_ago == 9


def test_a_client_paid_every_fourth_week_is_not_lower_since_its_last_pay() -> None:
    weeks = np.zeros(78, np.int64)
    weeks[1::4] = 1_000_000
    weeks[60:] = weeks[60:] * 3 // 10
    onset = find_onset(weeks)
    assert 78 - 60 - 4 <= onset.weeks_ago <= 78 - 60 + 4


def test_one_large_payment_in_the_past_does_not_make_the_onset() -> None:
    draw = np.random.default_rng(8)
    weeks = draw.lognormal(13.0, 0.3, 78)
    weeks[-12:] *= 0.3
    spiked = weeks.copy()
    spiked[40] *= 40
    usual, after_spike = (find_onset(each.astype(np.int64)).weeks_ago for each in (weeks, spiked))
    assert abs(usual - after_spike) <= 2


@given(weeks=volumes)
def test_the_limits_hold_the_onset_and_lie_in_the_past(weeks) -> None:
    onset = find_onset(weeks)
    assert 0 <= onset.latest <= onset.weeks_ago <= onset.earliest < len(weeks)


@given(weeks=volumes, factor=st.sampled_from([2, 4, 64, 1024]))
def test_the_unit_of_the_amounts_does_not_matter(weeks, factor) -> None:
    assert find_onset(weeks * factor) == find_onset(weeks)


@given(weeks=volumes, older=volumes)
def test_weeks_before_the_fitted_ones_do_not_matter(weeks, older) -> None:
    newest = np.resize(weeks, FITTED_WEEKS)
    assert find_onset(np.concatenate([older, newest])) == find_onset(newest)
