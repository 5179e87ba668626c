"""Weeks in which less is expected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from casework.quiet.calendar import NOTHING, Entry, calendar_version, new_entry, rest_weeks, suppressions
from schemas.errors import NotAllowedByRules
from schemas.weeks import Week, monday

W = Week(2900)
ENTRY = Entry("e-1", "client", "C1", W, Week(W + 3), "works holidays")


def test_an_entry_holds_from_its_first_week_through_its_last() -> None:
    held = [
        week for week in range(W - 2, W + 7) if suppressions([ENTRY], Week(week), frozenset()).covers("C1", "B1")
    ]
    assert held == [W, W + 1, W + 2, W + 3]


def test_it_holds_whom_it_names() -> None:
    of = [("C1", "B1"), ("C2", "B1"), ("D1", "B2")]
    for entry, held in (
        (ENTRY, [True, False, False]),
        (replace(ENTRY, scope="branch", subject="B1"), [True, True, False]),
        (replace(ENTRY, scope="bank", subject=""), [True, True, True]),
    ):
        found = suppressions([entry], W, frozenset())
        assert [found.covers(*who) for who in of] == held


def test_a_week_of_rest_holds_everybody() -> None:
    assert suppressions([], W, frozenset({W})).covers("C9", "B9")
    assert suppressions([], W, frozenset({Week(W + 1)})) == NOTHING


def test_three_working_days_make_a_week_of_rest() -> None:
    day = monday(W)
    assert rest_weeks([day, day + timedelta(1), day + timedelta(2)]) == {W}
    assert rest_weeks([day, day + timedelta(1), day + timedelta(5), day + timedelta(6)]) == frozenset()
    assert rest_weeks([day, day, day]) == frozenset()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"last_week": Week(W - 1)}, "before it begins"),
        ({"last_week": Week(W + 26)}, "new_normal"),
        ({"first_week": Week(W - 9), "last_week": Week(W - 6)}, "is over"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(changes: dict[str, Week], says: str) -> None:
    with pytest.raises(NotAllowedByRules, match=says):
        new_entry(replace(ENTRY, **changes), Week(W - 5))
    assert new_entry(ENTRY, W) is ENTRY


def test_the_version_changes_with_what_is_suppressed_and_not_with_why() -> None:
    base = calendar_version("HK-1", [ENTRY])
    assert calendar_version("HK-1", [replace(ENTRY, reason="other", entry_id="e-2")]) == base
    assert calendar_version("HK-1", [replace(ENTRY, last_week=Week(W + 4))]) != base
    assert calendar_version("HK-1", []) != base
    assert date(2025, 1, 1) not in rest_weeks([])
