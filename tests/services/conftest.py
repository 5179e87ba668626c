"""No settings of the machine, every week news, and a ledger of a small bank in which clients come and go."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from acts.judging.leaver_scores import LeaverScores
from casework.alerts.episodes import EpisodeRules
from detector.policies.policy import Policy, Preset, TierPolicy
from schemas.events import TOPIC_ACTIVITY
from schemas.verdicts import Baseline, Direction, Series
from schemas.weeks import WeekCalendar
from services.detect import Judge
from services.parts import Clock, Parts
from services.settings import Settings
from store.ledger import checkpoint_saving
from store.ledger.checkpoint import Checkpoint, LedgerDeltas, Tally, WeekState
from store.tables.columns import metadata
from store.tables.ledger import shard_week
from store.unit_of_work import Store
from telemetry.metrics import Metrics

FIRST_WEEK, WEEKS = 2900, 35
NOW = datetime(2026, 1, 5, tzinfo=UTC)
RULES = EpisodeRules(3, 5)
JUDGED = (
    "alert_explanation", "alert_opening", "alert_telling", "alert_evidence", "alert_revision", "outbox", "alert",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("EBBWATCH_") and not n.startswith("EBBWATCH_TEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("EBBWATCH_ALERTS_FROM", "2010-W01")  # the banks below lived long ago, and make news


@pytest.fixture
def policy() -> Policy:
    """Strict enough that something happens every few weeks of a short history."""
    presets = [
        Preset(Baseline.WEEK_VS_RECENT, series, Direction.FALL, -60.0, -90.0)
        for series in (Series.DEBIT, Series.CREDIT)
    ]
    presets += [
        Preset(Baseline.QUARTER_VS_QUARTER, Series.TURNOVER, Direction.FALL, -30.0, -60.0),
        Preset(Baseline.QUARTER_VS_QUARTER, Series.TURNOVER, Direction.RISE, 60.0, 200.0),
    ]
    return Policy("test", 2, "C", (TierPolicy("C", 0, tuple(presets), own_noise=0.0),))


@dataclass(frozen=True)
class JudgedBank:
    """A store with closed weeks of some shards; judges to be set on it as often as wanted."""

    store: Store
    policy: Policy
    data_dir: Path
    shards: int
    weeks: int = WEEKS
    metrics: Metrics = field(default_factory=Metrics)

    def judge(self, clock: Clock = lambda: NOW, leaver_scores: LeaverScores | None = None, **told: Any) -> Judge:
        """`told`: settings that say what is told."""
        settings = Settings(data_dir=self.data_dir, **told)
        parts = Parts(settings, self.store, WeekCalendar(settings.zone), self.metrics, clock)
        return Judge(parts, self.policy, RULES, leaver_scores)

    def judge_all(self, judge: Judge) -> list[tuple[int, int, int]]:
        """(shard, week, revision) of what was judged, in order."""
        found = []
        while (judged := judge.judge_next()) is not None:
            found.append((judged.claim.shard, judged.claim.week, judged.claim.revision))
        return found

    def forget_verdicts(self) -> None:
        with self.store.write() as tx:
            for name in JUDGED:
                tx.execute(sa.delete(metadata.tables[name]))
            tx.execute(sa.update(shard_week).values(judged_revision=0, history=None))

    def amend(self, shard: int, client_id: str, week: int, minor: int, offset: int = 1) -> None:
        """A late event of a closed week; the n-th of a shard at offset n."""
        received = WeekState(week, "closed", 1, closed_by="marker")
        self._keep(shard, offset, [client_id], np.array([[minor]]), range(week, week + 1), (received,), {})

    def fill(self) -> None:
        """Every shard's clients and weeks, in one checkpoint each; what was there before is gone."""
        with self.store.write() as tx:
            for table in reversed(metadata.sorted_tables):
                tx.execute(sa.delete(table))
        weeks = range(FIRST_WEEK, FIRST_WEEK + self.weeks)
        closed = tuple(WeekState(week, "closed", 1, closed_by="marker") for week in weeks)
        for shard in range(self.shards):
            ids = [f"C{shard}{n}" for n in range(8)]
            self._keep(
                shard, 0, ids, _volumes(shard, len(ids), self.weeks), weeks, closed, dict.fromkeys(ids, FIRST_WEEK)
            )

    def _keep(
        self, shard: int, offset: int, ids: list[str], minor: np.ndarray, weeks: range,
        states: tuple[WeekState, ...], first_weeks: dict[str, int],
    ) -> None:  # fmt: skip
        at_week = np.tile(np.array(weeks, np.int32), len(ids))
        debit, ones = minor.ravel().astype(np.int64), np.ones(minor.size, np.int64)
        deltas = LedgerDeltas([i for i in ids for _ in weeks], at_week, debit, debit // 2, ones, ones)
        made = Checkpoint(
            TOPIC_ACTIVITY, "T1", shard, offset, offset + 1, NOW, deltas, states, tally=Tally(accepted=1),
            next_to_close=FIRST_WEEK + self.weeks, first_weeks=first_weeks,
        )  # fmt: skip
        self.store.transact(lambda tx: checkpoint_saving.save_checkpoint(tx, made))


def _volumes(shard: int, count: int, weeks: int) -> np.ndarray:
    """Debits, int64 (count, weeks): each client changes its level a few times, and one goes silent."""
    draw = np.random.default_rng(shard)
    level = np.repeat(draw.choice([0.1, 0.5, 1.0, 4.0], (count, weeks // 5)), 5, axis=1)
    level[-1, weeks // 2 :] = 0.0
    return (level * draw.lognormal(13.0, 0.2, (count, weeks))).astype(np.int64)


@pytest.fixture
def make_bank(store: Store, policy: Policy, tmp_path: Path) -> Callable[[int], JudgedBank]:
    """`make_bank(shards)`: 35 closed weeks of eight clients a shard, or as many as asked, nothing judged yet."""

    def make(shards: int, weeks: int = WEEKS) -> JudgedBank:
        made = JudgedBank(store, policy, tmp_path, shards, weeks)
        made.fill()
        return made

    return make
