"""What counts toward the limits, as the database finds it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from casework.remedies import remedy_lifecycle
from store.remedies import limit_claims
from store.tables.remedies import limit_gate
from tests.store.remedy_rows import ALL, AT, TERMS, TODAY, draft, fill, save, spread, steps_to

YEAR = 365
AROUND = (TERMS.starts_on, TERMS.ends_on)


@pytest.fixture
def bank(store):
    return fill(store)


def claims(bank, branch: str = "B1", first: date = AROUND[0], end: date = AROUND[1]) -> dict[str, bool]:
    """Whether each remedy that counts is waiting, by the last digit of its id."""
    with bank.read() as tx:
        found = limit_claims.load_claims_near(tx, branch, first, end, YEAR)
    return {each.remedy_id[-1]: each.waiting for each in found}


@pytest.mark.parametrize(
    ("state", "counted"),
    [
        ("draft", {}),
        ("submitted", {"1": True}),
        ("returned", {}),
        ("rejected", {}),
        ("withdrawn", {}),
        ("approved", {"1": False}),
        ("active", {"1": False}),
        ("expired", {"1": False}),
        ("revoked", {"1": False}),
    ],
)
def test_what_waits_and_what_was_given_counts(bank, state, counted) -> None:
    save(bank, steps_to(state, draft()))
    assert claims(bank) == counted


def test_a_branch_counts_what_its_clients_have(bank) -> None:
    for number, client_id in ((1, "C1"), (2, "C2"), (3, "D1")):
        save(bank, steps_to("submitted", draft(number, client_id=client_id)))
    assert claims(bank) == {"1": True, "2": True}
    assert claims(bank, "B2") == {"3": True}
    assert claims(bank, "B3") == {}


def test_only_what_lies_within_the_period_is_read(bank) -> None:
    runs = [(date(2026, 2, 1), date(2026, 3, 1)), (date(2026, 12, 1), None), (date(2027, 9, 1), date(2027, 10, 1))]
    for number, (starts_on, ends_on) in enumerate(runs):
        save(bank, steps_to("approved", draft(number, spread(TERMS, starts_on, ends_on))))
    assert set(claims(bank, first=date(2026, 2, 1), end=date(2026, 3, 1))) == {"0", "1"}
    assert set(claims(bank, first=date(2027, 12, 1), end=date(2028, 1, 1))) == {"1", "2"}
    assert set(claims(bank, first=date(2031, 1, 1), end=date(2031, 2, 1))) == set()


def test_what_waits_in_a_branch_comes_by_client(bank) -> None:
    for number, client_id in ((3, "C1"), (1, "C2"), (2, "C1"), (4, "D1")):
        save(bank, steps_to("submitted", draft(number, client_id=client_id)))
    save(bank, steps_to("approved", draft(5)))
    with bank.read() as tx:
        assert [each.remedy_id[-1] for each in limit_claims.load_waiting(tx, "B1")] == ["2", "3", "1"]


def approved(bank, checker: str = "manager-b001", since=AT) -> int:
    with bank.read() as tx:
        return limit_claims.sum_approved_minor(tx, checker, since)


@pytest.mark.parametrize("state", ["approved", "active", "expired", "revoked"])
def test_what_a_person_approved_counts_in_full_whatever_became_of_it(bank, state) -> None:
    save(bank, steps_to(state, draft()))
    assert (approved(bank), approved(bank, "manager-b002")) == (TERMS.total_minor, 0)
    assert approved(bank, since=AT + timedelta(seconds=1)) == 0


def test_what_others_then_refused_or_changed_was_not_approved(bank) -> None:
    first = draft()
    waiting = remedy_lifecycle.submit(first, ("region", "head_office"), "staff-17", TODAY)
    half = remedy_lifecycle.approve(waiting, waiting.route, ALL, "manager-b001", TODAY, None)
    save(bank, [first, waiting, half])
    assert approved(bank) == TERMS.total_minor  # it waits for the second yes
    shorter = replace(TERMS, ends_on=date(2026, 4, 1))
    changed = save(bank, [remedy_lifecycle.revise(half, shorter, "staff-17", "staff-17", TODAY)])
    assert approved(bank) == 0
    again = remedy_lifecycle.submit(changed, ("region", "head_office"), "staff-17", TODAY)
    half = remedy_lifecycle.approve(again, again.route, ALL, "manager-b001", TODAY, None)
    save(bank, [again, half, remedy_lifecycle.reject(half, ALL, "approver-2", "no")])
    assert approved(bank) == 0


def test_the_gate_counts_who_passed(bank) -> None:
    for _ in range(3):
        with bank.write() as tx:
            limit_claims.lock_limits(tx)
    with bank.read() as tx:
        assert tx.execute(sa.select(limit_gate)).all() == [(1, 3)]
