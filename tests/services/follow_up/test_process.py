"""Follow-up as a process: one works, two do everything once, killed anywhere it arrives at the same rows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from acts.roles import NOTICE_ROLES
from casework.cases.case_lifecycle import suspend
from services.follow_up import process as follow_up
from services.follow_up.process import KEEP_NOTICES, STEPS, FollowUp
from services.parts import utc_now
from store.cases import case_rows
from store.sign_in import sign_in_attempts, web_sessions
from store.sign_in.sign_in_attempts import Attempt
from store.sign_in.web_sessions import Session
from store.tables.cases import client_case
from store.tables.columns import metadata
from store.tables.notices import notice
from store.tables.sign_in import sign_in_attempt, web_session
from tests.api.conftest import CASE
from tests.services.followed_bank import DAY, NOW, WEEK, FollowedBank

LATER = timedelta(seconds=40)
NOT_COMPARED = {"lease"}
on_postgres = pytest.mark.parametrize(
    "store", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


class Killed(BaseException):
    """The process ends here, as after SIGKILL."""


@pytest.fixture
def bank(store, tmp_path) -> FollowedBank:
    return FollowedBank(store, tmp_path)


def fill(bank: FollowedBank) -> None:
    """Something for every step to do."""
    with bank.store.write() as tx:
        for table in reversed(metadata.sorted_tables):
            tx.execute(sa.delete(table))
    bank.clock.now = NOW
    bank.clients("B1", "C1", "C2", "C3", "C4", "C5")
    for number in range(3):
        bank.client(f"G{number}", "B1", closed_on=date(2026, 1, 9), last_week=WEEK)
    bank.judged(WEEK)
    bank.person("staff-17")
    bank.person("manager-b001", "branch_manager")
    bank.person("approver-1", "approver", None)
    bank.person("approver-2", "approver", None)
    bank.case("C1", state="plan")
    for number in range(3):
        bank.waiver(date(2026, 1, 14), date(2026, 2, 1), approved=number > 0, number=number + 1)
    for number, client in ((2, "C2"), (3, "C3")):
        other = f"00000000-0000-4000-8000-00000000000{number}"
        bank.closed_case(client, WEEK, case_id=other)
        bank.alert(client, week=WEEK)
    asleep = "00000000-0000-4000-8000-000000000004"
    bank.case("C4", asleep, state="plan")
    with bank.store.write() as tx:
        case_rows.save(tx, suspend(case_rows.get(tx, asleep), date(2026, 1, 14), NOW.date()))
    bank.alert("C5", week=WEEK, deferred=True)
    bank.client("C6", "B2")
    bank.case("C6", "00000000-0000-4000-8000-000000000006", worked_in="B1")
    bank.branch_moved("B1", WEEK, "C1")
    bank.clock.now = NOW + DAY


def rows(bank: FollowedBank) -> dict[str, list[str]]:
    with bank.store.read() as tx:
        return {
            table.name: sorted(repr(tuple(row)) for row in tx.execute(sa.select(table)))
            for table in metadata.sorted_tables
            if table.name not in NOT_COMPARED
        }


def undisturbed(bank: FollowedBank) -> dict[str, list[str]]:
    fill(bank)
    assert bank.follow_up().run_once()
    found = rows(bank)
    for step in STEPS:
        if step is not follow_up.forget:
            assert bank.counted("follow_up_done_total", step=step.__name__) > 0, step
    return found


def dying_in(calls: int) -> Callable[[], bool]:
    """A turn that is asked before every step and every thing in it, and ends the process when asked once more."""
    asked = iter(range(calls))

    def mine() -> bool:
        if next(asked, None) is None:
            raise Killed
        return True

    return mine


def test_killed_at_any_moment_and_started_again_it_arrives_at_the_same_rows(bank) -> None:
    expected = undisturbed(bank)
    fill(bank)
    kills = 0
    while True:
        try:
            bank.follow_up(mine=dying_in(kills % 9 + 2)).run_once()
        except Killed:
            kills += 1
        else:
            break
        if kills > 60:
            bank.follow_up(mine=lambda: True).run_once()
            break
    assert kills > 5
    assert without_serials(rows(bank)) == without_serials(expected)


def without_serials(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """A transaction that was given up may have used a number."""
    return {
        name: sorted(
            row.split(", ", 1)[1] if name in {"notice", "audit", "case_event", "outbox"} else row
            for row in all_rows
        )
        for name, all_rows in found.items()
    }


@on_postgres
def test_two_at_once_do_everything_once(bank) -> None:
    """As where one was stopped for longer than its lease: both believe that it is their turn."""
    expected = undisturbed(bank)
    for _ in range(5):
        fill(bank)
        together = threading.Barrier(2)

        def work(owner: str, together: threading.Barrier = together) -> bool:
            process = bank.follow_up(owner, mine=lambda: True)
            together.wait(10)
            return process.run_once()

        with ThreadPoolExecutor(2) as processes:
            assert list(processes.map(work, ["one", "two"])) == [True, True]
        assert without_serials(rows(bank)) == without_serials(expected)


def test_one_works_and_the_others_stand_by(bank) -> None:
    fill(bank)
    first, second = bank.follow_up("one"), bank.follow_up("two")
    assert first.run_once()
    assert not second.run_once()
    bank.clock.now += timedelta(minutes=3)
    assert second.run_once()
    assert not first.run_once()


def test_a_step_that_fails_is_counted_and_holds_up_no_other(bank, monkeypatch) -> None:
    fill(bank)

    def broken(_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(follow_up, "STEPS", (broken, *STEPS))
    assert bank.follow_up().run_once()
    assert bank.counted("follow_up_failures_total", step="broken") == 1
    assert bank.counted("follow_up_done_total", step="resume_cases") == 1
    assert bank.counted("follow_up_last_round_timestamp_seconds") == pytest.approx(utc_now().timestamp(), abs=60)


def test_one_case_that_cannot_be_kept_holds_up_no_other(bank) -> None:
    fill(bank)
    with bank.store.write() as tx:  # its alert has lost its evidence
        alert = sa.text(
            "DELETE FROM alert_evidence WHERE alert_id IN (SELECT alert_id FROM alert WHERE client_id = 'C2')"
        )
        tx.execute(alert)
    assert bank.follow_up().run_once()
    assert bank.counted("follow_up_failures_total", step="reopen_cases") == 1
    with bank.store.read() as tx:
        states = dict(tx.execute(sa.select(client_case.c.client_id, client_case.c.state)).all())
    assert (states["C2"], states["C3"]) == ("closed", "reopened")


def test_it_looks_when_a_minute_of_the_banks_clock_has_passed(bank, monkeypatch) -> None:
    stop, looks = threading.Event(), []
    process = bank.follow_up()

    def look() -> bool:
        looks.append(bank.clock())
        if len(looks) == 3:
            stop.set()
        return True

    def tick(_: float) -> bool:
        bank.clock.now += LATER
        return stop.is_set()

    monkeypatch.setattr(process, "run_once", look)
    monkeypatch.setattr(stop, "wait", tick)
    process.run(stop)
    assert [(moment - NOW) // LATER for moment in looks] == [0, 2, 4]


def test_a_round_that_fails_is_counted_and_the_next_one_comes(bank, monkeypatch) -> None:
    stop, tries = threading.Event(), []
    process: FollowUp = bank.follow_up()

    def broken() -> bool:
        tries.append(1)
        if len(tries) == 2:
            stop.set()
        raise sa.exc.OperationalError("", None, Exception())

    monkeypatch.setattr(process, "run_once", broken)
    monkeypatch.setattr(follow_up, "LOOK_S", 0)
    monkeypatch.setattr(follow_up, "EVERY", timedelta())
    process.run(stop)
    assert bank.counted("follow_up_failures_total", step="round") == 2


def test_where_the_database_is_away_the_round_is_given_up_and_nothing_is_counted(bank, monkeypatch) -> None:
    def away(_: object) -> int:
        raise sa.exc.OperationalError("", None, type("Refused", (Exception,), {"sqlstate": None})("refused"))

    monkeypatch.setattr(follow_up, "STEPS", (away,))
    with pytest.raises(sa.exc.OperationalError):
        bank.follow_up().run(threading.Event())
    assert not bank.counted("follow_up_failures_total", step="away")
    monkeypatch.setattr(follow_up, "STEPS", ())
    assert bank.follow_up("two").run_once()  # the lease was given back


def test_what_has_run_out_is_forgotten(bank) -> None:
    """Notices by the bank's clock; sessions and sign-ins by the world's, however fast the bank's weeks go."""
    bank.clients("B1", "C1")
    bank.person("staff-17")
    bank.case("C1")
    now = utc_now()
    with bank.store.write() as tx:
        for number, ends in ((1, now - DAY), (2, now + DAY)):
            session = Session(str(number) * 64, "staff-17", "branch_staff", "B1", "csrf", now, now, ends)
            web_sessions.add_session(tx, session)
            sign_in_attempts.add_attempt(tx, Attempt(str(number) * 64, "nonce", "verifier", "/", ends))
    bank.passes()
    with bank.store.write() as tx:
        tx.execute(sa.update(notice).values(sent_at=NOW))
        assert tx.scalars(sa.select(web_session.c.token_hash)).all() == ["2" * 64]
        assert tx.scalars(sa.select(sign_in_attempt.c.state_hash)).all() == ["2" * 64]
    bank.passes(KEEP_NOTICES)
    assert bank.told("case_assigned") == [("staff-17", f"{CASE}/0")]
    bank.passes(DAY)
    assert bank.told("case_assigned") == []


def test_who_may_check_what_is_the_apis_own_table() -> None:
    roles = NOTICE_ROLES
    assert roles.managers == {"branch_manager"}
    assert roles.escalated_to == {"approver"}
    assert roles.checkers == {
        "branch": {"branch_manager", "approver"}, "region": {"approver"}, "head_office": {"approver"},
    }  # fmt: skip
