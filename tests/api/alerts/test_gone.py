"""What became of clients that are gone is recorded once, in bulk, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from schemas.verdicts import Direction
from store.tables.cases import client_case
from store.tables.gone_clients import gone_client
from store.tables.ledger import shard_week
from tests.api.conftest import WEEK, Api, Bank
from tests.api.explained import an_explanation

GONE, ALERTS = "/api/v1/alerts/gone", "/api/v1/alerts"
CASE = "00000000-0000-4000-8000-00000000000{}"
CLOSED = date(2026, 1, 10)


@pytest.fixture
def branch(store, bank_on) -> tuple[Bank, Api, dict[str, str]]:
    """Alerts by client. W was warned of and tried, L too late, S is still there, O has closed at another branch."""
    bank, api = bank_on(store)
    bank.weeks(dict.fromkeys(range(WEEK - 80, WEEK + 1), "closed"))
    with store.write() as tx:
        tx.execute(sa.update(shard_week).values(judged_revision=1))
    ids = {}
    for client_id, closed in (("W", CLOSED), ("L", CLOSED), ("S", None), ("O", CLOSED)):
        bank.client(client_id, "B2" if client_id == "O" else "B1", first_week=WEEK - 80, closed_on=closed)
        bank.volumes(client_id, dict.fromkeys(range(WEEK - 80, WEEK - 4), (6000, 4000)))
        opened = WEEK - 5 if client_id == "L" else WEEK - 20
        why = an_explanation(opened) if client_id == "W" else None
        ids[client_id] = bank.alert(client_id, week=opened, explained=why)
    bank.case("W", CASE.format(1))
    bank.case("L", CASE.format(2), origin="missed_departure")  # asks why nobody saw it
    with store.write() as tx:
        tx.execute(sa.update(client_case).values(state="closed", closed_week=WEEK))
    return bank, api, ids


def rows(bank: Bank) -> list[sa.Row]:
    with bank.store.read() as tx:
        return list(tx.execute(sa.select(gone_client).order_by(gone_client.c.client_id)))


def test_each_is_closed_and_what_went_with_it_is_told_and_kept(branch) -> None:
    bank, api, ids = branch
    body = {"alert_ids": [ids["W"], ids["L"]], "outcome": "true_diversion", "note": "closed its last account"}
    answer = api.staff().post(GONE, json=body)
    assert answer.status_code == 200, answer.text
    done = answer.json()
    assert (done["changed"], done["unchanged"], done["refused"]) == ([ids["W"], ids["L"]], [], [])
    told = {each["client_id"]: each for each in done["recorded"]}
    same = {"outcome": "true_diversion", "last_paid_week": "2025-W49", "currency": "HKD"}
    assert told == {
        "W": same | {
            "client_id": "W", "alert_id": ids["W"], "lost": "5100.00", "warned": True, "warned_weeks": 15,
            "tried": True,
        },
        "L": same | {
            "client_id": "L", "alert_id": ids["L"], "lost": "5200.00", "warned": False, "warned_weeks": None,
            "tried": False,
        },
    }  # fmt: skip
    kept = [(row.client_id, row.lost_minor, row.warned_weeks, row.tried, row.recorded_by) for row in rows(bank)]
    assert kept == [("L", 520_000, None, False, "staff-17"), ("W", 510_000, 15, True, "staff-17")]
    shown = api.staff().get(f"{ALERTS}/{ids['W']}").json()
    assert (shown["state"], shown["outcome"], shown["outcome_note"], shown["bucket"]) == (
        "closed",
        "true_diversion",
        "closed its last account",
        None,
    )
    trail = api.a("auditor").get("/api/v1/audit").json()["items"]
    assert sorted((each["action"], each["key"]) for each in trail) == sorted(
        [("alert.close", ids["W"]), ("alert.close", ids["L"]), ("client.gone", "W"), ("client.gone", "L")]
    )
    gone = next(each for each in trail if each["action"] == "client.gone" and each["key"] == "W")
    assert (gone["after"]["lost_minor"], gone["after"]["warned_weeks"]) == (510_000, 15)


def test_what_is_not_gone_or_not_theirs_stops_nothing_else(branch) -> None:
    bank, api, ids = branch
    body = {"alert_ids": [ids["S"], ids["O"], ids["W"]], "outcome": "true_decline"}
    done = api.staff().post(GONE, json=body).json()
    assert done["changed"] == [ids["W"]]
    assert [(each["alert_id"], each["status"]) for each in done["refused"]] == [(ids["S"], 409), (ids["O"], 404)]
    assert [row.client_id for row in rows(bank)] == ["W"]


def test_a_client_goes_once_however_many_alerts_told_of_it(branch) -> None:
    bank, api, ids = branch
    rise = bank.alert("W", week=WEEK - 30, direction=Direction.RISE)
    both = {"alert_ids": [rise, ids["W"]], "outcome": "true_decline"}
    assert [each["alert_id"] for each in api.staff().post(GONE, json=both).json()["recorded"]] == [ids["W"]]
    later = bank.alert("W", week=WEEK - 1, direction=Direction.RISE)
    again = api.staff().post(GONE, json={"alert_ids": [later], "outcome": "true_decline"}).json()
    assert (again["changed"], again["recorded"]) == ([later], [])
    repeated = api.staff().post(GONE, json=both).json()
    assert (repeated["changed"], len(repeated["unchanged"]), repeated["recorded"]) == ([], 2, [])
    assert len(rows(bank)) == 1


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [({"outcome": "withdrawn"}, "/outcome"), ({"alert_ids": []}, "/alert_ids"), ({"outcome": None}, "/outcome")],
)
def test_what_does_not_fit_is_refused_whole(branch, changed, pointer) -> None:
    bank, api, ids = branch
    answer = api.staff().post(GONE, json={"alert_ids": [ids["W"]], "outcome": "true_decline"} | changed)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert rows(bank) == []


def test_who_may_not_act_on_alerts_may_not_record(branch) -> None:
    body = {"alert_ids": [branch[2]["W"]], "outcome": "true_decline"}
    assert branch[1].a("approver").post(GONE, json=body).status_code == 403


def test_figures_count_them_by_branch(branch) -> None:
    _, api, ids = branch
    api.staff().post(GONE, json={"alert_ids": [ids["W"], ids["L"]], "outcome": "true_decline"})
    api.staff("B2").post(GONE, json={"alert_ids": [ids["O"]], "outcome": "true_decline"})
    body = api.a("auditor").get("/api/v1/figures?from=2025-W10&to=2026-W10").json()
    found = {row["branch_id"]: row["gone"] for row in (*body["branches"], body["total"])}
    assert found == {
        "B1": {"count": 2, "lost": "10300.00", "warned": 1, "tried": 1},
        "B2": {"count": 1, "lost": "5200.00", "warned": 1, "tried": 0},
        None: {"count": 3, "lost": "15500.00", "warned": 2, "tried": 1},
    }
    before = api.a("auditor").get("/api/v1/figures?from=2025-W02&to=2026-W02").json()
    assert before["total"]["gone"] == {"count": 0, "lost": "0.00", "warned": 0, "tried": 0}
