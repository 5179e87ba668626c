"""What a waiver would have to bring, beside doing something else."""

from __future__ import annotations

import pytest

from tests.api.conftest import CASE
from tests.api.remedy_desk import MARKETING, V1, WAIVER, Desk

ASK = f"{V1}/cases/{CASE}/what-if"
THOUGHT = {"list_price": "1200.00", "starts_on": "2026-02-01", "ends_on": "2026-05-01"}
FIGURES = {
    "do_nothing": ("0.00", "0.00"),
    "half_for_three_months": ("1814.80", "138082.20"),
    "service_upgrade": (None, None),
    "as_proposed": ("3511.24", "276164.39"),
}


@pytest.fixture
def desk(bank, api) -> Desk:
    return Desk(bank, api)


def figures(answer) -> dict:
    assert answer.status_code == 200, answer.text
    return {each["option"]: (each["cost"], each["break_even"]) for each in answer.json()["items"]}


def test_four_answers_stand_beside_what_is_at_risk(desk) -> None:
    answer = desk.staff.get(ASK, params=THOUGHT)
    assert figures(answer) == FIGURES
    assert {(each["value_at_risk"], each["currency"]) for each in answer.json()["items"]} == {("120000.00", "HKD")}


def test_a_proposed_waiver_has_the_same_answers(desk) -> None:
    assert figures(desk.approver.get(f"{desk.propose(WAIVER)}/what-if")) == FIGURES


def test_a_part_of_the_fee_costs_a_part(desk) -> None:
    assert figures(desk.staff.get(ASK, params=THOUGHT | {"concession_pct": 20}))["as_proposed"] == (
        "702.25",
        "55232.88",
    )


def test_an_upgrade_is_priced_by_who_asks_or_by_the_case(desk) -> None:
    told = desk.staff.get(ASK, params=THOUGHT | {"service_cost": "890.00"})
    assert figures(told)["service_upgrade"] == ("890.00", "70000.00")
    desk.propose(MARKETING | {"type": "service_level_raise", "cost": "445.00"})
    known = desk.staff.get(ASK, params=THOUGHT)
    assert figures(known)["service_upgrade"] == ("445.00", "35000.00")
    assert figures(desk.staff.get(f"{desk.propose(WAIVER)}/what-if"))["service_upgrade"] == ("445.00", "35000.00")


@pytest.mark.parametrize(
    "change",
    [{"list_price": "0"}, {"ends_on": "2026-02-01"}, {"concession_pct": 0}, {"service_cost": "1.005"}, {"x": "1"}],
)
def test_what_cannot_be_is_refused(desk, change) -> None:
    assert desk.staff.get(ASK, params=THOUGHT | change).status_code == 422


def test_what_gives_up_no_fee_has_no_such_question(desk) -> None:
    assert desk.staff.get(f"{desk.propose(MARKETING)}/what-if").status_code == 422


def test_another_branchs_case_is_not_there(desk) -> None:
    assert desk.other_manager.get(ASK, params=THOUGHT).status_code == 404
