"""What people may do with an alert, and what they may not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from casework.alerts.actions import (
    AlertClosed,
    SnoozeNeedsReason,
    SnoozeOutOfRange,
    SnoozeRules,
    UnknownOutcome,
    acknowledge,
    assign,
    close,
    snooze,
    take_into_case,
)
from schemas.errors import Conflict

W = 2900
TODAY = date(2025, 8, 4)
SOON = TODAY + timedelta(weeks=2)


@pytest.fixture
def alert(book, verdict):
    return book().judge(W, verdict(W))


def test_acknowledging_takes_an_alert_that_nobody_has(alert) -> None:
    seen = acknowledge(alert, "U17")
    assert (seen.state, seen.assignee, seen.touched, seen.revision) == ("acknowledged", "U17", True, 2)


def test_acknowledging_leaves_an_alert_with_the_one_who_has_it(alert) -> None:
    assert acknowledge(assign(alert, "U20"), "U17").assignee == "U20"


def test_acknowledging_twice_is_once(alert) -> None:
    seen = acknowledge(alert, "U17")
    assert acknowledge(seen, "U18") is seen


def test_acknowledging_ends_a_snooze(alert) -> None:
    seen = acknowledge(snooze(alert, SOON, "audit", TODAY), "U17")
    assert (seen.state, seen.snoozed_until, seen.snooze_reason, seen.snoozed_from) == (
        "acknowledged",
        None,
        None,
        None,
    )


def test_a_snooze_keeps_its_reason_and_the_state_it_returns_to(alert) -> None:
    asleep = snooze(acknowledge(alert, "U17"), SOON, "  audit ", TODAY)
    assert (asleep.state, asleep.snoozed_until, asleep.snooze_reason) == ("snoozed", SOON, "audit")
    assert asleep.snoozed_from == "acknowledged"
    longer = snooze(asleep, SOON + timedelta(days=1), "audit", TODAY)
    assert (longer.snoozed_from, longer.revision) == ("acknowledged", asleep.revision + 1)
    assert snooze(longer, SOON + timedelta(days=1), "audit", TODAY) is longer


@pytest.mark.parametrize("days", [-1, 0, 92])
def test_a_snooze_ends_in_the_future_and_within_13_weeks(alert, days) -> None:
    with pytest.raises(SnoozeOutOfRange) as refused:
        snooze(alert, TODAY + timedelta(days=days), "audit", TODAY)
    assert refused.value.field == "until"


@pytest.mark.parametrize("days", [1, 91])
def test_the_first_and_the_last_day_of_a_snooze_are_allowed(alert, days) -> None:
    assert snooze(alert, TODAY + timedelta(days=days), "audit", TODAY).state == "snoozed"


def test_the_bank_sets_how_long_a_snooze_may_be(alert) -> None:
    rules = SnoozeRules(longest_weeks=4)
    assert snooze(alert, TODAY + timedelta(days=28), "audit", TODAY, rules).state == "snoozed"
    with pytest.raises(SnoozeOutOfRange, match=f"by {TODAY + timedelta(days=28)} at the latest") as refused:
        snooze(alert, TODAY + timedelta(days=29), "audit", TODAY, rules)
    assert refused.value.weeks == 4


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_snooze_needs_a_reason(alert, reason) -> None:
    with pytest.raises(SnoozeNeedsReason):
        snooze(alert, SOON, reason, TODAY)


def test_closing_keeps_outcome_and_note_and_ends_a_snooze(alert) -> None:
    closed = close(snooze(alert, SOON, "audit", TODAY), "true_diversion", " second bank ")
    assert (closed.state, closed.outcome, closed.outcome_note) == ("closed", "true_diversion", "second bank")
    assert (closed.touched, closed.revision, closed.snoozed_until) == (True, 3, None)


def test_closing_twice_alike_is_once_and_otherwise_refused(alert) -> None:
    closed = close(alert, "false_alarm", None)
    assert close(closed, "false_alarm", "") is closed
    with pytest.raises(AlertClosed):
        close(closed, "new_normal", None)


@pytest.mark.parametrize("outcome", ["withdrawn", "bored"])
def test_people_close_with_a_persons_outcome_only(alert, outcome) -> None:
    with pytest.raises(UnknownOutcome):
        close(alert, outcome, None)


def test_what_the_figures_closed_is_not_closed_again_by_a_person(book, verdict) -> None:
    history = book()
    history.judge_all({W: verdict(W)}, range(W, W + 14))
    with pytest.raises(AlertClosed):
        close(history.only(), "recovered", None)


def test_assigning_to_the_same_person_changes_nothing(alert) -> None:
    given = assign(alert, "U17")
    assert (given.assignee, given.state, given.touched, given.revision) == ("U17", "open", True, 2)
    assert assign(given, "U17") is given
    assert assign(given, None).assignee is None


@pytest.mark.parametrize(
    "act",
    [lambda e: acknowledge(e, "U17"), lambda e: snooze(e, SOON, "audit", TODAY), lambda e: assign(e, "U17")],
)
def test_a_closed_alert_takes_no_more_acts(alert, act) -> None:
    with pytest.raises(Conflict):
        act(close(alert, "false_alarm", None))


def test_an_alert_that_a_case_takes_is_touched_and_wakes(alert) -> None:
    taken = take_into_case(snooze(alert, SOON, "audit", TODAY))
    assert (taken.state, taken.touched, taken.snoozed_until, taken.snoozed_from) == ("in_case", True, None, None)
    assert take_into_case(taken) is taken
    assert acknowledge(taken, "U17") is taken
    with pytest.raises(AlertClosed):
        take_into_case(close(taken, "true_decline", None))


def test_an_alert_of_a_case_goes_back_to_it_after_a_snooze(alert) -> None:
    asleep = snooze(take_into_case(alert), SOON, "audit", TODAY)
    seen = acknowledge(asleep, "U17")
    assert (seen.state, seen.assignee, seen.snoozed_from) == ("in_case", "U17", None)
