"""GET /figures: who sees which branch, over which weeks, and null where nothing was measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from casework.alerts.holdout import lot
from schemas.verdicts import Direction, Grade
from schemas.weeks import Week, parse_week
from store.tables.alerts import alert
from store.tables.cases import client_case
from tests.api.conftest import NOW
from tests.api.explained import an_explanation

WEEK = parse_week("2026-W02")
FIGURES = "/api/v1/figures"


def total(person, query: str = "") -> dict:
    answer = person.get(FIGURES + query)
    assert answer.status_code == 200, answer.text
    return answer.json()["total"]


def close_case(bank, case_id: str, **facts: object) -> None:
    """As closed in WEEK."""
    ended = {"state": "closed", "closed_at": NOW, "closed_week": WEEK, "cause": "fees"} | facts
    with bank.store.write() as tx:
        tx.execute(sa.update(client_case).where(client_case.c.case_id == case_id).values(ended))


def test_what_was_never_measured_is_null_and_not_zero(two_branches, api) -> None:
    found = total(api.a("auditor"))
    assert (found["alerts"]["count"], found["alerts"]["not_closed"]) == (3, 3)
    assert (found["precision"], found["hold_out"], found["cases"]["save_rate_pct"]) == ([], None, None)
    assert (found["money"]["revenue_kept"], found["money"]["spent"]) == (None, None)
    assert found["time"] == {
        "to_acknowledge": None, "to_task_force": None, "to_first_contact": None,
        "lead": {"count": 0, "missed": 0, "median_weeks": None, "p10_weeks": None},
    }  # fmt: skip
    assert found["cases"]["by_state"]["forming"] == 0


def test_falls_that_opened_with_weeks_left_are_counted(bank, api) -> None:
    onsets = {"F1": WEEK - 9, "F2": WEEK - 24, "F3": WEEK - 25, "F4": None}  # of F3 the six months are over
    for client_id, onset in onsets.items():
        bank.client(client_id, "B1", first_week=WEEK)
        told = None if onset is None else an_explanation(WEEK, onset_week=Week(onset))
        bank.alert(client_id, explained=told)
    bank.client("R1", "B1", first_week=WEEK)
    bank.alert("R1", direction=Direction.RISE)
    found = total(api.a("auditor"))["alerts"]
    assert (found["count"], found["falls"], found["falls_in_time"]) == (5, 4, 2)


def test_a_manager_sees_the_own_branch_and_the_others_all_of_them(two_branches, api) -> None:
    def seen(person, query: str = "") -> list[tuple[str, int]]:
        rows = person.get(FIGURES + query).json()
        assert rows["total"]["alerts"]["count"] == sum(row["alerts"]["count"] for row in rows["branches"])
        return [(row["branch_id"], row["alerts"]["count"]) for row in rows["branches"]]

    assert seen(api.a("branch_manager", "B1")) == [("B1", 2)]
    assert seen(api.a("branch_manager", "B1"), "?branch=B2") == []
    for role in ("approver", "auditor"):
        assert seen(api.a(role)) == [("B1", 2), ("B2", 1)]
        assert seen(api.a(role), "?branch=B2") == [("B2", 1)]
    assert api.staff("B1").get(FIGURES).status_code == 403
    assert api.a("operations").get(FIGURES).status_code == 403


def test_nothing_said_is_the_year_up_to_this_week(two_branches, api) -> None:
    body = api.a("auditor").get(FIGURES).json()
    assert (body["from_week"], body["to_week"]) == ("2025-W04", "2026-W04")
    body = api.a("auditor").get(f"{FIGURES}?to=2025-W27").json()
    assert (body["from_week"], body["to_week"]) == ("2024-W27", "2025-W27")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?from=2026-W02&to=2026-W03", 3),
        ("?from=2026-W03", 0),
        ("?to=2026-W02", 0),
        ("?from=2025-W50&to=2026-W03", 3),
    ],
)
def test_weeks_are_half_open(two_branches, api, query, count) -> None:
    assert total(api.a("auditor"), query)["alerts"]["count"] == count


@pytest.mark.parametrize(
    "query",
    ["?from=2026-W03&to=2026-W03", "?from=2026-W04&to=2026-W03", "?from=2030-W01", "?from=2026-W54", "?weeks=3",
     "?from_week=2026-W01"],
)  # fmt: skip
def test_weeks_that_run_backwards_or_are_none_are_refused(two_branches, api, query) -> None:
    answer = api.a("auditor").get(FIGURES + query)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")


@pytest.mark.parametrize("query", ["?from=0001-W01", "?to=0001-W02", "?to=9999-W52", "?from=0001-W01&to=9999-W52"])
def test_the_ends_of_the_calendar_are_weeks_too(two_branches, api, query) -> None:
    assert api.a("auditor").get(FIGURES + query).status_code == 200


def test_precision_is_of_the_policy_that_opened_the_alert(two_branches, api) -> None:
    manager = api.a("branch_manager", "B1")
    for each in manager.get("/api/v1/alerts").json()["items"]:
        outcome = "true_decline" if each["client_id"] == "C1" else "new_normal"
        assert (
            manager.post(f"/api/v1/alerts/{each['alert_id']}/close", json={"outcome": outcome}).status_code == 200
        )
    assert total(manager)["precision"] == [
        {"policy_version": "policy-1", "judged": 2, "true": 1, "precision_pct": 50.0}
    ]


def test_a_persons_first_act_acknowledges_an_alert(two_branches, api) -> None:
    person = api.staff("B1")
    alert_id = person.get("/api/v1/alerts").json()["items"][0]["alert_id"]
    api.clock.now += timedelta(hours=24)
    person.post(f"/api/v1/alerts/{alert_id}/assign", json={"assignee": "staff-4"})
    api.clock.now += timedelta(hours=24)
    person.post(f"/api/v1/alerts/{alert_id}/acknowledge", json={})
    assert total(api.a("auditor"))["time"]["to_acknowledge"] == {
        "count": 1, "median_hours": 58.0, "p90_hours": 58.0, "median_business_days": 2.0, "p90_business_days": 2.0
    }  # fmt: skip


def test_a_saved_case_brings_the_margin_on_what_it_regained(two_branches, api) -> None:
    opened = WEEK - 20
    two_branches.client("C9", "B1", first_week=WEEK - 100)
    two_branches.volumes("C9", {week: (50_000_00, 50_000_00 + 30_000_00 * (week > opened)) for week in
                                range(WEEK - 60, WEEK)})  # fmt: skip
    alert_id = two_branches.alert("C9", week=opened - 2)
    case_id = two_branches.case("C9", "00000000-0000-4000-8000-0000000000c9", alert_id, opened_week=opened)
    close_case(two_branches, case_id, truth="true_diversion", retention="saved")
    found = total(api.a("auditor"))
    assert (found["cases"]["closed"], found["cases"]["saved"], found["cases"]["save_rate_pct"]) == (1, 1, 100.0)
    assert (found["money"]["kept"], found["money"]["kept_measured"]) == (1, 1)
    assert (found["money"]["revenue_kept"], found["money"]["spent"]) == ("1560.00", "0.00")  # 30,000 x 52 x 10 bps


def test_held_out_alerts_are_compared_with_treated_ones(two_branches, api) -> None:
    api.app.state.deps = replace(
        api.app.state.deps, rules=replace(api.app.state.deps.rules, holdout_share=0.5, holdout_below_minor=100_00)
    )
    opened = WEEK - 40
    sides = {True: 0, False: 0}
    for number in range(40):
        client_id = f"H{number}"
        two_branches.client(client_id, "B2", first_week=WEEK - 150)
        alert_id = two_branches.alert(client_id, grade=Grade.PROMPT, at_risk=50_00, week=opened)
        held_out = lot(alert_id) < 5000
        sides[held_out] += 1
        left = 0.3 if held_out else 0.9
        two_branches.volumes(client_id, {w: (1000, 1000) if w <= opened else (int(1000 * left), int(1000 * left))
                                         for w in range(opened - 70, WEEK)})  # fmt: skip
    found = total(api.a("auditor"))["hold_out"]
    assert found["share_pct"] == 50.0
    assert found["treated"] == {"count": sides[False], "kept": sides[False], "kept_pct": 100.0}
    assert found["held_out"] == {"count": sides[True], "kept": 0, "kept_pct": 0.0}
    assert (found["difference_points"], found["high_points"]) == (100.0, 100.0)
    assert 50 < found["low_points"] < 100
    assert total(api.a("auditor"), "?branch=B1")["hold_out"]["difference_points"] is None


def test_an_alert_says_that_it_is_held_out_until_it_is_an_alarm(two_branches, api) -> None:
    rules = replace(api.app.state.deps.rules, holdout_share=0.5, holdout_below_minor=100_00)
    api.app.state.deps = replace(api.app.state.deps, rules=rules)
    for number in range(8):
        two_branches.client(f"H{number}", "B1", first_week=WEEK)
    ids = [two_branches.alert(f"H{n}", grade=Grade.PROMPT, at_risk=50_00) for n in range(8)]
    drawn = {alert_id for alert_id in ids if lot(alert_id) < 5000}
    assert 0 < len(drawn) < len(ids)
    auditor = api.a("auditor")

    def held_out() -> set[str]:
        return {each["alert_id"] for each in auditor.get("/api/v1/alerts").json()["items"] if each["held_out"]}

    assert held_out() == drawn
    worse = min(drawn)
    with two_branches.store.write() as tx:
        tx.execute(sa.update(alert).where(alert.c.alert_id == worse).values(grade=int(Grade.ALARM)))
    assert held_out() == drawn - {worse}
    assert not auditor.get(f"/api/v1/alerts/{worse}").json()["held_out"]


def test_both_databases_give_the_same_body(store, bank_on) -> None:
    bank, api = bank_on(store)
    bank.two_branches()
    alert_id = bank.alert("C1", week=WEEK - 5, direction=Direction.RISE)
    bank.case("C1", "00000000-0000-4000-8000-0000000000c1", alert_id)
    body = api.a("auditor").get(FIGURES).json()
    assert body["total"]["cases"]["by_state"]["forming"] == 1
    assert body["total"]["time"]["to_task_force"]["count"] == 1
    assert [row["alerts"]["count"] for row in body["branches"]] == [3, 1]
