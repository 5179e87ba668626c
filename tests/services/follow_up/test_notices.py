"""Who is told of what: once, to whom it concerns, and nothing that is old."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
import sqlalchemy as sa

from casework.alerts import actions
from casework.cases import task_force
from casework.cases.case_lifecycle import Task
from casework.notices.notice_facts import Deadline, Digest, Facts, read_facts
from casework.notices.quiet_hours import QuietHours
from schemas.verdicts import Direction, Grade
from store import audit
from store.alerts import alert_rows
from store.cases import case_rows
from store.notices import notice_queue
from store.tables.ledger import shard_week
from store.tables.notices import notice
from tests.api.conftest import CASE
from tests.services.followed_bank import DAY, NOW, WEEK, FollowedBank

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
MONDAY = datetime(2026, 1, 12, tzinfo=HONG_KONG)
HOUR = timedelta(hours=1)


@pytest.fixture
def bank(store, tmp_path) -> FollowedBank:
    """C1 and C2 in B1, D1 in B2; a person of each kind who wants to hear of everything."""
    made = FollowedBank(store, tmp_path)
    made.clients("B1", "C1", "C2")
    made.clients("B2", "D1")
    made.person("staff-17")
    made.person("manager-b001", "branch_manager")
    made.person("manager-b002", "branch_manager", "B2")
    made.person("approver-1", "approver", None)
    made.person("approver-2", "approver", None)
    made.judged(WEEK)
    return made


def facts(bank, kind: str, user: str) -> list[Facts]:
    query = sa.select(notice.c.facts).where(notice.c.kind == kind, notice.c.user == user)
    with bank.store.read() as tx:
        return [msgspec.convert(row, Facts) for row in tx.scalars(query.order_by(notice.c.notice_id))]


def of(told: list[tuple[str, str]], user: str) -> list[str]:
    return [key for name, key in told if name == user]


def judge_again(bank) -> None:
    with bank.store.write() as tx:
        tx.execute(sa.update(shard_week).values(judged_revision=shard_week.c.judged_revision + 1))


# -- new alarms --------------------------------------------------------------------------------------------------
def test_a_new_alarm_is_told_to_its_branch_once(bank) -> None:
    first, other = bank.alert("C1", week=WEEK), bank.alert("D1", week=WEEK)
    bank.passes()
    assert bank.told("new_alarm") == [
        (user, f"{alert}/1")
        for alert, user in sorted([(first, "manager-b001"), (first, "staff-17"), (other, "manager-b002")])
    ]
    judge_again(bank)
    bank.passes(HOUR)
    assert len(bank.told("new_alarm")) == 3
    assert facts(bank, "new_alarm", "staff-17")[0].summary.en.endswith("HK$120K of turnover a year at risk.")


def test_many_alarms_at_once_are_one_notice_and_are_not_told_again(bank) -> None:
    ids = [f"M{number}" for number in range(9)]
    bank.clients("B2", *ids)
    for client_id in ids:
        bank.alert(client_id, week=WEEK)
    bank.passes()
    judge_again(bank)
    bank.passes(HOUR)
    with bank.store.read() as tx:
        (one,) = [n for n in notice_queue.load_due(tx, bank.clock(), 99) if n.kind == "new_alarm"]
    assert (one.reader.user, read_facts(one.facts).number) == ("manager-b002", 9)
    assert len(bank.told("new_alarm")) == 10


@pytest.mark.parametrize(
    "how",
    [
        {"grade": Grade.PROMPT},
        {"week": WEEK - 3},
        {"state": "acknowledged", "touched": True},
        {"state": "closed", "outcome": "false_alarm", "touched": True},
    ],
)
def test_prompts_old_alarms_and_those_that_somebody_has_seen_are_not_told(bank, how) -> None:
    if "state" in how:
        bank.alert_that_is("C1", **how)
    else:
        bank.alert("C1", **({"week": WEEK} | how))
    bank.passes()
    assert bank.told("new_alarm") == []


def test_the_alarm_of_two_weeks_ago_is_still_news_and_one_that_goes_on_is_not(bank) -> None:
    bank.alert("C1", week=WEEK - 1)
    going_on = bank.alert("C2", week=WEEK - 3)
    with bank.store.write() as tx:
        copied = sa.text(
            "INSERT INTO alert_evidence (alert_id, week, grade, verdict) "
            "SELECT alert_id, :week, grade, verdict FROM alert_evidence WHERE alert_id = :alert"
        )
        tx.execute(copied, {"week": WEEK, "alert": going_on})
        tx.execute(
            sa.text("UPDATE alert SET last_week = :week WHERE alert_id = :alert"), {"week": WEEK, "alert": going_on}
        )
    bank.passes()
    assert {facts.client_id for facts in facts_of_all(bank)} == {"C1"}


def facts_of_all(bank) -> list[Facts]:
    return facts(bank, "new_alarm", "staff-17")


def test_an_alarm_that_opens_again_is_news_again(bank) -> None:
    alert = bank.alert("C1", week=WEEK - 1)
    bank.passes()
    bank.close_alert(alert)
    bank.passes(42 * DAY)
    bank.judged(WEEK + 6)
    bank.returns(alert, WEEK + 6)
    bank.passes()
    assert of(bank.told("new_alarm"), "staff-17") == [f"{alert}/1", f"{alert}/2"]


def test_an_alarm_of_history_is_told_once_when_it_was_told_and_not_before(bank) -> None:
    """Its week is long past; what counts is when people could first have known of it."""
    bank.alert("C2", week=WEEK - 1, told=False)
    late = bank.told_later("C1", WEEK - 30, WEEK - 13)
    for _ in range(2):
        bank.passes(HOUR)
        judge_again(bank)
        assert bank.told("new_alarm") == [(user, f"{late}/1") for user in ("manager-b001", "staff-17")]


def test_an_alarm_of_history_is_no_news_after_two_weeks(bank) -> None:
    bank.told_later("C1", WEEK - 30, WEEK - 13)
    bank.passes(15 * DAY)
    assert bank.told("new_alarm") == []


def test_a_round_in_which_no_week_was_judged_looks_at_no_alarm(bank) -> None:
    bank.passes()
    bank.alert("C1", week=WEEK)
    bank.passes(HOUR)
    assert bank.told("new_alarm") == []
    judge_again(bank)
    bank.passes(HOUR)
    assert len(bank.told("new_alarm")) == 2


@pytest.mark.parametrize(("weeks_late", "told"), [(2, 2), (6, 2), (12, 2), (14, 0)])
def test_an_alarm_of_a_week_that_was_held_is_told_when_it_is_judged(bank, weeks_late, told) -> None:
    """The other weeks have to wait for it; what is a quarter old is history."""
    bank.passes()
    bank.passes(weeks_late * 7 * DAY)
    bank.alert("C1", week=WEEK + 1)
    for week in range(WEEK + 1, WEEK + weeks_late):
        bank.judged(week)
    bank.passes(HOUR)
    assert len(bank.told("new_alarm")) == told


@pytest.mark.parametrize(("weeks_late", "told"), [(2, 1), (6, 1), (14, 0)])
def test_a_branch_that_moved_in_a_week_that_was_held_is_told_of_when_it_is_judged(bank, weeks_late, told) -> None:
    bank.passes()
    bank.passes(weeks_late * 7 * DAY)
    bank.branch_moved("B2", WEEK + 1, "D1")
    bank.judged(WEEK + 1)
    bank.passes(HOUR)
    assert len(bank.told("branch_moved")) == told


def test_who_says_so_later_is_not_flooded_with_what_was_told(bank) -> None:
    bank.alert("C1", week=WEEK)
    bank.passes()
    bank.person("staff-18")
    bank.passes(HOUR)
    assert of(bank.told("new_alarm"), "staff-18") == []


def test_a_notice_of_the_night_waits_for_the_morning(bank) -> None:
    bank.person("staff-19", quiet=QuietHours(time(9), time(12)))  # it is ten in the morning
    bank.alert("C1", week=WEEK)
    bank.passes()
    query = sa.select(notice.c.not_before).where(notice.c.user == "staff-19", notice.c.kind == "new_alarm")
    with bank.store.read() as tx:
        assert tx.scalar(query) == datetime(2026, 1, 13, 12, tzinfo=HONG_KONG)


# -- cases and remedies ------------------------------------------------------------------------------------------
def test_lead_and_members_hear_of_their_case_and_who_joins_later_then(bank) -> None:
    bank.case("C1")
    bank.passes()
    assert bank.told("case_assigned") == [("manager-b001", f"{CASE}/0"), ("staff-17", f"{CASE}/0")]
    bank.person("staff-18")
    with bank.store.write() as tx:
        case = case_rows.get(tx, CASE, for_update=True)
        case_rows.save(tx, task_force.join(case, "staff-18", "analyst", bank.clock().date()))
    bank.passes(HOUR)
    assert of(bank.told("case_assigned"), "staff-18") == [f"{CASE}/0"]
    assert len(bank.told("case_assigned")) == 3


def test_a_membership_of_long_ago_is_no_news(bank) -> None:
    bank.case("C1")
    bank.passes(15 * DAY)
    assert bank.told("case_assigned") == []


def test_an_approval_waits_for_those_who_may_give_it_and_had_no_part(bank) -> None:
    bank.case("C1")
    remedy = bank.waiver(date(2026, 2, 1), date(2026, 5, 1), approved=False)
    bank.passes()
    bank.passes(HOUR)
    key = f"{remedy.remedy_id}/1/region"
    assert bank.told("approval_waiting") == [("approver-1", key), ("approver-2", key)]
    told = facts(bank, "approval_waiting", "approver-1")[0]
    assert (told.case_id, told.client_name, told.remedy, told.level) == (CASE, "C1 Trading", "fee_waiver", "region")


def test_an_end_that_comes_near_is_told_to_owner_and_lead(bank) -> None:
    bank.case("C1")
    waiver = bank.waiver(date(2026, 1, 14), date(2026, 4, 1))
    bank.passes(47 * DAY)
    assert bank.told("remedy_ending") == []
    bank.passes(DAY)
    bank.passes(DAY)
    key = f"{waiver.remedy_id}/2026-04-01"
    assert sorted(bank.told("remedy_ending")) == [("manager-b001", key), ("staff-17", key)]


# -- deadlines ---------------------------------------------------------------------------------------------------
def steps(bank, kind: str, user: str) -> list[tuple[str, str]]:
    return [(f.step, str(f.due_on)) for f in facts(bank, kind, user) if isinstance(f, Deadline)]


def test_an_alarm_that_nobody_sees_is_warned_of_then_breached_then_escalated(bank) -> None:
    """Shown on Monday the 12th: to be acknowledged by the 13th, in hand by the 14th."""
    bank.alert("C1", week=WEEK)
    bank.passes()
    assert steps(bank, "sla_warning", "manager-b001") == [("acknowledge", "2026-01-13")]
    assert steps(bank, "sla_breach", "manager-b001") == []
    bank.passes(DAY)
    assert steps(bank, "sla_breach", "manager-b001") == [("acknowledge", "2026-01-13")]
    for _ in range(6):
        bank.passes(DAY)
    both = [("acknowledge", "2026-01-13"), ("task_force", "2026-01-14")]
    for kind, user in (
        ("sla_warning", "manager-b001"),
        ("sla_breach", "manager-b001"),
        ("escalation", "approver-1"),
    ):
        assert steps(bank, kind, user) == both
    assert steps(bank, "sla_breach", "staff-17") == []  # nobody gave it to them
    assert steps(bank, "sla_breach", "manager-b002") == []


def test_deadlines_of_what_was_told_late_begin_when_it_was_told(bank) -> None:
    bank.told_later("C1", WEEK - 30, WEEK)
    bank.alert("C2", week=WEEK, told=False)
    bank.passes(DAY)
    assert steps(bank, "sla_breach", "manager-b001") == [("acknowledge", "2026-01-13")]


def test_an_escalation_comes_after_two_business_days(bank) -> None:
    bank.alert("C1", week=WEEK)
    bank.clock.now = datetime(2026, 1, 15, 12, tzinfo=HONG_KONG)  # two business days behind the 13th
    bank.passes()
    assert bank.told("escalation") == []
    bank.passes(DAY)
    assert len(bank.told("escalation")) == 2


def test_deadlines_warnings_and_escalations_go_by_the_file_of_rules(bank, tmp_path) -> None:
    """Shown on Monday the 12th: with 20 business days, to be acknowledged by the 9th of February at the latest."""
    file = tmp_path / "rules.json"
    within = {"alarm": 20, "prompt": 25}
    rules = {"acknowledge": within, "task_force": within, "warn_before": 2, "escalate_after": 0}
    file.write_bytes(msgspec.json.encode({"deadlines": rules}))
    bank.settings = {"authority_file": file, "holidays": "HK"}
    bank.alert("C1", week=WEEK)
    bank.clock.now = datetime(2026, 2, 4, 12, tzinfo=HONG_KONG)
    bank.passes()
    assert bank.told("sla_warning") == []
    bank.passes(DAY)
    due = [("acknowledge", "2026-02-09"), ("task_force", "2026-02-09")]
    assert steps(bank, "sla_warning", "manager-b001") == due
    bank.passes(5 * DAY)
    assert steps(bank, "sla_breach", "manager-b001") == due
    assert steps(bank, "escalation", "approver-1") == due


def test_who_has_the_alert_hears_of_the_deadline_that_is_left(bank) -> None:
    alert = bank.alert("C1", week=WEEK)
    with bank.store.write() as tx:
        seen = actions.acknowledge(alert_rows.get(tx, alert, for_update=True), "staff-17")
        alert_rows.save(tx, seen, alert_rows.load_client_facts(tx, ["C1"])["C1"], "HKD", NOW)
        audit.record(
            tx, audit.Entry(NOW, "staff-17", "branch_staff", "alert.acknowledge", "alert", alert, {}, {}, None)
        )
    for _ in range(3):
        bank.passes(DAY)
    assert steps(bank, "sla_breach", "staff-17") == [("task_force", "2026-01-14")]


def test_a_case_without_a_contact_is_its_leads_and_its_managers(bank) -> None:
    """Two weeks behind an alarm's first contact nothing is said of it any more."""
    alert = bank.alert_that_is("C1", state="in_case", touched=True)
    bank.case("C1", CASE, alert)
    for _ in range(10):
        bank.passes(DAY)
    both = [("first_contact", "2026-01-19"), ("first_review", "2026-01-19")]
    assert steps(bank, "sla_breach", "manager-b001") == both
    assert steps(bank, "sla_breach", "staff-17") == []
    bank.person("manager-b011", "branch_manager")
    bank.passes(14 * DAY)
    assert steps(bank, "sla_breach", "manager-b011") == []


def test_what_was_done_in_time_is_not_told(bank) -> None:
    alert = bank.alert_that_is("C1", state="in_case", touched=True)
    call = Task("00000000-0000-4000-8000-0000000000aa", "call", "staff-17", date(2026, 1, 14), "contact", "done",
                "minutes", "staff-17", NOW)  # fmt: skip
    bank.case("C1", CASE, alert, tasks=(call,))
    for _ in range(10):
        bank.passes(DAY)
    assert steps(bank, "sla_breach", "manager-b001") == [("first_review", "2026-01-19")]


def test_a_suspended_case_is_left_in_peace(bank) -> None:
    alert = bank.alert_that_is("C1", state="in_case", touched=True)
    bank.case("C1", CASE, alert, state="suspended", resumes_to="plan", diary_date=date(2026, 3, 1))
    for _ in range(10):
        bank.passes(DAY)
    assert steps(bank, "sla_breach", "manager-b001") == []


def test_of_a_prompt_that_is_held_out_no_task_force_is_asked(bank) -> None:
    bank.settings |= {"holdout_share": 0.9999, "holdout_below": 1_000_000}
    bank.alert("C1", week=WEEK, grade=Grade.PROMPT, at_risk=1_000_00)
    for _ in range(12):
        bank.passes(DAY)
    assert {step for step, _ in steps(bank, "sla_breach", "manager-b001")} == {"acknowledge"}


# -- the digest --------------------------------------------------------------------------------------------------
def digest_of(bank, user: str) -> list[Digest]:
    return [f for f in facts(bank, "weekly_digest", user) if isinstance(f, Digest)]


def test_the_digest_comes_on_monday_morning_once_a_week_and_person(bank) -> None:
    bank.clock.now = MONDAY + 7 * HOUR
    bank.passes()
    bank.clock.now = MONDAY + 7 * DAY + 7 * HOUR - timedelta(minutes=1)
    bank.passes()
    assert of(bank.told("weekly_digest"), "staff-17") == ["2026-01-12"]
    bank.passes(timedelta(minutes=1))
    bank.passes(DAY)
    assert of(bank.told("weekly_digest"), "staff-17") == ["2026-01-12", "2026-01-19"]
    assert len(bank.told("weekly_digest")) == 10


def test_a_digest_says_how_ones_own_branch_stands_and_the_region_how_all_do(bank) -> None:
    bank.alert("C1", week=WEEK, at_risk=100_00)
    bank.alert("C1", week=WEEK, direction=Direction.RISE, at_risk=7_00)
    bank.alert("C2", week=WEEK, grade=Grade.PROMPT, at_risk=20_00)
    bank.alert("D1", week=WEEK, at_risk=3_00)
    bank.case("C1")
    bank.waiver(date(2026, 2, 1), date(2026, 5, 1), approved=False)
    bank.clock.now = MONDAY + 7 * DAY + 8 * HOUR
    bank.passes()
    monday = date(2026, 1, 19)
    # Overdue are both steps of each alarm and the acknowledgement of the prompt; the rest is due today.
    assert digest_of(bank, "staff-17") == [Digest(monday, "B1", 2, 1, 120_00, 1, 0, 5)]
    assert digest_of(bank, "manager-b002") == [Digest(monday, "B2", 1, 0, 3_00, 0, 0, 2)]
    assert digest_of(bank, "approver-1") == [Digest(monday, None, 3, 1, 123_00, 1, 1, 7)]


def test_who_wants_no_digest_gets_none(bank) -> None:
    bank.person("staff-20", kinds=frozenset({"new_alarm"}))
    bank.passes()
    assert of(bank.told("weekly_digest"), "staff-20") == []
