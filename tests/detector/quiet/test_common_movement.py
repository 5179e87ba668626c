"""A branch that moves as one is one movement; whoever leaves beside it is still seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from detector.groups import Movement
from detector.policies.policy import Policy, Preset, TierPolicy
from detector.quiet.surroundings import Grouping, Surroundings, grouping, quiet_by_week, whole_bank
from detector.state import ShardState
from detector.step import WeekVolumes, step
from detector.verdicts import Verdicts
from schemas.verdicts import Baseline, Direction, Grade, GroupKind, Series
from schemas.weeks import Week

TURNOVER = (Series.TURNOVER, Direction.FALL, -40.0, -60.0)
QUARTERS = (
    Preset(Baseline.QUARTER_VS_YEAR, *TURNOVER),
    Preset(Baseline.QUARTER_VS_QUARTER, *TURNOVER),
    Preset(Baseline.QUARTER_VS_QUARTER, Series.TURNOVER, Direction.RISE, 40.0, None),
)
POLICY = Policy("test", 2, "C", (TierPolicy("C", 0, QUARTERS, own_noise=0.0),))
EACH_WEEK = Preset(Baseline.WEEK_VS_RECENT, *TURNOVER)
WEEKLY = Policy("weekly", 2, "C", (TierPolicy("C", 0, (*QUARTERS, EACH_WEEK), own_noise=0.0),))
CLIENTS, FROM = 40, 70
Change = Callable[[np.ndarray], None]


@dataclass
class Told:
    """What the weeks from FROM on said: verdicts by client and week, and those explained."""

    passed: dict[tuple[str, int, Direction], Grade] = field(default_factory=dict)
    explained: dict[tuple[str, int, Direction], object] = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)


def groups_of(clients: int) -> tuple[Grouping, ...]:
    """Two branches of half the clients each, and the bank."""
    return grouping(GroupKind.BRANCH, [f"B{i % 2}" for i in range(clients)]), whole_bank(clients)


def steady(weeks: int, seed: int = 3, clients: int = CLIENTS) -> np.ndarray:
    """Clients with an everyday noise of 8 %, int64 (clients, weeks)."""
    draw = np.random.default_rng(seed)
    level = draw.lognormal(12, 1, (clients, 1))
    return (level * draw.lognormal(0, 0.08, (clients, weeks))).astype(np.int64)


def judged(
    volumes: np.ndarray, groups: Sequence[Grouping] | None = None, policy: Policy = POLICY
) -> tuple[Told, Verdicts]:
    """Every week stepped through, with what earlier weeks found."""
    clients, weeks = volumes.shape
    ids, nothing = [f"C{i:02d}" for i in range(clients)], np.zeros(clients, np.int64)
    groups = groups_of(clients) if groups is None else tuple(groups)
    state, told, quiet = ShardState.empty(), Told(), {}
    for week in range(weeks):
        now = WeekVolumes(Week(week), ids, np.zeros(clients, np.int32), nothing, volumes[:, week])
        state, verdicts = step(state, now, policy, ["C"] * clients, Surroundings(groups, quiet))
        quiet |= quiet_by_week(verdicts.movements)
        if week >= FROM:
            told.passed |= {(v.client_id, week, v.direction): v.grade for v in verdicts.passed()}
            told.explained |= {(v.client_id, week, v.direction): v for v in verdicts.explained()}
            told.movements += verdicts.movements
    return told, verdicts


def test_a_week_in_which_the_bank_rests_is_one_movement_and_no_alarm() -> None:
    volumes = steady(100)
    volumes[:, 75] = 0
    told, _ = judged(volumes, policy=WEEKLY)
    assert told.passed == {}
    assert {m.group.name for m in told.movements if m.quiet} == {"B0", "B1", "bank"}
    assert {m.week for m in told.movements} == {75}
    assert {client for client, week, _ in told.explained if week == 75} == {f"C{i:02d}" for i in range(CLIENTS)}


def test_a_branch_that_shrinks_slowly_raises_no_alert_of_its_clients() -> None:
    volumes = steady(110)
    volumes[::2, 75:] = (volumes[::2, 75:] * np.linspace(1.0, 0.45, 35)).astype(np.int64)
    told, verdicts = judged(volumes)
    assert told.passed == {}
    (branch,) = (m for m in verdicts.movements if m.group.kind is GroupKind.BRANCH)
    assert (branch.group.name, branch.clients) == ("B0", CLIENTS // 2)
    assert branch.size_pct < -35
    verdict = next(verdicts.explained())
    assert verdict.grade is Grade.NONE
    assert verdict.common is not None
    assert (verdict.common.kind, verdict.common.name) == (GroupKind.BRANCH, "B0")
    assert verdict.comparisons[0].deviation_pct < -40 < verdict.comparisons[0].judged_pct


@pytest.mark.parametrize("leavers", [1, 5])
def test_who_leaves_a_shrinking_branch_is_seen(leavers: int) -> None:
    volumes = steady(110)
    volumes[::2, 75:] = (volumes[::2, 75:] * 0.55).astype(np.int64)
    volumes[: 2 * leavers : 2, 80:] = 0
    told, _ = judged(volumes)
    assert {client for client, *_ in told.passed} == {f"C{i:02d}" for i in range(0, 2 * leavers, 2)}
    assert set(told.passed.values()) >= {Grade.ALARM}


def test_who_leaves_in_weeks_of_rest_is_seen() -> None:
    volumes = steady(100)
    volumes[4, 74:] = 0
    volumes[:, 75:77] = 0
    told, _ = judged(volumes)
    assert {client for client, *_ in told.passed} == {"C04"}
    assert max(told.passed.values()) is Grade.ALARM


def test_a_branch_does_not_move_because_some_of_its_clients_do() -> None:
    volumes = steady(100)
    volumes[:18:2, 80:] = 0  # 9 of 20
    told, _ = judged(volumes)
    assert told.movements == []
    assert {client for client, *_ in told.passed} == {f"C{i:02d}" for i in range(0, 18, 2)}


def test_few_clients_are_no_group() -> None:
    volumes = steady(90, clients=11)
    volumes[:, 80] = 0
    told, _ = judged(volumes, [whole_bank(11)], WEEKLY)
    assert told.movements == []
    assert len(told.passed) == 11


def test_a_rise_after_a_rest_is_no_rise() -> None:
    """Of four weeks in thirteen nobody paid: the quarter after it is 44 % above."""
    volumes = steady(100)
    volumes[:, 72:76] = 0
    alone, _ = judged(volumes, ())
    told, _ = judged(volumes)
    assert any(week > 84 for _, week, _ in alone.passed)
    assert told.passed == {}


def test_what_is_common_never_makes_a_verdict_worse() -> None:
    for seed in range(4):
        draw = np.random.default_rng(seed)
        volumes = steady(100, seed) * draw.choice([0, 1, 1, 1], (CLIENTS, 100))
        volumes[:, draw.integers(70, 100, 5)] //= 10
        volumes[draw.integers(0, CLIENTS, 5), 80:] //= 5
        alone, _ = judged(volumes, (), WEEKLY)
        told, _ = judged(volumes, policy=WEEKLY)
        assert told.movements
        assert told.passed.keys() <= alone.passed.keys()
        assert all(grade <= alone.passed[at] for at, grade in told.passed.items())
        assert not told.passed.keys() & told.explained.keys()


def test_a_state_made_from_the_history_finds_the_same_movements() -> None:
    volumes = steady(100)
    volumes[:, [80, 85]] = 0
    told, verdicts = judged(volumes)
    ids, nothing = [f"C{i:02d}" for i in range(CLIENTS)], np.zeros(CLIENTS, np.int64)
    first = np.zeros(CLIENTS, np.int32)
    for restart in (80, 81, 90):
        past = volumes[:, :restart]
        state = ShardState.from_history(ids, first, np.zeros_like(past), past, restart - 1)
        quiet = quiet_by_week(m for m in told.movements if m.week < restart)
        found = []
        for week in range(restart, 100):
            now = WeekVolumes(Week(week), ids, first, nothing, volumes[:, week])
            state, verdicts = step(state, now, POLICY, ["C"] * CLIENTS, Surroundings(groups_of(CLIENTS), quiet))
            quiet |= quiet_by_week(verdicts.movements)
            found += verdicts.movements
        assert found == [m for m in told.movements if m.week >= restart]


def test_groups_of_another_length_than_the_week_are_refused() -> None:
    now = WeekVolumes(Week(1), ["X"], np.ones(1, np.int32), np.ones(1, np.int64), np.ones(1, np.int64))
    state = ShardState.empty()
    with pytest.raises(ValueError, match="lengths"):
        step(state, now, POLICY, ["C"], Surroundings((whole_bank(2),)))
    _, verdicts = step(state, replace(now), POLICY, ["C"], Surroundings((whole_bank(1),)))
    assert verdicts.movements == ()
