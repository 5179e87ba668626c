from __future__ import annotations

import msgspec
import pytest

from detector.policies.policy import BadPolicy, Policy, Preset, TierPolicy, dump_policy, load_policy
from schemas.verdicts import Baseline, Direction, Series

FALL = Preset(Baseline.QUARTER_VS_YEAR, Series.TURNOVER, Direction.FALL, -35.0, -50.0)
RISE = Preset(Baseline.QUARTER_VS_YEAR, Series.TURNOVER, Direction.RISE, 60.0, None)
POLICY = Policy("bank", 2, "C", (TierPolicy("A", 1000, (FALL, RISE)), TierPolicy("C", 100, (FALL,))))


def changed(path: list[str | int], value: object) -> bytes:
    tree = msgspec.json.decode(dump_policy(POLICY))
    leaf = tree
    for key in path[:-1]:
        leaf = leaf[key]
    leaf[path[-1]] = value
    return msgspec.json.encode(tree)


def test_a_policy_survives_being_written_and_read() -> None:
    assert load_policy(dump_policy(POLICY)).version == POLICY.version
    assert dump_policy(load_policy(dump_policy(POLICY))) == dump_policy(POLICY)


def test_the_version_follows_the_content_and_not_its_order() -> None:
    shuffled = Policy("bank", 2, "C", (TierPolicy("C", 100, (FALL,)), TierPolicy("A", 1000, (RISE, FALL))))
    stricter = load_policy(changed(["tiers", 1, "minimum_effect"], 101))
    assert shuffled.version == POLICY.version
    assert stricter.version != POLICY.version
    assert POLICY.version.startswith("bank-")


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (["tiers", 1, "presets", 0, "prompt_pct"], 35.0, "not in"),
        (["tiers", 1, "presets", 0, "prompt_pct"], -101.0, "not in"),
        (["tiers", 1, "presets", 0, "alarm_pct"], -35.0, "not beyond"),
        (["tiers", 1, "presets", 0, "alarm_pct"], -30.0, "not beyond"),
        (["tiers", 0, "presets", 1, "prompt_pct"], -60.0, "not above 0"),
        (["tiers", 0, "presets", 1, "alarm_pct"], 50.0, "not beyond"),
        (["tiers", 0, "presets", 1, "direction"], "fall", "not in"),
        (["tiers", 0, "presets", 1, "series"], "volume", "Invalid enum"),
        (["tiers", 0, "minimum_effect"], -1, "minimum_effect"),
        (["tiers", 0, "tier"], "C", "given twice"),
        (["default_tier"], "D", "no presets"),
        (["minor_digits"], 9, "minor_digits"),
        (["colour"], "blue", "unknown field"),
        (["tiers", 0, "presets", 0, "promt_pct"], -1.0, "unknown field"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(path: list[str | int], value: object, reason: str) -> None:
    with pytest.raises(BadPolicy, match=reason):
        load_policy(changed(path, value))


def test_a_comparison_may_be_preset_once_only() -> None:
    with pytest.raises(ValueError, match="given twice"):
        TierPolicy("A", 0, (FALL, FALL))


def test_text_that_is_no_policy_is_refused() -> None:
    with pytest.raises(BadPolicy):
        load_policy(b"{")
