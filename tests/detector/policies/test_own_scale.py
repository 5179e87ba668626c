"""Minimum effects are shares of what a bank's own clients move, whatever its currency."""

from __future__ import annotations

import numpy as np
import pytest

from detector.policies.own_scale import effect_of, is_of_same_presets, on_own_scale, usual_years
from detector.policies.policy import Policy, dump_policy, load_policy
from detector.policies.preset_table import EFFECT_SHARE
from detector.policies.presets import default_policy

TIERS = ["A"] * 20 + ["B"] * 20 + ["C"] * 20
YEARLY = np.repeat(np.array([80_000_000, 20_000_000, 2_000_000], np.int64), 20)


def effects(policy: Policy) -> dict[str, int]:
    return {tier.tier: tier.minimum_effect for tier in policy.tiers}


@pytest.mark.parametrize(("currency", "rate", "digits"), [("HKD", 1, 2), ("JPY", 20, 0), ("KWD", 0.04, 3)])
def test_the_same_clients_in_another_currency_have_the_same_effects_at_its_rate(
    currency: str, rate: float, digits: int
) -> None:
    policy = default_policy(currency)
    minor = np.rint(YEARLY * rate * 10**digits).astype(np.int64)
    found = effects(on_own_scale(policy, usual_years(policy, TIERS, minor)))
    for tier, median in (("A", 80_000_000), ("B", 20_000_000), ("C", 2_000_000)):
        assert found[tier] == pytest.approx(median * rate * EFFECT_SHARE[tier], rel=0.05)


def test_a_tier_of_few_clients_goes_by_all_of_them_and_an_unknown_one_is_judged_as_the_default() -> None:
    policy = default_policy("HKD")
    found = usual_years(policy, ["A"] * 3 + ["D"] * 20, np.full(23, 500_000_00, np.int64))
    assert {tier: (year.clients, year.median) for tier, year in found.items()} == {
        "A": (23, 500_000), "B": (23, 500_000), "C": (20, 500_000),
    }  # fmt: skip
    assert usual_years(policy, ["C"] * 11, np.full(11, 1, np.int64)) == {}


def test_an_effect_is_a_number_that_can_be_said_and_never_nothing() -> None:
    assert effect_of(0.025, 107_495_909) == 2_700_000
    assert effect_of(0.025, 300) == 8
    assert effect_of(0.25, 0) == 1


def test_a_scaled_policy_is_told_from_one_of_other_presets() -> None:
    policy = default_policy("HKD")
    scaled = on_own_scale(policy, usual_years(policy, TIERS, YEARLY))
    assert is_of_same_presets(load_policy(dump_policy(scaled)), policy)
    assert not is_of_same_presets(scaled, default_policy("JPY"))
    assert not is_of_same_presets(policy, policy)
