"""Limits over the API: cumulative whatever is split, in whatever order it is asked for and approved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from acts.bank import BankRules
from casework.remedies.limits import Authority, LevelLimit
from tests.api.remedy_desk import MARKETING, OTHER_CASE, REDUCTION, V1, WAIVER, Desk

SMALL = Authority(
    levels=(
        LevelLimit("branch", 25, 1_000, 92, 1_500),
        LevelLimit("region", 100, 3_000, 366, 4_000),
        LevelLimit("head_office", 100, 6_000, 400, 20_000),
    ),
    branch_amount=5_000,
    branch_ceiling=9_000,
)
OTHER_CLIENT = "00000000-0000-4000-8000-00000000000e"


@pytest.fixture
def desk(bank, api) -> Desk:
    desk = Desk(bank, api)
    bank.case("C2", OTHER_CLIENT)
    limits(desk, SMALL)
    return desk


def limits(desk: Desk, authority: Authority) -> None:
    deps = desk.api.app.state.deps
    desk.api.app.state.deps = replace(deps, rules=BankRules(authority=authority))


def route(desk: Desk, remedy: str) -> list[str]:
    return desk.staff.get(remedy).json()["route"]


def spend(cost: int) -> dict:
    return MARKETING | {"cost": f"{cost}.00"}


def test_two_halves_submitted_before_either_is_approved_both_go_higher(desk) -> None:
    first = desk.submit(spend(600))
    assert route(desk, first) == ["branch"]
    second = desk.submit(spend(600))
    assert (route(desk, first), route(desk, second)) == (["region"], ["region"])
    assert desk.manager.post(f"{first}/approve").status_code == 403
    lines = desk.manager.get(f"{V1}/cases/{desk.staff.get(first).json()['case_id']}").json()["timeline"]
    assert [each["actor"] for each in lines if each["what"] == "remedy.rerouted"] == ["ebbwatch"]
    audit = desk.api.a("auditor").get(f"{V1}/audit?action=remedy.reroute").json()["items"]
    assert [row["key"] for row in audit] == [first.rsplit("/", 1)[1]]


def test_a_half_proposed_after_the_first_was_approved_goes_higher(desk) -> None:
    desk.approve(spend(600))
    assert route(desk, desk.submit(spend(600))) == ["region"]


def test_what_is_taken_back_or_rejected_no_longer_counts(desk) -> None:
    first, second = desk.submit(spend(600)), desk.propose(spend(600))
    desk.staff.post(f"{first}/withdraw")
    desk.staff.post(f"{second}/submit")
    assert route(desk, second) == ["branch"]
    desk.manager.post(f"{second}/reject", json={"note": "no"})
    assert route(desk, desk.submit(spend(600))) == ["branch"]


def test_what_was_revoked_counts_as_far_as_it_ran(desk) -> None:
    given = desk.approve(REDUCTION | {"starts_on": "2026-01-13", "ends_on": "2026-04-13", "list_price": "1200.00"})
    assert desk.staff.get(given).json()["total"] == "710.14"
    desk.api.clock.now += timedelta(days=50)
    desk.manager.post(f"{given}/revoke", json={"note": "no"})
    rest = REDUCTION | {"starts_on": "2026-03-04", "ends_on": "2026-04-14"}  # 50 + 41 days
    assert route(desk, desk.submit(rest)) == ["branch"]
    assert route(desk, desk.submit(rest | {"ends_on": "2026-04-16"})) == ["region"]


def test_the_same_fee_in_other_letters_is_the_same_fee(desk) -> None:
    desk.approve(REDUCTION)
    assert route(desk, desk.submit(REDUCTION | {"fee_code": "acct-maint"})) == ["region"]


def test_two_waivers_of_one_fee_at_once_are_one_too_many(desk) -> None:
    first, second = desk.submit(WAIVER | {"list_price": "100.00"}), desk.submit(WAIVER | {"list_price": "100.00"})
    for who in (desk.approver, desk.second_approver):
        who.post(f"{first}/approve")
    assert desk.staff.get(first).json()["state"] == "approved"
    for who in (desk.approver, desk.second_approver):
        assert who.post(f"{second}/approve").status_code == 409
    third = desk.propose(WAIVER | {"list_price": "1.00"})
    assert desk.staff.post(f"{third}/submit").status_code == 409


def test_above_its_amount_a_branch_needs_head_office_also_for_what_waits(desk) -> None:
    waiting = desk.submit(spend(500), OTHER_CLIENT)
    assert route(desk, waiting) == ["branch"]
    given = desk.submit(spend(4_600))
    for who in (desk.approver, desk.second_approver):
        assert who.post(f"{given}/approve").status_code == 200
    assert route(desk, waiting) == ["region", "head_office"]
    assert desk.manager.post(f"{waiting}/approve").status_code == 403


def test_another_branch_has_its_own_amount(desk) -> None:
    given = desk.submit(spend(4_600))
    for who in (desk.approver, desk.second_approver):
        who.post(f"{given}/approve")
    other = desk.submit(spend(500), OTHER_CASE, by=desk.api.staff("B2", "staff-9"))
    assert desk.other_manager.post(f"{other}/approve").status_code == 200


def test_a_branch_does_not_pass_its_ceiling(desk) -> None:
    for case_id, cost in ((None, 5_000), (OTHER_CLIENT, 4_000)):
        given = desk.submit(spend(cost), *([case_id] if case_id else []))
        for who in (desk.approver, desk.second_approver):
            assert who.post(f"{given}/approve").status_code == 200
    last = desk.propose(spend(1), OTHER_CLIENT)
    refused = desk.staff.post(f"{last}/submit")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:ebbwatch:problem:conflict")
    assert desk.staff.get(last).json()["state"] == "draft"


def test_a_person_approves_no_more_than_their_level_may(desk) -> None:
    limits(desk, replace_levels(checker=700))
    desk.approve(spend(400))
    more = desk.submit(spend(301), OTHER_CLIENT)
    assert desk.manager.post(f"{more}/approve").status_code == 409
    second = desk.api.a("branch_manager", "B1", "manager-b001-2")
    assert second.post(f"{more}/approve").status_code == 200


def test_what_a_person_approved_long_ago_no_longer_counts(desk) -> None:
    limits(desk, replace_levels(checker=700))
    desk.approve(spend(400))
    desk.api.clock.now += timedelta(days=366)
    late = desk.submit(spend(400) | {"starts_on": "2027-02-01"})
    assert desk.manager.post(f"{late}/approve").status_code == 200


def replace_levels(checker: int) -> Authority:
    first, *rest = SMALL.levels
    lower = LevelLimit(first.level, first.concession_pct, first.amount, first.days, checker)
    return Authority(levels=(lower, *rest), branch_amount=5_000, branch_ceiling=9_000)


def test_a_route_that_became_longer_by_the_banks_setting_holds_at_approval(desk) -> None:
    remedy = desk.submit(spend(600))
    limits(desk, replace_amount(500))
    assert desk.manager.post(f"{remedy}/approve").status_code == 403
    done = desk.approver.post(f"{remedy}/approve").json()
    assert (done["state"], done["route"], done["approvals"][0]["level"]) == ("approved", ["region"], "region")


def replace_amount(amount: int) -> Authority:
    first, *rest = SMALL.levels
    lower = LevelLimit(first.level, first.concession_pct, amount, first.days, first.checker_amount)
    return Authority(levels=(lower, *rest), branch_amount=5_000, branch_ceiling=9_000)
