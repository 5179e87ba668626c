"""What the calendar holds back: it shows, and it opens when the same passes in a week that is not suppressed."""

from __future__ import annotations

from casework.alerts.actions import acknowledge
from casework.alerts.episodes import EpisodeRules
from casework.alerts.judging import judge_week
from schemas.verdicts import Direction, Grade
from schemas.weeks import Week

W = 2900
KEY = ("C000123", Direction.FALL)
RULES = EpisodeRules()
HELD = frozenset({"C000123"})


def judged(current, verdicts, week, suppressed=frozenset(), closed=None):
    """The episode after the week; the one before where nothing changed."""
    now = {KEY: current} if current is not None else {}
    before = {KEY: closed} if closed is not None else {}
    changed = judge_week(now, before, verdicts, Week(week), RULES, suppressed)
    return changed[0] if changed else current


def test_an_alert_of_a_suppressed_week_is_suppressed_with_its_verdict(verdict) -> None:
    held = judged(None, [verdict(W, Grade.ALARM)], W, HELD)
    assert (held.state, held.grade, held.revision) == ("suppressed", Grade.ALARM, 1)
    assert held.evidence[W].comparisons
    assert held.value_at_risk_minor == 120_000_000


def test_it_stays_so_as_long_as_weeks_are_suppressed_and_opens_with_the_next_that_is_not(verdict) -> None:
    held = judged(None, [verdict(W)], W, HELD)
    held = judged(held, [verdict(W + 1)], W + 1, HELD)
    assert held.state == "suppressed"
    held = judged(held, [], W + 2)
    assert held.state == "suppressed"
    opened = judged(held, [verdict(W + 3)], W + 3)
    assert (opened.state, sorted(opened.evidence)) == ("open", [W, W + 1, W + 3])


def test_what_does_not_come_again_recovers_unseen_also_an_alarm(verdict) -> None:
    held = judged(None, [verdict(W, Grade.ALARM)], W, HELD)
    for week in range(W + 1, W + 15):
        held = judged(held, [], week) if held.state != "closed" else held
    assert (held.state, held.outcome) == ("closed", "recovered")


def test_an_alert_that_is_open_already_stays_open(verdict) -> None:
    opened = judged(None, [verdict(W)], W)
    assert judged(opened, [verdict(W + 1)], W + 1, HELD).state == "open"


def test_what_a_person_took_up_is_not_moved_by_the_calendar(verdict) -> None:
    held = acknowledge(judged(None, [verdict(W)], W, HELD), "staff-17")
    assert held.state == "acknowledged"
    assert judged(held, [verdict(W + 1)], W + 1, HELD).state == "acknowledged"


def test_a_return_in_a_suppressed_week_is_suppressed(verdict) -> None:
    alert = judged(None, [verdict(W)], W)
    for week in range(W + 1, W + 14):
        alert = judged(alert, [], week)
    assert alert.state == "closed"
    again = judged(None, [verdict(W + 15)], W + 15, HELD, closed=alert)
    assert (again.state, again.alert_id) == ("suppressed", alert.alert_id)


def test_other_clients_are_not_held(verdict) -> None:
    assert judged(None, [verdict(W)], W, frozenset({"C2"})).state == "open"
