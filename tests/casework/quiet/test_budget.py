"""Who is let in first, and who waits."""

from __future__ import annotations

from casework.quiet.budget import Waiting, alert_worth, choose_admitted

ALERTS = [Waiting("a", "B1", 100), Waiting("b", "B1", 300), Waiting("c", "B1", 200), Waiting("d", "B2", 10)]


def test_a_branch_takes_the_most_at_stake_first() -> None:
    assert choose_admitted(ALERTS, {}, 2) == ["b", "c", "d"]


def test_what_is_used_of_the_week_is_not_free() -> None:
    assert choose_admitted(ALERTS, {"B1": 1}, 2) == ["b", "d"]
    assert choose_admitted(ALERTS, {"B1": 5, "B2": 2}, 2) == []


def test_without_a_limit_all_are_let_in() -> None:
    assert choose_admitted(ALERTS, {"B1": 99}, 0) == ["b", "c", "a", "d"]


def test_the_learned_chance_weighs_what_is_at_stake() -> None:
    assert alert_worth(300, 0.1) < alert_worth(100, 0.9)
    assert alert_worth(300) == 300 == alert_worth(300, 1.0)
