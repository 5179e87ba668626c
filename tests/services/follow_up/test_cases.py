"""What time alone does to remedies and cases: on its day, once, and nothing to what a person settled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pytest
import sqlalchemy as sa

from casework.cases.case_lifecycle import Case, suspend
from casework.cases.missed_departure import case_id_of
from casework.cases.task_force import UNASSIGNED
from schemas.messages import RemedyMessage
from schemas.verdicts import Direction, Grade
from store import outbox
from store.cases import case_rows
from store.remedies import remedy_rows
from store.tables.operations import audit
from tests.api.conftest import CASE
from tests.services.followed_bank import DAY, NOW, WEEK, FollowedBank


@pytest.fixture
def bank(store, tmp_path) -> FollowedBank:
    """C1 and C2 of branch B1; nothing has happened yet."""
    made = FollowedBank(store, tmp_path)
    made.clients("B1", "C1", "C2")
    return made


def sent(bank) -> list[tuple[str, str]]:
    with bank.store.read() as tx:
        told = [u.message for u in outbox.load_unsent(tx, 100) if u.message.topic == "ebbwatch.remedies"]
    read = [msgspec.json.decode(message.value, type=RemedyMessage) for message in told]
    return [(message.state, str(message.ended_on)) for message in read]


def trail(bank) -> list[tuple[str, str, str]]:
    with bank.store.read() as tx:
        rows = tx.execute(sa.select(audit.c.actor, audit.c.action, audit.c.key).order_by(audit.c.audit_id))
        return [tuple(row) for row in rows]


# -- remedies ----------------------------------------------------------------------------------------------------
def test_a_waiver_begins_and_ends_on_its_days_and_the_bank_hears_of_it(bank) -> None:
    bank.case("C1")
    waiver = bank.waiver(date(2026, 2, 1), date(2026, 5, 1))
    states = []
    for _ in range(120):
        bank.passes(DAY)
        with bank.store.read() as tx:
            states.append((bank.clock().date(), remedy_rows.get(tx, waiver.remedy_id).state))
    began = {state: min(day for day, found in states if found == state) for _, state in states}
    assert began == {
        "approved": date(2026, 1, 14),
        "active": date(2026, 2, 1),
        "expiring": date(2026, 4, 1),
        "expired": date(2026, 5, 1),
    }
    assert sent(bank) == [("approved", "None"), ("ended", "2026-05-01")]
    told = ["remedy.active", "remedy.expiring", "remedy.expired"]
    assert bank.timeline() == [("ebbwatch", what) for what in told]
    assert bank.counted("follow_up_done_total", step="age_remedies") == 3


def test_a_waiver_whose_days_passed_while_nobody_looked_ends_at_once(bank) -> None:
    bank.case("C1")
    bank.waiver(date(2026, 2, 1), date(2026, 5, 1))
    bank.passes(200 * DAY)
    assert sent(bank) == [("approved", "None"), ("ended", "2026-05-01")]


def test_it_ends_by_the_banks_day_and_not_by_utc(bank) -> None:
    bank.case("C1")
    waiver = bank.waiver(date(2026, 1, 20), date(2026, 5, 1))
    bank.clock.now = NOW.replace(day=19, hour=17)  # 01:00 on the 20th in Hong Kong
    bank.passes()
    with bank.store.read() as tx:
        assert remedy_rows.get(tx, waiver.remedy_id).state == "active"


# -- the diary ---------------------------------------------------------------------------------------------------
def suspended(bank, until: date) -> Case:
    bank.case("C1", state="plan")
    case = suspend(bank.case_now(), until, NOW.date())
    with bank.store.write() as tx:
        case_rows.save(tx, case)
    return case


def test_a_suspended_case_goes_on_where_it_was_on_its_day(bank) -> None:
    before = suspended(bank, date(2026, 1, 15))
    bank.passes(DAY)
    assert bank.case_now() == before
    bank.passes(DAY)
    expected = replace(before, state="plan", resumes_to=None, diary_date=None, revision=before.revision + 1)
    assert bank.case_now() == expected
    bank.passes(DAY)
    assert bank.timeline() == [("ebbwatch", "resumed")]
    assert trail(bank) == [("ebbwatch", "case.resume", CASE)]


# -- relapses ----------------------------------------------------------------------------------------------------
def test_a_client_that_falls_again_after_the_end_has_the_same_case_again(bank) -> None:
    bank.closed_case("C1", WEEK)
    alert = bank.alert("C1", week=WEEK)
    bank.passes()
    case = bank.case_now()
    assert (case.state, case.times_reopened, case.alarm, case.alert_ids) == ("reopened", 1, True, (alert,))
    assert (case.closed_at, case.truth) == (None, None)
    assert bank.alert_state(alert) == "in_case"
    assert bank.timeline() == [("ebbwatch", "reopened")]
    assert trail(bank) == [("ebbwatch", "case.reopen", CASE), ("ebbwatch", "alert.take_into_case", alert)]
    bank.passes(DAY)
    assert bank.case_now() == case


def test_the_trail_of_it_is_that_of_a_reopening_by_people(bank) -> None:
    bank.closed_case("C1", WEEK)
    alert = bank.alert("C1", week=WEEK)
    bank.passes()
    with bank.store.read() as tx:
        rows = tx.execute(sa.select(audit).order_by(audit.c.audit_id)).mappings().all()
    assert {row["role"] for row in rows} == {"service"}
    case, taken = rows
    assert case["before"] | {"closed_at": None} == {
        "revision": 1, "state": "closed", "alert_ids": [], "times_reopened": 0, "closed_at": None,
        "closed_week": WEEK, "truth": "true_diversion", "retention": "saved", "cause": "fees",
    }  # fmt: skip
    assert case["after"] == {
        "revision": 2, "state": "reopened", "alert_ids": [alert], "times_reopened": 1, "closed_at": None,
        "closed_week": None, "truth": None, "retention": None, "cause": None,
    }  # fmt: skip
    assert (taken["before"]["state"], taken["after"]["state"]) == ("open", "in_case")
    assert taken["after"].keys() == {
        "revision", "state", "assignee", "snoozed_until", "snooze_reason", "outcome", "outcome_note",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("closed_week", "facts"),
    [
        (WEEK + 1, {"touched": True}),  # it began before the end
        (WEEK - 27, {"touched": True}),  # more than half a year ago
        (WEEK, {"direction": Direction.RISE}),
        (WEEK, {"state": "snoozed", "snoozed_until": date(2026, 3, 1), "snoozed_from": "open"}),
        (WEEK, {"state": "closed", "outcome": "false_alarm", "touched": True}),
    ],
)
def test_what_is_no_relapse_leaves_the_case_closed(bank, closed_week, facts) -> None:
    bank.closed_case("C1", closed_week)
    bank.alert_that_is("C1", **facts)
    bank.passes()
    assert bank.case_now().state == "closed"
    assert bank.timeline() == []


def test_half_a_year_is_the_longest(bank) -> None:
    bank.closed_case("C1", WEEK - 26)
    bank.alert("C1", week=WEEK)
    bank.passes()
    assert bank.case_now().state == "reopened"


def test_an_alert_of_the_case_that_opens_again_afterwards_is_a_relapse_too(bank) -> None:
    alert = bank.alert("C1", week=WEEK - 8)
    bank.close_alert(alert)
    bank.closed_case("C1", WEEK - 3, alert)
    bank.passes()
    assert bank.case_now().state == "closed"
    bank.returns(alert, WEEK)
    bank.passes()
    assert (bank.case_now().state, bank.alert_state(alert)) == ("reopened", "in_case")


def test_an_alert_that_went_on_over_the_end_is_not(bank) -> None:
    alert = bank.alert_that_is("C1", WEEK - 8, state="acknowledged", touched=True)
    bank.closed_case("C1", WEEK - 3)
    with bank.store.write() as tx:  # it still gains evidence
        tx.execute(sa.text("UPDATE alert SET last_week = :week"), {"week": WEEK})
    bank.passes()
    assert (bank.case_now().state, bank.alert_state(alert)) == ("closed", "acknowledged")


def test_a_client_with_another_open_case_has_that_one(bank) -> None:
    bank.closed_case("C1", WEEK)
    other = "00000000-0000-4000-8000-00000000000d"
    bank.case("C1", other)
    bank.alert("C1", week=WEEK)
    bank.passes()
    assert bank.case_now().state == "closed"


def test_what_is_held_out_gets_standard_care(bank) -> None:
    bank.settings |= {"holdout_share": 0.9999, "holdout_below": 1_000_000}
    bank.closed_case("C1", WEEK)
    bank.alert("C1", week=WEEK, grade=Grade.PROMPT, at_risk=1_000_00)
    bank.passes()
    assert bank.case_now().state == "closed"


def test_the_task_force_hears_that_it_has_the_case_again(bank) -> None:
    bank.person("manager-b001", "branch_manager")
    bank.person("staff-17")
    bank.closed_case("C1", WEEK)
    bank.alert("C1", week=WEEK)
    bank.passes()
    bank.passes(DAY)
    again = f"{CASE}/1"
    assert [t for t in bank.told("case_assigned") if t[1] == again] == [
        ("manager-b001", again),
        ("staff-17", again),
    ]


# -- missed departures -------------------------------------------------------------------------------------------
def gone(bank, client_id: str = "G1", closed_on: date = date(2026, 1, 9), **facts: object) -> str:
    bank.client(client_id, "B1", closed_on=closed_on, **{"last_week": WEEK} | facts)
    return case_id_of(client_id)


def test_who_left_unwarned_gets_one_case_that_nobody_leads(bank) -> None:
    bank.person("manager-b001", "branch_manager")
    bank.person("manager-b002", "branch_manager", "B2")
    bank.judged(WEEK)
    case_id = gone(bank)
    bank.passes()
    case = bank.case_now(case_id)
    assert (case.client_id, case.origin, case.state, case.lead) == ("G1", "missed_departure", "forming", UNASSIGNED)
    assert bank.told("case_assigned") == [("manager-b001", f"{case_id}/unassigned")]
    bank.passes(DAY)
    assert bank.case_now(case_id) == case
    assert bank.timeline() == [("ebbwatch", "opened")]
    assert trail(bank) == [("ebbwatch", "case.open", case_id)]


def test_once_it_was_looked_into_it_is_not_opened_again(bank) -> None:
    bank.judged(WEEK)
    case_id = gone(bank)
    ended = {"state": "closed", "closed_week": WEEK, "closed_at": NOW, "truth": "inconclusive"}
    bank.case("G1", case_id, origin="missed_departure", **ended)
    bank.passes()
    assert bank.case_now(case_id).state == "closed"


@pytest.mark.parametrize(
    ("facts", "alert", "judged"),
    [
        ({}, {"touched": True}, True),  # warned of
        ({}, {"state": "closed", "outcome": "false_alarm", "touched": True}, True),
        ({}, None, False),  # its last weeks are still to be judged
        ({"closed_on": date(2025, 10, 13)}, None, True),  # more than a quarter ago
        ({"closed_on": date(2026, 1, 14)}, None, True),  # tomorrow
        ({"closed_on": None}, None, True),
        ({"shard": None}, None, True),  # never had any activity
    ],
)
def test_who_was_warned_of_or_has_not_left_lately_is_not_missed(bank, facts, alert, judged) -> None:
    if judged:
        bank.judged(WEEK)
    gone(bank, **facts)
    if alert is not None:
        bank.alert_that_is("G1", **alert)
    bank.passes()
    assert bank.timeline() == []


def test_an_alert_that_rose_was_no_warning(bank) -> None:
    bank.judged(WEEK)
    case_id = gone(bank)
    bank.alert("G1", week=WEEK, direction=Direction.RISE)
    bank.passes()
    assert bank.case_now(case_id).origin == "missed_departure"
