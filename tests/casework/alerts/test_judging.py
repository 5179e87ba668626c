"""The life of an episode as weeks are judged in order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.alerts.actions import acknowledge, close, snooze
from casework.alerts.episodes import EpisodeRules, alert_id_of
from casework.alerts.judging import judge_week
from casework.revisions import with_next_revision
from schemas.verdicts import Direction, Grade
from schemas.weeks import Week, monday

W = 2900
ALARM, PROMPT = Grade.ALARM, Grade.PROMPT


def test_first_verdict_opens_an_episode_with_an_id_made_from_client_direction_and_week(book, verdict) -> None:
    opened = book().judge(W, verdict(W))
    assert (opened.state, opened.grade, opened.revision, opened.opened_week) == ("open", PROMPT, 1, W)
    assert opened.alert_id == alert_id_of("C000123", Direction.FALL, W)
    assert opened.value_at_risk_minor == 120_000_000
    assert opened.unsaved_weeks == {W}


def test_a_week_without_verdict_and_episode_changes_nothing(book) -> None:
    assert book().judge(W, None) is None


def test_grade_rises_and_does_not_fall_with_later_weeks(book, verdict) -> None:
    history = book()
    grades = [history.judge(W + i, verdict(W + i, g)).grade for i, g in enumerate((PROMPT, ALARM, PROMPT))]
    assert grades == [PROMPT, ALARM, ALARM]
    assert history.only().revision == 3
    assert sorted(history.only().evidence) == [W, W + 1, W + 2]


@pytest.mark.parametrize("grade", [PROMPT, ALARM])
def test_what_nobody_touched_recovers_and_ends_by_itself_after_a_quiet_quarter(book, verdict, grade) -> None:
    history = book()
    history.judge(W, verdict(W, grade))
    assert history.judge_all({}, range(W + 1, W + 4)) == []
    recovered = history.judge(W + 4, None)
    assert (recovered.state, recovered.outcome, recovered.recovered_week) == ("open", None, W + 4)
    assert (recovered.quiet_weeks, recovered.revision) == (4, 2)
    assert history.judge_all({}, range(W + 5, W + 13)) == []
    ended = history.judge(W + 13, None)
    assert (ended.state, ended.outcome, ended.recovered_week) == ("closed", "recovered", W + 4)
    assert (ended.quiet_weeks, ended.revision, ended.grade) == (13, 3, grade)
    assert history.judge_all({}, range(W + 14, W + 30)) == []


def test_what_ends_by_itself_of_a_client_that_is_gone_did_not_recover(book, verdict) -> None:
    history = book()
    history.judge(W, verdict(W, ALARM))
    history.judge_all({}, range(W + 1, W + 13))
    ended = history.judge(W + 13, None, gone=True)
    assert (ended.state, ended.outcome, ended.quiet_weeks) == ("closed", "gone", 13)
    back = history.judge(W + 15, verdict(W + 15))
    assert (back.alert_id, back.state, back.outcome) == (ended.alert_id, "open", None)


def test_what_people_took_up_of_a_client_that_is_gone_waits_for_them(book, verdict) -> None:
    history = book()
    history.judge(W, verdict(W, ALARM))
    history.keep(with_next_revision(history.only(), state="acknowledged", touched=True))
    for week in range(W + 1, W + 40):
        history.judge(week, None, gone=True)
    assert history.only().state == "acknowledged"


def test_an_end_before_the_recovery_waits_for_it(book, verdict) -> None:
    history = book(EpisodeRules(quiet_weeks_to_recover=4, quiet_weeks_to_end=1))
    history.judge(W, verdict(W))
    (ended,) = history.judge_all({}, range(W + 1, W + 9))
    assert (ended.state, ended.recovered_week, ended.quiet_weeks) == ("closed", W + 4, 4)


def test_a_list_left_alone_for_a_year_is_no_longer_than_what_is_really_falling(book, verdict) -> None:
    falling = 3
    history = {client: book() for client in range(20)}
    for client, alone in history.items():
        last = W + 52 if client < falling else W + client  # the others fall for some weeks, and never again
        grade = ALARM if client % 2 else PROMPT
        alone.judge_all({week: verdict(week, grade) for week in range(W, last)}, range(W, W + 52))
    assert [client for client, alone in history.items() if alone.open() is not None] == list(range(falling))


def test_quiet_weeks_are_only_recorded_on_what_people_touched(book, verdict) -> None:
    history = book()
    history.keep(acknowledge(history.judge(W, verdict(W)), "U17"))
    (recorded,) = history.judge_all({}, range(W + 1, W + 30))
    assert (recorded.state, recorded.recovered_week) == ("acknowledged", W + 4)


def test_only_weeks_with_new_evidence_wait_to_be_saved(book, verdict) -> None:
    history = book()
    changes = history.judge_all({W: verdict(W, ALARM), W + 1: verdict(W + 1)}, range(W, W + 6))
    assert [change.unsaved_weeks for change in changes] == [{W}, {W, W + 1}, {W, W + 1}]


def test_a_verdict_after_recorded_recovery_takes_it_back(book, verdict) -> None:
    history = book()
    history.judge_all({W: verdict(W, ALARM)}, range(W, W + 6))
    back = history.judge(W + 6, verdict(W + 6))
    assert (back.recovered_week, back.last_week, back.quiet_weeks) == (None, W + 6, 0)


@pytest.mark.parametrize(("weeks_later", "same"), [(14, True), (17, True), (18, False)])
def test_a_return_within_the_window_reopens_the_same_episode(book, verdict, weeks_later, same) -> None:
    history = book()
    returned = W + weeks_later
    history.judge_all({W: verdict(W)}, range(W, returned))
    opened = history.judge(returned, verdict(returned))
    assert opened.state == "open"
    assert opened.outcome is None
    assert (opened.alert_id == alert_id_of("C000123", Direction.FALL, W)) is same
    assert opened.revision == (4 if same else 1)


def test_after_a_persons_final_closing_an_equal_verdict_rests_and_then_opens_a_new_episode(book, verdict) -> None:
    history = book()
    first = history.keep(close(history.judge(W, verdict(W)), "true_decline", None))
    changes = history.judge_all({week: verdict(week) for week in range(W + 1, W + 6)}, range(W + 1, W + 6))
    assert [change.opened_week for change in changes] == [W + 5]
    assert changes[0].alert_id != first.alert_id


def test_a_worse_verdict_does_not_rest(book, verdict) -> None:
    history = book()
    history.keep(close(history.judge(W, verdict(W)), "false_alarm", "checked"))
    opened = history.judge(W + 1, verdict(W + 1, ALARM))
    assert (opened.opened_week, opened.grade) == (W + 1, ALARM)
    assert history.judge(W + 2, verdict(W + 2)).alert_id == opened.alert_id


def test_a_closing_as_expected_event_is_reopened_after_its_rest(book, verdict) -> None:
    history = book()
    first = history.keep(close(history.judge(W, verdict(W)), "expected_event", "summer closing"))
    assert history.judge(W + 4, verdict(W + 4)) is None
    again = history.judge(W + 5, verdict(W + 5))
    assert (again.alert_id, again.state, again.revision, again.touched) == (first.alert_id, "open", 3, True)
    assert again.outcome_note is None


def test_a_new_alarm_breaks_a_snooze_back_to_the_state_before(book, verdict) -> None:
    for act, state in ((lambda e: e, "open"), (lambda e: acknowledge(e, "U17"), "acknowledged")):
        history = book()
        first = act(history.judge(W, verdict(W)))
        today = monday(W + 1)
        asleep = snooze(first, today + timedelta(weeks=10), "audit week", today)
        history.episodes[asleep.alert_id] = asleep
        assert history.judge(W + 1, verdict(W + 1)).state == "snoozed"
        woken = history.judge(W + 2, verdict(W + 2, ALARM))
        assert (woken.state, woken.snoozed_until, woken.snooze_reason, woken.snoozed_from) == (
            state,
            None,
            None,
            None,
        )


def test_the_alarm_that_was_snoozed_does_not_break_its_own_snooze_but_one_after_a_pause_does(book, verdict) -> None:
    history = book()
    today = monday(W + 1)
    history.keep(snooze(history.judge(W, verdict(W, ALARM)), today + timedelta(weeks=10), "known", today))
    assert history.judge(W + 1, verdict(W + 1, ALARM)).state == "snoozed"
    assert history.judge(W + 2, None) is None
    assert history.judge(W + 3, verdict(W + 3, ALARM)).state == "open"


def test_a_snooze_ends_with_the_first_judged_week_that_ends_after_its_date(book, verdict) -> None:
    history = book(EpisodeRules(quiet_weeks_to_recover=20))
    today = monday(W + 1)
    sunday_after_next = monday(W + 3) - timedelta(days=1)
    history.keep(snooze(history.judge(W, verdict(W)), sunday_after_next, "holiday", today))
    assert history.judge(W + 1, None) is None
    assert history.judge(W + 2, None).state == "open"


def test_a_snooze_until_a_monday_lasts_over_the_sunday_before_it(book, verdict) -> None:
    history = book(EpisodeRules(quiet_weeks_to_recover=20))
    history.keep(snooze(history.judge(W, verdict(W)), monday(W + 2), "holiday", monday(W + 1)))
    assert history.judge(W + 1, None) is None
    assert history.judge(W + 2, None).state == "open"


def test_a_week_of_a_shard_changes_each_episode_once_in_a_fixed_order(verdict) -> None:
    fall, rise = verdict(W), verdict(W, direction=Direction.RISE)
    changed = judge_week({}, {}, [rise, fall], Week(W), EpisodeRules())
    assert [e.direction for e in changed] == [Direction.FALL, Direction.RISE]
    open_ = {(e.client_id, e.direction): e for e in changed}
    assert judge_week(open_, {}, [fall, rise], Week(W), EpisodeRules()) == []


@pytest.mark.parametrize("state", ["open", "acknowledged", "in_case"])
def test_a_rise_ends_by_itself_in_its_fourth_quiet_week_whoever_has_seen_it(book, verdict, state) -> None:
    history = book()
    rise = history.judge(W, verdict(W, direction=Direction.RISE))
    if state != "open":
        history.keep(with_next_revision(rise, state=state, touched=True, assignee="staff-1"))
    changes = history.judge_all({}, range(W + 1, W + 5))
    assert [e.state for e in changes] == ["in_case" if state == "in_case" else "closed"]
    assert changes[-1].recovered_week == W + 4
    assert (changes[-1].outcome == "recovered") == (state != "in_case")
