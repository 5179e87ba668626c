"""Remedies in the database: what is saved is read back, with who took which part, and its message once."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
import sqlalchemy as sa

from casework.remedies import remedy_lifecycle
from casework.remedies.remedy_lifecycle import Approval, Remedy
from casework.remedies.terms import Terms
from schemas.errors import NotFound, StaleRevision
from schemas.messages import RemedyMessage
from store import outbox
from store.cases import case_rows
from store.remedies import remedy_events, remedy_rows
from store.tables.remedies import remedy_approval, remedy_part
from tests.store.remedy_rows import ALL, AT, CASES, FACTS, TODAY, draft, fill, save


@pytest.fixture
def bank(store):
    return fill(store)


def get(bank, remedy: Remedy) -> Remedy:
    with bank.read() as tx:
        return remedy_rows.get(tx, remedy.remedy_id)


def sent(bank) -> list[RemedyMessage]:
    with bank.read() as tx:
        return [msgspec.json.decode(u.message.value, type=RemedyMessage) for u in outbox.load_unsent(tx, 100)]


def whole_life() -> list[Remedy]:
    """Every revision of one that two levels approve and that is revoked."""
    first = draft()
    second = remedy_lifecycle.submit(first, ("region", "head_office"), "staff-17", TODAY)
    third = remedy_lifecycle.approve(second, second.route, ALL, "approver-1", TODAY, None)
    fourth = remedy_lifecycle.approve(third, third.route, ALL, "approver-2", TODAY, "for a quarter")
    return [first, second, third, fourth, remedy_lifecycle.revoke(fourth, date(2026, 3, 1), "they left")]


def test_every_revision_is_read_back_as_it_was_saved(bank) -> None:
    for step in whole_life():
        save(bank, [step])
        assert get(bank, step) == step


def test_a_remedy_without_a_fee_is_read_back_too(bank) -> None:
    plain = draft(terms=Terms(date(2026, 2, 1), None, 5_000, 0))
    save(bank, [plain])
    assert get(bank, plain) == plain


def test_there_is_one_message_for_the_approval_and_one_for_the_revocation(bank) -> None:
    save(bank, whole_life())
    assert [(m.revision, m.state, m.ended_on) for m in sent(bank)] == [
        (4, "approved", None),
        (5, "revoked", date(2026, 3, 1)),
    ]


def test_a_remedy_that_ages_out_is_told_of_as_ended_once(bank) -> None:
    approved = whole_life()[:4]
    save(bank, approved)
    expiring = remedy_lifecycle.age(approved[-1], date(2026, 4, 20))
    over = remedy_lifecycle.age(expiring, date(2026, 5, 1))
    save(bank, [expiring, over])
    assert (expiring.state, over.state, remedy_lifecycle.age(over, date(2026, 6, 1))) == (
        "expiring",
        "expired",
        over,
    )
    assert [(m.state, m.ended_on) for m in sent(bank)] == [("approved", None), ("ended", date(2026, 5, 1))]


def test_a_stale_revision_keeps_nothing(bank) -> None:
    steps = whole_life()
    save(bank, steps[:3])
    with pytest.raises(StaleRevision) as stale:
        save(bank, [remedy_lifecycle.reject(steps[1], ALL, "approver-9", "no")])
    assert (stale.value.expected, stale.value.actual) == (2, 3)
    with pytest.raises(StaleRevision):
        save(bank, [steps[0]])
    assert get(bank, steps[2]) == steps[2]


def test_what_was_approved_before_it_was_sent_back_is_void_and_can_be_approved_again(bank) -> None:
    first, second, third, *_ = whole_life()
    back = remedy_lifecycle.send_back(third, ALL, "approver-2", "shorter, please")
    again = remedy_lifecycle.submit(back, ("region", "head_office"), "staff-17", TODAY)
    save(
        bank,
        [
            first,
            second,
            third,
            back,
            again,
            remedy_lifecycle.approve(again, again.route, ALL, "approver-1", TODAY, None),
        ],
    )
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
        remedy_rows.get(tx, CASES["C1"], for_update=True)


def test_the_remedies_of_one_case_are_not_those_of_another(bank) -> None:
    mine, other = draft(1), draft(2, client_id="C2")
    save(bank, [mine, other])
    with bank.read() as tx:
        assert remedy_rows.load_of_case(tx, CASES["C1"]) == [mine]
        assert remedy_rows.load_states_of_case(tx, CASES["C2"]) == {other.remedy_id: "draft"}
        assert remedy_rows.load_of_ids(tx, {other.remedy_id, CASES["C1"]}) == [other]


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
    save(bank, whole_life()[:4])
    with bank.read() as tx:
        stored = tx.scalar(sa.select(remedy_rows.state_on(day)))
        due = remedy_rows.load_due(tx, day)
    assert stored == state == remedy_lifecycle.age(whole_life()[3], day).state
    assert due == ([] if state == "approved" else [whole_life()[3]])


def test_what_days_change_is_kept_told_and_on_the_timeline(bank) -> None:
    running = save(bank, whole_life()[:4])
    for today in (TODAY, date(2026, 5, 1), date(2026, 6, 1)):
        with bank.write() as tx:
            running = remedy_events.save_as_of_today(tx, running, today, FACTS["C1"], "HKD", AT)
        assert get(bank, running) == running == remedy_lifecycle.age(running, today)
    assert [(m.revision, m.state) for m in sent(bank)] == [(4, "approved"), (5, "ended")]
    with bank.read() as tx:
        lines = case_rows.load_timeline(tx, CASES["C1"])
    assert [(line.what, line.actor, line.note) for line in lines] == [("remedy.expired", "ebbwatch", "fee_waiver")]


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
    save(bank, whole_life()[:3])
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
    save(bank, whole_life()[:3])
    row = {"terms_version": 1, "level": "head_office", "at": AT, "total_minor": 1, "void": False}
    with bank.write() as tx:
        tx.execute(sa.insert(remedy_part).values(PART | {"user": "approver-2", "part": "checker"}))
    with pytest.raises(sa.exc.IntegrityError), bank.write() as tx:
        tx.execute(sa.insert(remedy_approval).values(PART | row | change))
