"""The weeks of a client: complete, exact, and with averages that a plain recomputation confirms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from acts.bank import BankRules
from schemas.verdicts import Common, Direction, Grade, GroupKind, Verdict
from schemas.weeks import format_week, parse_week
from store.quiet import movements

LAST = parse_week("2026-W02")
FIRST = LAST - 79


@pytest.fixture
def volumes(bank):
    """80 weeks of debit and credit in minor units, every seventh week silent; the last two still open."""
    generator = np.random.default_rng(7)
    table = generator.integers(0, 10**9, (80, 2))
    table[::7] = 0
    table[3, 0] = -500_00  # more reversals than bookings
    bank.client("C1", "B1", first_week=FIRST)
    bank.shard(next_to_close=LAST - 1)
    bank.volumes(
        "C1", {FIRST + index: (debit, credit) for index, (debit, credit) in enumerate(table.tolist()) if debit}
    )
    states = ["closed"] * 77 + ["held", "open", "open"]
    bank.weeks({FIRST + index: state for index, state in enumerate(states)})
    return table


def activity(api, query: str = "", client: str = "C1") -> dict:
    return api.staff().get(f"/api/v1/clients/{client}/activity{query}").json()


def test_weeks_run_oldest_first_to_the_newest_of_the_shard_with_silent_ones_as_zeros(volumes, api) -> None:
    body = activity(api, "?weeks=10")
    weeks = body["weeks"]
    assert (body["client_id"], body["currency"]) == ("C1", "HKD")
    assert [each["week"] for each in weeks] == [format_week(LAST - 9 + i) for i in range(10)]
    assert [each["state"] for each in weeks] == ["closed"] * 7 + ["held", "open", "open"]
    minor = [[int(Decimal(each[name]) * 100) for name in ("debit", "credit")] for each in weeks]
    assert minor == volumes[70:].tolist()
    assert (weeks[0]["debit"], weeks[0]["debit_count"]) == ("0.00", 0)


@pytest.mark.parametrize(("asked", "given"), [(1, 1), (79, 79), (80, 80), (520, 80)])
def test_no_week_before_the_clients_first_is_made_up(volumes, api, asked, given) -> None:
    assert len(activity(api, f"?weeks={asked}")["weeks"]) == given


@pytest.mark.parametrize("asked", [5, 60, 520])
def test_averages_equal_a_plain_recomputation_and_are_null_where_history_is_short(volumes, api, asked) -> None:
    weeks = activity(api, f"?weeks={asked}")["weeks"]
    series = {"debit": volumes[:, 0], "credit": volumes[:, 1], "turnover": volumes.sum(axis=1)}
    for shown, index in zip(weeks, range(80 - len(weeks), 80), strict=True):
        for name, minor in series.items():
            for length, baseline in ((8, "recent"), (13, "quarter"), (52, "year")):
                expected = None
                if index >= length:
                    mean = Decimal(int(minor[index - length : index].sum())) / length
                    expected = str((mean / 100).quantize(Decimal("0.01")))
                assert shown["baselines"][name][baseline] == expected, (index, name, baseline)


def test_a_client_never_active_has_no_weeks(bank, api) -> None:
    bank.client("C2", "B1", shard=None)
    assert activity(api, client="C2") == {"client_id": "C2", "currency": "HKD", "weeks": []}


@pytest.mark.parametrize("asked", ["0", "521", "x", "-1", "1.5"])
def test_a_number_of_weeks_out_of_range_is_refused(volumes, api, asked) -> None:
    answer = api.staff().get(f"/api/v1/clients/C1/activity?weeks={asked}")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "weeks")


def test_only_the_clients_own_shard_says_how_far_the_weeks_go(volumes, bank, api) -> None:
    bank.weeks({LAST + 5: "open"}, home=1)
    assert activity(api)["weeks"][-1]["week"] == "2026-W02"


def test_weeks_say_what_the_calendar_holds_back(volumes, bank, api) -> None:
    deps = api.app.state.deps
    days = frozenset(date(2026, 1, day) for day in (6, 7, 8))  # of the last week
    api.app.state.deps = replace(deps, rules=BankRules(holidays=days), clock=lambda: deps.clock() - timedelta(35))
    entry = {"first_week": "2025-W49", "last_week": "2025-W50", "reason": "shut"}
    bank.client("C2", "B1", first_week=FIRST)
    for scope, subject, first in (("client", "C1", 49), ("branch", "B1", 50), ("client", "C2", 47)):
        body = entry | {"scope": scope, "subject": subject, "first_week": f"2025-W{first}"}
        assert api.a("approver").post("/api/v1/calendar", json=body).status_code == 200
    held = [each["week"] for each in activity(api, "?weeks=10")["weeks"] if each["suppressed"]]
    assert held == ["2025-W49", "2025-W50", "2026-W02"]


def test_a_week_that_a_group_explains_says_which(volumes, bank, api) -> None:
    common = Common(GroupKind.INDUSTRY, "Retail", -60.0, 1)
    verdict = Verdict("C1", LAST - 3, Direction.FALL, Grade.NONE, (), 0, "p-1", 1, common)
    bank.store.transact(lambda tx: movements.save_movements(tx, 0, LAST - 3, [], [verdict]))
    weeks = activity(api, "?weeks=10")["weeks"]
    assert {each["week"]: each["beside"] for each in weeks if each["beside"]} == {format_week(LAST - 3): "industry"}
