"""The weeks in which a council paid almost nobody, in its real payments: not one alarm may be due to them.

And the simulated bank's Spring Festival, in which everybody's volume falls at once.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bench.client_weeks import FIRST_WEEK, HORIZON, History, simulated
from detector.comparisons.windows import PAIRS
from detector.policies.own_noise import limits_alone
from detector.policies.policy import Policy
from detector.policies.presets import default_policy
from detector.quiet.surroundings import Surroundings, grouping, quiet_by_week, whole_bank
from detector.state import ShardState, payments_of
from detector.step import WeekVolumes, step
from feeds.rhythms import festival_share
from research.real_payments import branches
from schemas.verdicts import Direction, Grade, GroupKind
from schemas.weeks import Week

Raised = dict[tuple[str, str, int], Grade]  # by client, direction and week


def judge(
    history: History, policy: Policy, names: dict[GroupKind, list[str]]
) -> tuple[Raised, set[tuple[GroupKind, int]]]:
    """Verdicts of all weeks, and the weeks in which a group rested. `names`: a group of each of the clients."""
    state, begins, quiet, raised, rests = ShardState.empty(), history.begins, {}, {}, set()
    for week in range(history.weeks):
        known = np.flatnonzero(begins <= week)
        volumes = WeekVolumes(
            Week(week),
            [history.client_ids[i] for i in known],
            begins[known].astype(np.int32),
            history.debit[known, week],
            history.credit[known, week],
            payments=None if history.payments is None else history.payments[known, week],
        )
        groups = tuple(grouping(kind, [of[i] for i in known]) for kind, of in names.items())
        if names:
            groups += (whole_bank(len(known)),)
        state, verdicts = step(
            state, volumes, policy, [history.tiers[i] for i in known], Surroundings(groups, quiet)
        )
        quiet |= quiet_by_week(verdicts.movements)
        rests |= {(m.group.kind, week) for m in verdicts.movements if m.quiet}
        raised |= {(v.client_id, v.direction.value, week): v.grade for v in verdicts.passed()}
    return raised, rests


def quiet_weeks(folder: Path, branch: str) -> list[int]:
    """Weeks since the branch's first, as research.real_payments counts them."""
    payments = pl.scan_parquet(folder / "transactions.parquet").filter(pl.col("branch_id") == branch)
    first = payments.select(pl.col("date").dt.truncate("1w").min().cast(pl.Date)).collect().item()
    with (folder / "quiet_weeks.csv").open() as file:
        starts = [date.fromisoformat(r["iso_week_start"]) for r in csv.DictReader(file) if r["branch_id"] == branch]
    return sorted((start - first).days // 7 for start in starts)


def as_usual(volumes: np.ndarray, weeks: list[int], quarter: int = 13) -> np.ndarray:
    """Each quiet week replaced by the client's mean of the 13 weeks before it that were not quiet."""
    filled = volumes.copy()
    for week in weeks:
        before = [w for w in range(week) if w not in weeks][-quarter:]
        filled[:, week] = filled[:, before].mean(axis=1)
    return filled


def passes_without(
    history: History, policy: Policy, weeks: list[int], client: int, direction: Direction, week: int
) -> bool:
    """Whether an alarm's preset is passed though no quiet week in which the client moved nothing counts against it:
    of a fall's own window they are left aside, in a rise's expected one they are as the weeks it is about.
    """
    volumes = {"debit": history.debit[client], "credit": history.credit[client]}
    volumes["turnover"] = volumes["debit"] + volumes["credit"]
    volumes["payments"] = payments_of(history.debit, history.credit, history.payments)[client]
    idle = np.isin(np.arange(history.weeks), weeks) & (volumes["debit"] == 0) & (volumes["credit"] == 0)
    tier = next(each for each in policy.tiers if each.tier == history.tiers[client])
    for preset in tier.presets:
        if preset.direction is not direction or preset.alarm_pct is None:
            continue
        pair = next(each for each in PAIRS if each.baseline is preset.baseline)
        actual, expected = (
            slice(week + 1 - window.before, week + 1 - window.lag) for window in (pair.actual, pair.expected)
        )
        own, base = volumes[preset.series.value][actual], volumes[preset.series.value][expected]
        if direction is Direction.FALL:
            passed = base.sum() > 0 and _percent(own[~idle[actual]], base) <= preset.alarm_pct
        else:
            filled = np.where(idle[expected], own.mean(), base)
            passed = base.sum() > 0 and _percent(own, filled) >= preset.alarm_pct
        if passed:
            return True
    return False


def _percent(own: np.ndarray, base: np.ndarray) -> float:
    return float(own.mean() / base.mean() - 1.0) * 100.0


@pytest.mark.data
@pytest.mark.timeout(400)
def test_not_one_alarm_is_due_to_a_councils_quiet_weeks(real_payments: Path) -> None:
    policy, checked, due_to_them_alone = limits_alone(default_policy("GBP")), 0, 0
    for branch in branches(real_payments):
        weeks = quiet_weeks(real_payments, branch.name)
        if not weeks:
            continue
        checked += len(weeks)
        history = branch.history
        filled = replace(history, debit=as_usual(history.debit, weeks), credit=as_usual(history.credit, weeks))
        names = {GroupKind.BRANCH: [branch.name] * len(history.client_ids)}
        raised, rests = judge(history, policy, names)
        without, _ = judge(filled, policy, {})
        alone, _ = judge(history, policy, {})
        alarms, would_be = ({at for at, g in of.items() if g is Grade.ALARM} for of in (raised, without))
        place = {client_id: at for at, client_id in enumerate(history.client_ids)}
        for client_id, way, week in alarms - would_be:
            assert passes_without(history, policy, weeks, place[client_id], Direction(way), week), (client_id, week)
        assert alarms
        assert {(GroupKind.BRANCH, week) for week in weeks} <= rests  # each is found without being told
        due_to_them_alone += len({at for at, g in alone.items() if g is Grade.ALARM} - would_be)
    assert checked == 14
    assert due_to_them_alone > 80  # what judging everybody alone would raise


@pytest.mark.parametrize("closed", [False, True], ids=["as simulated", "nobody pays for a fortnight"])
def test_a_spring_festival_of_the_whole_bank_raises_less_than_one_in_a_hundred_clients(closed: bool) -> None:
    clients = 1500
    bank, history = simulated(101, clients)
    festivals = [w for w in range(HORIZON) if festival_share(FIRST_WEEK + w) > 0 and w > 100]
    if closed:
        rest = [w + after for w in festivals for after in (0, 1)]
        volumes = history.debit.copy(), history.credit.copy()
        for series in volumes:
            series[:, rest] = 0
        history = replace(history, debit=volumes[0], credit=volumes[1])
    records = {r.client_id: r for w in range(HORIZON) for r in bank.client_changes(FIRST_WEEK + w)}
    records |= {r.client_id: r for r in bank.client_records()}
    names = {
        GroupKind.BRANCH: [records[i].branch_id for i in history.client_ids],
        GroupKind.INDUSTRY: [records[i].industry or "none" for i in history.client_ids],
    }
    raised, rests = judge(history, default_policy("HKD"), names)
    for festival in festivals:
        fortnight = range(festival, festival + 2)
        before = {c for c, _, week in raised if festival - 4 <= week < festival}
        new = {c for c, _, week in raised if week in fortnight} - before
        assert len(new) < 0.01 * clients
    assert {week for kind, week in rests if kind is GroupKind.BANK} & set(festivals)
