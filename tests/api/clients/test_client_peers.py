"""What a client's change is to be seen against, over HTTP."""

from __future__ import annotations

import pytest

from detector.policies.presets import default_policy
from tests.api.conftest import WEEK, Bank


@pytest.fixture
def five_retailers(bank: Bank) -> Bank:
    """R0 to R4 in B1: the last quarter of Rn moves 60 + 20 n percent of the year before."""
    bank.shard(WEEK + 1)
    bank.weeks({WEEK: "closed"})
    for number in range(5):
        client_id = f"R{number}"
        bank.client(client_id, "B1", industry="Retail", first_week=WEEK - 64)
        recent = 60_000 + 20_000 * number
        bank.volumes(client_id, {WEEK - ago: (recent if ago < 13 else 100_000, 0) for ago in range(65)})
    return bank


def test_the_median_is_that_of_the_others(five_retailers, api) -> None:
    answer = api.staff("B1").get("/api/v1/clients/R0/peers")
    assert answer.status_code == 200
    found = answer.json()
    assert {name: found[name] for name in ("week", "industry", "peers")} == {
        "week": "2026-W02",
        "industry": "Retail",
        "peers": 4,
    }
    assert found["own_change_pct"] == pytest.approx(-40)
    assert found["median_change_pct"] == pytest.approx(10)
    assert found["lower_quartile_pct"] == pytest.approx(-5)
    assert found["upper_quartile_pct"] == pytest.approx(25)


def test_two_peers_are_too_few_to_be_told_of(bank, api) -> None:
    bank.shard(WEEK + 1)
    bank.weeks({WEEK: "closed"})
    for number in range(3):
        bank.client(f"R{number}", "B1", industry="Retail", first_week=WEEK - 64)
        bank.volumes(f"R{number}", {WEEK - ago: (100_000, 0) for ago in range(65)})
    found = api.staff("B1").get("/api/v1/clients/R0/peers").json()
    assert found["peers"] == 2
    assert found["own_change_pct"] == 0
    assert found["median_change_pct"] is None
    assert found["lower_quartile_pct"] is None


def test_a_client_without_weeks_has_nothing_to_compare(two_branches, api) -> None:
    found = api.staff("B1").get("/api/v1/clients/C1/peers").json()
    assert found == {
        "week": None,
        "industry": None,
        "peers": 0,
        "own_change_pct": None,
        "median_change_pct": None,
        "lower_quartile_pct": None,
        "upper_quartile_pct": None,
    }


@pytest.mark.parametrize("what", ["peers", "presets"])
def test_another_branch_s_client_is_not_found(two_branches, api, what: str) -> None:
    assert api.staff("B1").get(f"/api/v1/clients/D1/{what}").status_code == 404
    assert api.staff("B2").get(f"/api/v1/clients/D1/{what}").status_code == 200


def test_presets_are_those_of_the_client_s_tier(two_branches, api) -> None:
    found = api.staff("B1").get("/api/v1/clients/C1/presets").json()
    assert found["tier"] == "B"
    assert found["policy_version"] == default_policy("HKD").version
    assert found["minimum_effect"] == "500000.00"
    year = [p for p in found["presets"] if (p["baseline"], p["series"]) == ("quarter_vs_year", "turnover")]
    assert [(p["direction"], p["prompt_pct"], p["alarm_pct"]) for p in year] == [
        ("fall", -52.0, -59.0),
        ("rise", 150.0, None),
    ]


def test_a_tier_without_presets_is_judged_by_the_default_one(bank, api) -> None:
    bank.client("Z1", "B1", tier="Z")
    assert api.staff("B1").get("/api/v1/clients/Z1/presets").json()["tier"] == "C"
