"""Remedies in the database: what is saved is read back, with who took which part, and its message once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import msgspec
import pytest
import sqlalchemy as sa

from casework import remedies as rules
from casework.message import ClientFacts
from casework.remedies import Approval, Remedy
from casework.terms import FeeTerms, Terms
from schemas.errors import NotFound, StaleRevision
from schemas.messages import RemedyMessage
from store import outbox, remedies
from store.tables_casework import client_case, remedy_approval, remedy_part

AT = datetime(2026, 1, 13, 2, tzinfo=UTC)
TODAY = date(2026, 1, 13)
CASE, OTHER_CASE = "00000000-0000-4000-8000-0000000000c1", "00000000-0000-4000-8000-0000000000c2"
FACTS = ClientFacts("C1", "C1 Trading", "B1", "A")
FEE = FeeTerms("ACCT-MAINT", 120_000, 100, 40_000_000, 2_800_000)
TERMS = Terms(date(2026, 2, 1), date(2026, 5, 1), 0, 15_000_000, "they asked for it", FEE)
ALL = frozenset({"branch", "region", "head_office"})


def draft(number: int = 1, terms: Terms = TERMS, case_id: str = CASE, client_id: str = "C1") -> Remedy:
    return rules.propose(
        f"00000000-0000-4000-8000-{number:012d}",
        case_id,
        client_id,
        "fee_waiver" if terms.fee else "marketing",
        terms,
        owner="staff-17",
        actor="staff-17",
        today=TODAY,
    )


@pytest.fixture
def bank(store):
    """A store with a case of C1 and one of C2."""
    row = {"revision": 1, "state": "plan", "origin": "alert", "alarm": True, "lead": "manager-b001"}
    row |= {"opened_at": AT, "opened_week": 2900, "times_reopened": 0}
    with store.write() as tx:
        tx.execute(
            sa.insert(client_case),
            [row | {"case_id": CASE, "client_id": "C1"}, row | {"case_id": OTHER_CASE, "client_id": "C2"}],
        )
    return store


def save(bank, *steps: Remedy) -> None:
    for remedy in steps:
        with bank.write() as tx:
            remedies.save(tx, remedy, FACTS, "HKD", AT)


def get(bank, remedy: Remedy) -> Remedy:
    with bank.read() as tx:
        return remedies.get(tx, remedy.remedy_id)


def sent(bank) -> list[RemedyMessage]:
    with bank.read() as tx:
        return [msgspec.json.decode(u.message.value, type=RemedyMessage) for u in outbox.unsent(tx, 100)]


def whole_life() -> list[Remedy]:
    """Every revision of one that two levels approve and that is revoked."""
    first = draft()
    second = rules.submit(first, ("region", "head_office"), "staff-17", TODAY)
    third = rules.approve(second, second.route, ALL, "approver-1", TODAY, None)
    fourth = rules.approve(third, third.route, ALL, "approver-2", TODAY, "for a quarter")
    return [first, second, third, fourth, rules.revoke(fourth, date(2026, 3, 1), "they left")]


def test_every_revision_is_read_back_as_it_was_saved(bank) -> None:
    for step in whole_life():
        save(bank, step)
        assert get(bank, step) == step


def test_a_remedy_without_a_fee_is_read_back_too(bank) -> None:
    plain = draft(terms=Terms(date(2026, 2, 1), None, 5_000, 0))
    save(bank, plain)
    assert get(bank, plain) == plain


def test_there_is_one_message_for_the_approval_and_one_for_the_revocation(bank) -> None:
    save(bank, *whole_life())
    assert [(m.revision, m.state, m.ended_on) for m in sent(bank)] == [
        (4, "approved", None),
        (5, "revoked", date(2026, 3, 1)),
    ]


def test_a_remedy_that_ages_out_is_told_of_as_ended_once(bank) -> None:
    approved = whole_life()[:4]
    save(bank, *approved)
    expiring = rules.age(approved[-1], date(2026, 4, 20))
    over = rules.age(expiring, date(2026, 5, 1))
    save(bank, expiring, over)
    assert (expiring.state, over.state, rules.age(over, date(2026, 6, 1))) == ("expiring", "expired", over)
    assert [(m.state, m.ended_on) for m in sent(bank)] == [("approved", None), ("ended", date(2026, 5, 1))]


def test_a_stale_revision_keeps_nothing(bank) -> None:
    steps = whole_life()
    save(bank, *steps[:3])
    with pytest.raises(StaleRevision) as stale:
        save(bank, rules.reject(steps[1], ALL, "approver-9", "no"))
    assert (stale.value.expected, stale.value.actual) == (2, 3)
    with pytest.raises(StaleRevision):
        save(bank, steps[0])
    assert get(bank, steps[2]) == steps[2]


def test_what_was_approved_before_it_was_sent_back_is_void_and_can_be_approved_again(bank) -> None:
    first, second, third, *_ = whole_life()
    back = rules.send_back(third, ALL, "approver-2", "shorter, please")
    again = rules.submit(back, ("region", "head_office"), "staff-17", TODAY)
    save(bank, first, second, third, back, again, rules.approve(again, again.route, ALL, "approver-1", TODAY, None))
    with bank.read() as tx:
        rows = tx.execute(
            sa.select(remedy_approval.c.terms_version, remedy_approval.c.checker, remedy_approval.c.void).order_by(
                remedy_approval.c.terms_version
            )
        ).all()
    assert rows == [(1, "approver-1", True), (2, "approver-1", False)]
    assert get(bank, first).approvals == (Approval(2, "region", "approver-1"),)


def test_what_is_not_there_is_not_found(bank) -> None:
    with bank.write() as tx, pytest.raises(NotFound):
        remedies.get(tx, CASE, for_update=True)


def test_the_remedies_of_a_case_and_of_a_client_are_told_apart(bank) -> None:
    mine, other = draft(1), replace(draft(2, case_id=OTHER_CASE), client_id="C2")
    save(bank, mine, other)
    with bank.read() as tx:
        assert remedies.of_case(tx, CASE) == [mine] == remedies.of_client(tx, "C1")
        assert remedies.states_of_case(tx, OTHER_CASE) == {other.remedy_id: "draft"}


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2026, 1, 31), "approved"),
        (date(2026, 2, 1), "active"),
        (date(2026, 3, 31), "active"),
        (date(2026, 4, 1), "expiring"),
        (date(2026, 4, 30), "expiring"),
        (date(2026, 5, 1), "expired"),
    ],
)
def test_the_database_ages_a_remedy_as_the_rules_do(bank, day, state) -> None:
    save(bank, *whole_life()[:4])
    with bank.read() as tx:
        stored = tx.scalar(sa.select(remedies.state_on(day)))
        due = remedies.due(tx, day)
    assert stored == state == rules.age(whole_life()[3], day).state
    assert due == ([] if state == "approved" else [whole_life()[3]])


PART = {"remedy_id": draft().remedy_id}


@pytest.mark.parametrize(
    "row",
    [
        PART | {"user": "staff-17", "part": "checker"},  # the maker
        PART | {"user": "approver-1", "part": "maker"},  # a checker
        PART | {"user": "approver-3", "part": "witness"},
    ],
)
def test_the_database_lets_nobody_have_two_parts(bank, row) -> None:
    save(bank, *whole_life()[:3])
    with pytest.raises(sa.exc.IntegrityError), bank.write() as tx:
        tx.execute(sa.insert(remedy_part).values(row))


@pytest.mark.parametrize(
    "change",
    [
        {"checker": "staff-17"},  # the maker
        {"checker": "staff-17", "part": "maker"},
        {"checker": "approver-3"},  # nobody's part
        {"checker": "approver-1"},  # has said yes at the other level
        {"checker": "approver-2", "level": "region"},  # that level has said yes
    ],
)
def test_the_database_takes_a_yes_from_a_checker_alone_and_once(bank, change) -> None:
    save(bank, *whole_life()[:3])
    row = {"terms_version": 1, "level": "head_office", "at": AT, "total_minor": 1, "void": False}
    with bank.write() as tx:
        tx.execute(sa.insert(remedy_part).values(PART | {"user": "approver-2", "part": "checker"}))
    with pytest.raises(sa.exc.IntegrityError), bank.write() as tx:
        tx.execute(sa.insert(remedy_approval).values(PART | row | change))
