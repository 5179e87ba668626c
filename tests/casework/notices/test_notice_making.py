"""Who is told what, and when."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from casework.notices.notice_facts import NewAlarm, Several, Trial
from casework.notices.notice_making import ONE_BY_ONE, Notice, combine, is_news, notices_for
from casework.notices.quiet_hours import QuietHours
from casework.notices.recipients import (
    CHOICES,
    Preference,
    Roles,
    checkers,
    escalated,
    people_of_branch,
    responsible,
)
from schemas.messages import Summary

ZONE = ZoneInfo("Asia/Hong_Kong")
NOW = datetime(2026, 1, 13, 15, tzinfo=UTC)  # 23:00 in Hong Kong
ALARM = NewAlarm("a-1", "C1", "C1 Trading", Summary("It ebbs.", "下降。"))
ROLES = Roles(
    managers=frozenset({"branch_manager"}),
    escalated_to=frozenset({"approver"}),
    checkers={"branch": frozenset({"branch_manager", "approver"}), "region": frozenset({"approver"})},
)


def person(user: str, role: str = "branch_staff", branch: str | None = "B1", **wishes: object) -> Preference:
    return Preference(user, role, branch, "en", "json://sink.bank.example", **wishes)


PEOPLE = [
    person("staff-17"),
    person("manager-b001", "branch_manager"),
    person("manager-b002", "branch_manager", "B2"),
    person("approver-1", "approver", None),
    person("approver-2", "approver", None),
]


def users(people) -> list[str]:
    return [p.user for p in people]


def test_an_alarm_is_for_the_branch_and_not_for_those_who_see_all() -> None:
    assert users(people_of_branch(PEOPLE, "B1")) == ["staff-17", "manager-b001"]


@pytest.mark.parametrize(
    ("level", "branch", "parts", "may"),
    [
        ("branch", "B1", (), ["manager-b001", "approver-1", "approver-2"]),
        ("branch", "B2", (), ["manager-b002", "approver-1", "approver-2"]),
        ("branch", "B1", ("manager-b001",), ["approver-1", "approver-2"]),
        ("region", "B1", ("approver-1",), ["approver-2"]),
        ("head_office", "B1", (), []),
    ],
)
def test_an_approval_waits_for_those_who_may_give_it_and_for_no_maker(level, branch, parts, may) -> None:
    assert users(checkers(PEOPLE, level, branch, parts, ROLES)) == may


def test_a_deadline_is_for_those_who_have_it_in_hand_and_the_branchs_manager() -> None:
    assert users(responsible(PEOPLE, {"staff-17"}, "B1", ROLES)) == ["staff-17", "manager-b001"]
    assert users(responsible(PEOPLE, (), "B2", ROLES)) == ["manager-b002"]
    assert users(escalated(PEOPLE, ROLES)) == ["approver-1", "approver-2"]


def test_only_what_a_person_wants_to_hear_of_is_written() -> None:
    deaf, keen = person("staff-17", kinds=frozenset()), person("staff-18", kinds=frozenset({"new_alarm"}))
    assert [n.user for n in notices_for([deaf, keen], "new_alarm", "a-1", ALARM, NOW, ZONE)] == ["staff-18"]
    assert notices_for([deaf, keen], "escalation", "a-1", ALARM, NOW, ZONE) == []
    assert [n.user for n in notices_for([deaf], "test", "t-1", Trial(), NOW, ZONE)] == ["staff-17"]
    assert "test" not in CHOICES


def test_a_notice_waits_for_the_end_of_its_readers_quiet_hours() -> None:
    sleeper = person("staff-17", quiet=QuietHours(time(22), time(7)))
    waiting, at_once = notices_for([sleeper, person("staff-18")], "new_alarm", "a-1", ALARM, NOW, ZONE)
    assert waiting.not_before == datetime(2026, 1, 14, 7, tzinfo=ZONE)
    assert at_once.not_before == NOW


def test_an_address_is_in_no_representation_of_its_owner() -> None:
    assert "sink.bank" not in repr(person("staff-17"))


def test_what_is_older_than_two_weeks_is_no_news() -> None:
    today = date(2026, 1, 19)
    assert is_news(date(2026, 1, 5), today)
    assert not is_news(date(2026, 1, 4), today)


def many(number: int, user: str = "staff-17", kind="new_alarm") -> list[Notice]:
    facts = [NewAlarm(f"a-{n}", f"C{n}", f"C{n} Trading", Summary("It ebbs.", "下降。")) for n in range(number)]
    return [Notice(user, kind, f.alert_id, f, NOW) for f in facts]


def test_a_few_of_a_kind_are_told_one_by_one() -> None:
    few = many(ONE_BY_ONE) + many(ONE_BY_ONE, "staff-18") + many(ONE_BY_ONE, kind="escalation")
    sent, folded = combine(few)
    assert sorted(sent, key=str) == sorted(few, key=str)
    assert folded == []


def test_many_of_a_kind_are_one_whoever_folds_them() -> None:
    flood, other = many(40), many(1, "staff-18")
    sent, folded = combine(flood + other)
    assert (sent[1:], folded) == (other, flood)
    assert (sent[0].user, sent[0].kind, sent[0].not_before) == ("staff-17", "new_alarm", NOW)
    assert sent[0].facts == Several(40, ("C0 Trading", "C1 Trading", "C2 Trading"))
    again = combine(flood[::-1])[0][0]
    assert again.subject_key == sent[0].subject_key != combine(flood[1:])[0][0].subject_key
