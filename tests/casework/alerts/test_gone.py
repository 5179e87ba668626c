"""What is said of a client that is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casework.alerts.gone import Going, one_each, warned_weeks, year_before
from schemas.verdicts import Direction

W = 2900


def going(last_paid: int | None = W + 10, onset: int | None = None) -> Going:
    return Going("a", "C000123", last_paid, onset, tried=False)


@pytest.fixture
def alert(book, verdict):
    return book().judge(W, verdict(W))


@pytest.mark.parametrize(("last_paid", "weeks"), [(W + 10, 10), (W + 1, 1), (W, None), (W - 5, None), (None, None)])
def test_a_bank_was_warned_where_payments_still_came_after_the_alert(alert, last_paid, weeks) -> None:
    assert warned_weeks(alert, going(last_paid)) == weeks


def test_a_rise_warns_of_nothing(alert) -> None:
    assert warned_weeks(replace(alert, direction=Direction.RISE), going()) is None


def test_what_was_lost_is_the_year_before_the_fall_began(alert) -> None:
    assert year_before(alert, going()) == (W - 52, W)
    assert year_before(alert, going(onset=W - 9)) == (W - 61, W - 9)


def test_a_client_is_told_of_by_its_earliest_fall(alert) -> None:
    rise = replace(alert, alert_id="r", direction=Direction.RISE, opened_week=W - 30)
    late = replace(alert, alert_id="l", opened_week=W + 3)
    other = replace(rise, client_id="C2")
    assert {each.alert_id for each in one_each([rise, late, alert])} == {alert.alert_id}
    assert {each.client_id for each in one_each([late, other])} == {"C000123", "C2"}
