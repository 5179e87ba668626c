"""Remedies are found by what is asked for, page by page, as they stand today."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from schemas.errors import NotFound
from store.remedies import remedy_search
from store.remedies.remedy_search import RemedyFilter
from tests.store.remedy_rows import AT, CASES, TERMS, TODAY, draft, fill, save, spread, steps_to


@pytest.fixture
def bank(store):
    """Five of C1 and one each of C2 and D1, proposed an hour apart."""
    fill(store)
    states = ["draft", "submitted", "approved", "active", "revoked"]
    for number, state in enumerate(states):
        save(store, steps_to(state, draft(number)), AT + timedelta(hours=number))
    save(store, steps_to("submitted", draft(5, client_id="C2")), AT + timedelta(hours=5))
    save(store, steps_to("submitted", draft(6, spread(TERMS, TODAY, None), "D1")), AT - timedelta(hours=6))
    return store


def found(bank, today: date = TODAY, *, only_branch=None, after=None, limit=50, **wanted) -> str:
    with bank.read() as tx:
        rows = remedy_search.search(
            tx, RemedyFilter(**wanted), today, only_branch=only_branch, after=after, limit=limit
        )
    return "".join(row.remedy.remedy_id[-1] for row in rows)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({}, "6012345"),
        ({"only_branch": "B1"}, "012345"),
        ({"branch": "B2"}, "6"),
        ({"only_branch": "B1", "branch": "B2"}, ""),
        ({"states": ("submitted",)}, "615"),
        ({"states": ("draft", "submitted")}, "6015"),
        ({"states": ("approved", "active")}, "23"),
        ({"level": "branch"}, "615"),
        ({"level": "region"}, ""),
        ({"type": "marketing"}, "6"),
        ({"client_id": "C2"}, "5"),
        ({"case_id": CASES["D1"]}, "6"),
        ({"limit": 2}, "60"),
    ],
)
def test_each_filter_looks_at_its_own_field(bank, wanted, numbers) -> None:
    # One stored as active stands as approved until its start: what is kept ran ahead of the day asked about.
    today = TERMS.starts_on if "approved" in wanted.get("states", ()) else TODAY
    assert found(bank, today, **wanted) == numbers


@pytest.mark.parametrize(
    ("today", "approved", "active", "expiring", "expired"),
    [(TODAY, "23", "", "", ""), (date(2026, 3, 1), "", "23", "", ""), (date(2026, 5, 1), "", "", "", "23")],
)
def test_a_state_is_that_of_the_day_asked_about(bank, today, approved, active, expiring, expired) -> None:
    for state, numbers in zip(
        ("approved", "active", "expiring", "expired"), (approved, active, expiring, expired), strict=True
    ):
        assert found(bank, today, states=(state,)) == numbers


def test_pages_follow_on_without_gap_or_repeat(bank) -> None:
    seen, after = "", None
    for _ in range(10):
        with bank.read() as tx:
            rows = remedy_search.search(tx, RemedyFilter(), TODAY, only_branch=None, after=after, limit=2)
        if not rows:
            break
        seen, after = seen + "".join(row.remedy.remedy_id[-1] for row in rows), rows[-1].place
    assert seen == "6012345"


def test_those_of_one_moment_come_by_their_id(store) -> None:
    fill(store)
    for number in (2, 1, 3):
        save(store, steps_to("submitted", draft(number)))
    with store.read() as tx:
        first = remedy_search.search(tx, RemedyFilter(), TODAY, only_branch=None, after=None, limit=1)[0]
    assert found(store, after=first.place) == "23"


def test_one_is_shown_with_its_client_and_when_it_was_approved(bank) -> None:
    with bank.read() as tx:
        row = remedy_search.get(tx, draft(2).remedy_id, TODAY, only_branch="B1")
    hour = AT + timedelta(hours=2)
    assert (row.client_name, row.branch_id, row.approved_at) == ("C1 Trading", "B1", {"branch": hour})
    assert (row.proposed_at, row.submitted_at) == (hour, hour)


def test_another_branchs_is_not_there(bank) -> None:
    with bank.read() as tx, pytest.raises(NotFound):
        remedy_search.get(tx, draft(2).remedy_id, TODAY, only_branch="B2")
