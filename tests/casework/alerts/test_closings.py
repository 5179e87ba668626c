"""What follows from an alert's closing."""

from __future__ import annotations

import pytest

from casework.alerts.actions import close
from casework.alerts.closings import Rebase, consequences_of_closings
from casework.quiet.calendar import LONGEST_WEEKS
from schemas.errors import NotAllowedByRules

W = 2900


@pytest.fixture
def alert(book, verdict):
    history = book()
    for week in (W, W + 3):
        history.judge(week, verdict(week))
    return history.only()


def test_a_new_normal_begins_with_the_alerts_first_week(alert) -> None:
    assert consequences_of_closings([close(alert, "new_normal", None)]) == [Rebase("C000123", W)]


def test_an_expected_event_is_the_alerts_weeks_and_four_more(alert) -> None:
    (entry,) = consequences_of_closings([close(alert, "expected_event", "plant shut")])
    assert (entry.scope, entry.subject, entry.reason) == ("client", "C000123", "plant shut")
    assert (entry.first_week, entry.last_week, entry.alert_id) == (W, W + 7, alert.alert_id)


def test_the_weeks_of_an_expected_event_can_be_named(alert) -> None:
    (entry,) = consequences_of_closings([close(alert, "expected_event", None)], first_week=W + 5, last_week=W + 6)
    assert (entry.first_week, entry.last_week) == (W + 5, W + 6)


@pytest.mark.parametrize("weeks", [(W + 5, W + 4), (W, W + LONGEST_WEEKS)])
def test_weeks_that_make_no_sense_are_refused(alert, weeks) -> None:
    with pytest.raises(NotAllowedByRules, match="last_week"):
        consequences_of_closings([close(alert, "expected_event", None)], first_week=weeks[0], last_week=weeks[1])


def test_other_outcomes_have_no_weeks_and_no_consequence(alert) -> None:
    assert consequences_of_closings([close(alert, "false_alarm", None)]) == []
    with pytest.raises(NotAllowedByRules, match="first_week"):
        consequences_of_closings([close(alert, "new_normal", None)], first_week=W)
