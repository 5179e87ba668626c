"""A simulated bank in a store, judged as `ebbwatch detect` does: its history at once, then week by week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from acts.judging.leaver_scores import LeaverScores
from casework.alerts.buckets import AsOf
from feeds.simulated_bank import SimulatedBank
from schemas.events import TOPIC_ACTIVITY
from schemas.weeks import Week, WeekCalendar, monday, parse_week
from services.bank_rules import episode_rules, policy_of
from services.detect import Judge
from services.judging.leaver_model import model_of
from services.parts import Parts
from services.settings import Settings
from store import schema
from store.clients import client_master
from store.ledger import checkpoint_saving
from store.ledger.checkpoint import Checkpoint, LedgerDeltas, WeekState
from store.unit_of_work import open_store
from telemetry.metrics import Metrics

FIRST_WEEK = parse_week("2023-W01")
HISTORY_WEEKS = 130  # as `make run` begins


@dataclass
class HandClock:
    """Stands still until moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


class SimulatedYear:
    """A bank of `clients` clients, in one shard, on SQLite in `folder`. Close it."""

    def __init__(self, seed: int, clients: int, folder: Path, history_weeks: int = HISTORY_WEEKS) -> None:
        settings = Settings(data_dir=folder)
        self.bank = SimulatedBank(seed, clients, first_week=FIRST_WEEK)
        self.calendar = WeekCalendar(settings.zone)
        self._history = range(FIRST_WEEK, FIRST_WEEK + history_weeks)
        self.clock = HandClock(self.calendar.end(self._history[-1]))
        self.store = open_store(f"sqlite:///{folder}/year.db")
        schema.upgrade_schema(self.store)
        parts = Parts(settings, self.store, self.calendar, Metrics(), self.clock)
        model, self.rules = model_of(settings), episode_rules(settings)
        self._judge = Judge(parts, policy_of(settings), self.rules, model and LeaverScores(model))
        self._known: set[str] = set()
        self.week = Week(FIRST_WEEK - 1)  # the last that is judged

    def live_history(self) -> None:
        """All of it has come before anything is judged."""
        for week in self._history:
            self._save_week(Week(week))
        self._judge_all()

    def live_week(self) -> None:
        """One more, judged when it is over."""
        self.clock.now = self.calendar.end(self.week + 1) + timedelta(hours=9)
        self._save_week(Week(self.week + 1))
        self._judge_all()

    @property
    def today(self) -> date:
        """The Monday on which the newest week is looked at."""
        return monday(self.week + 1)

    @property
    def as_of(self) -> AsOf:
        return AsOf(self.today, self.rules)

    def close(self) -> None:
        self.store.close()

    def _judge_all(self) -> None:
        while self._judge.judge_next() is not None:
            pass

    def _save_week(self, week: Week) -> None:
        bank, offset = self.bank, week - FIRST_WEEK
        records = bank.client_records() if week == FIRST_WEEK else bank.client_changes(week)
        made = Checkpoint(
            TOPIC_ACTIVITY, "T1", 0, offset, offset + 1, self.clock(), self._deltas(week),
            (WeekState(week, "closed", 1, closed_by="marker"),), next_to_close=week + 1,
            first_weeks=self._first_weeks(week),
        )  # fmt: skip
        with self.store.write() as tx:
            client_master.save_records(tx, records)
            checkpoint_saving.save_checkpoint(tx, made)
        self.week = week

    def _deltas(self, week: Week) -> LedgerDeltas:
        """Clients without an account yet, or any more, move nothing; zeros of the others come with the closing."""
        bookings = self.bank.bookings(week).filter(~pl.col("reversal"))
        counts = {
            (client_id, direction): count
            for client_id, direction, count in bookings.group_by("client_id", "direction").len().iter_rows()
        }
        debit, credit = (amounts[:, 0] for amounts in self.bank.weekly(week, week))
        moved = np.flatnonzero(debit + credit)
        ids = [self.bank.client_ids[row] for row in moved]
        of_debits, of_credits = (
            np.array([counts.get((client_id, direction), 0) for client_id in ids], np.int64)
            for direction in ("debit", "credit")
        )
        weeks = np.full(len(ids), week, np.int32)
        return LedgerDeltas(ids, weeks, debit[moved], credit[moved], of_debits, of_credits)

    def _first_weeks(self, week: Week) -> dict[str, int]:
        """Of clients that have an account since now."""
        new = [
            client_id
            for client_id, joined in zip(self.bank.client_ids, self.bank.joined_weeks, strict=True)
            if joined <= week and client_id not in self._known
        ]
        self._known.update(new)
        return dict.fromkeys(new, int(week))
