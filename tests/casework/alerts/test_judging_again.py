"""Weeks judged again after late data: evidence is replaced or withdrawn, and the same numbers change nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.alerts.actions import acknowledge, close, snooze
from schemas.verdicts import Grade
from schemas.weeks import monday

W = 2900
WEEKS = range(W, W + 45)
ALARM, PROMPT, NONE = Grade.ALARM, Grade.PROMPT, Grade.NONE
grades = st.lists(
    st.sampled_from([NONE, NONE, NONE, PROMPT, PROMPT, ALARM]), min_size=len(WEEKS), max_size=len(WEEKS)
)


def test_other_numbers_replace_the_evidence_of_their_week(book, verdict) -> None:
    history = book()
    history.judge_all({W: verdict(W), W + 1: verdict(W + 1)}, range(W, W + 2))
    changed = history.judge(W, verdict(W, actual_minor=30_000_000))
    assert changed.revision == 3
    assert changed.evidence[W].comparisons[0].actual_minor == 30_000_000
    assert changed.last_week == W + 1


def test_the_value_at_risk_is_that_of_the_last_week_as_it_now_stands(book, verdict) -> None:
    history = book()
    history.judge_all({W: verdict(W), W + 1: verdict(W + 1)}, range(W, W + 2))
    assert history.judge(W, verdict(W, value_at_risk_minor=7)).value_at_risk_minor == 120_000_000
    assert history.judge(W + 1, verdict(W + 1, value_at_risk_minor=9)).value_at_risk_minor == 9


def test_the_same_numbers_of_another_ledger_revision_change_nothing(book, verdict) -> None:
    history = book()
    history.judge(W, verdict(W))
    assert history.judge(W, verdict(W, ledger_revision=7)) is None


def test_an_untouched_alert_without_evidence_is_withdrawn(book, verdict) -> None:
    history = book()
    history.judge(W, verdict(W, ALARM))
    withdrawn = history.judge(W, None)
    assert (withdrawn.state, withdrawn.outcome, withdrawn.revision) == ("closed", "withdrawn", 2)
    assert withdrawn.value_at_risk_minor == 0
    assert withdrawn.newest.comparisons == ()
    assert withdrawn.newest.value_at_risk_minor == 0
    assert history.judge(W, None) is None


def test_a_withdrawn_alert_has_no_quiet_weeks_behind_it(book, verdict) -> None:
    history = book()
    (_, recorded) = history.judge_all({W: verdict(W, ALARM)}, range(W, W + 6))
    assert recorded.quiet_weeks == 4
    assert history.judge(W, None).quiet_weeks == 0


def test_a_touched_alert_without_evidence_gains_a_revision_and_stays(book, verdict) -> None:
    history = book()
    history.keep(acknowledge(history.judge(W, verdict(W, ALARM)), "U17"))
    changed = history.judge(W, None)
    assert (changed.state, changed.grade, changed.revision, changed.value_at_risk_minor) == (
        "acknowledged",
        ALARM,
        3,
        0,
    )


def test_a_withdrawn_alert_whose_week_passes_again_is_the_same_alert(book, verdict) -> None:
    history = book()
    history.judge(W, verdict(W))
    history.judge(W, None)
    again = history.judge(W, verdict(W, ALARM))
    assert (history.only(), again.state, again.grade, again.revision) == (again, "open", ALARM, 3)


def test_a_correction_lowers_an_untouched_alert_and_not_a_touched_one(book, verdict) -> None:
    untouched, touched = book(), book()
    untouched.judge(W, verdict(W, ALARM))
    touched.keep(acknowledge(touched.judge(W, verdict(W, ALARM)), "U17"))
    assert untouched.judge(W, verdict(W)).grade is PROMPT
    assert touched.judge(W, verdict(W)).grade is ALARM


def test_other_numbers_of_the_alarm_that_was_snoozed_do_not_break_the_snooze(book, verdict) -> None:
    history, today = book(), monday(W + 1)
    history.keep(snooze(history.judge(W, verdict(W, ALARM)), today + timedelta(weeks=10), "known", today))
    changed = history.judge(W, verdict(W, ALARM, actual_minor=30_000_000))
    assert (changed.state, changed.snooze_reason) == ("snoozed", "known")


def test_quiet_weeks_count_from_the_evidence_that_is_left(book, verdict) -> None:
    history = book()
    history.judge_all({W: verdict(W), W + 2: verdict(W + 2)}, range(W, W + 4))
    changes = history.judge_all({}, range(W + 2, W + 14))
    assert [(c.last_week, c.state) for c in changes] == [(W, "open"), (W, "open"), (W, "closed")]
    assert [c.recovered_week for c in changes] == [None, W + 4, W + 4]


def test_a_verdict_found_late_inside_a_recovered_episode_reopens_it(book, verdict) -> None:
    history = book()
    history.judge_all({W: verdict(W)}, range(W, W + 15))
    changes = history.judge_all({W + 3: verdict(W + 3)}, range(W + 3, W + 17))
    assert [(c.state, c.last_week) for c in changes] == [("open", W + 3), ("open", W + 3), ("closed", W + 3)]
    assert history.only().recovered_week == W + 7


def test_a_verdict_found_late_in_the_quiet_weeks_of_an_ended_episode_reopens_it(book, verdict) -> None:
    history = book()
    ended = history.judge_all({W: verdict(W, ALARM)}, range(W, W + 15))[-1]
    reopened = history.judge_all({W + 8: verdict(W + 8)}, range(W + 8, W + 15))[0]
    assert (reopened.alert_id, reopened.state, reopened.last_week) == (ended.alert_id, "open", W + 8)
    assert history.open() is not None


def test_an_alarm_found_late_inside_an_ended_prompt_is_over_as_well(book, verdict) -> None:
    history = book()
    history.judge_all({W: verdict(W)}, range(W, W + 15))
    changed = history.judge(W, verdict(W, ALARM))
    assert (changed.state, changed.grade, changed.outcome) == ("closed", ALARM, "recovered")


def test_other_numbers_of_an_ended_prompt_do_not_reopen_it(book, verdict) -> None:
    history = book()
    history.judge_all({W: verdict(W)}, range(W, W + 15))
    changed = history.judge(W, verdict(W, actual_minor=30_000_000))
    assert (changed.state, changed.outcome, changed.recovered_week) == ("closed", "recovered", W + 4)


def test_an_alarm_found_late_does_not_reopen_what_another_episode_has_followed(book, verdict) -> None:
    history = book()
    history.judge_all({W: verdict(W), W + 20: verdict(W + 20)}, range(W, W + 21))
    changed = history.judge(W, verdict(W, ALARM))
    assert (changed.opened_week, changed.state, changed.grade) == (W, "closed", ALARM)
    assert history.open().opened_week == W + 20


def test_a_recovered_episode_whose_evidence_goes_was_never_one(book, verdict) -> None:
    history = book()
    history.judge_all({W: verdict(W)}, range(W, W + 10))
    assert history.judge(W, None).outcome == "withdrawn"


@pytest.mark.parametrize("again", [NONE, PROMPT, ALARM])
def test_what_a_person_closed_stays_closed_and_keeps_its_outcome(book, verdict, again) -> None:
    history = book()
    first = history.keep(close(history.judge(W, verdict(W)), "true_diversion", "moved"))
    changed = history.judge(W, verdict(W, again, actual_minor=20_000_000) if again else None)
    assert (changed.state, changed.outcome, changed.grade) == ("closed", "true_diversion", PROMPT)
    assert changed.revision == first.revision + 1
    assert changed.evidence[W].grade is again


def test_a_verdict_found_before_an_open_episode_becomes_its_first_week(book, verdict) -> None:
    history = book()
    first = history.judge(W + 5, verdict(W + 5))
    changed = history.judge(W + 3, verdict(W + 3))
    assert (changed.alert_id, changed.opened_week, changed.last_week) == (first.alert_id, W + 3, W + 5)


@given(grades=grades, start=st.integers(0, len(WEEKS) - 1), closings=st.sets(st.sampled_from(WEEKS), max_size=3))
def test_judging_any_weeks_again_with_the_same_numbers_changes_nothing(
    book, verdict, grades, start, closings
) -> None:
    verdicts = {week: verdict(week, grade) for week, grade in zip(WEEKS, grades, strict=True) if grade}
    history = book()
    for week in WEEKS:
        history.judge(week, verdicts.get(week))
        if week in closings and history.open() is not None:
            history.keep(close(history.open(), "true_decline", None))
    assert history.judge_all(verdicts, WEEKS[start:]) == []


@given(before=grades, after=grades, start=st.integers(0, len(WEEKS) - 1))
def test_late_data_leads_to_the_evidence_and_the_standing_of_data_in_time(
    book, verdict, before, after, start
) -> None:
    early = {week: verdict(week, grade) for week, grade in zip(WEEKS, before, strict=True) if grade}
    late = {week: verdict(week, grade) for week, grade in zip(WEEKS, after, strict=True) if grade}
    truth = {week: (early if week < WEEKS[start] else late).get(week) for week in WEEKS}
    truth = {week: v for week, v in truth.items() if v is not None}
    amended, in_time = book(), book()
    amended.judge_all(early, WEEKS)
    amended.judge_all(truth, WEEKS[start:])
    in_time.judge_all(truth, WEEKS)
    evidence = [item for e in amended.episodes.values() for item in e.live.items()]
    assert sorted(evidence, key=lambda item: item[0]) == sorted(truth.items())
    assert (amended.open() is None) == (in_time.open() is None)
    if amended.open() is not None:
        same = {"last_week", "recovered_week", "value_at_risk_minor"}
        assert {getattr(amended.open(), n) for n in same} == {getattr(in_time.open(), n) for n in same}
    assert amended.judge_all(truth, WEEKS) == []
