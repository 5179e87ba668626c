"""`python -m bench.shard_week`: what judging one closed week of a shard costs, from the claim to the commit.

A shard of a simulated bank on SQLite in a temporary folder, with the shipped policy and the shipped leaver model.
Prints milliseconds a shard-week: the median and the slowest tenth, and whether the median is within MAX_MS.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from acts.judging.leaver_scores import LeaverScores
from detector.policies.presets import default_policy
from feeds.simulated_bank import SimulatedBank
from schemas.events import TOPIC_ACTIVITY
from schemas.weeks import Week, WeekCalendar, format_week
from services.bank_rules import episode_rules
from services.detect import Judge
from services.judging.leaver_model import model_of
from services.parts import Parts
from services.settings import Settings
from store import schema
from store.clients import client_master
from store.ledger import checkpoint_saving
from store.ledger.checkpoint import Checkpoint, LedgerDeltas, WeekState
from store.tables.ledger import shard_week
from store.unit_of_work import Store, open_store
from telemetry.metrics import Metrics

SEED, FIRST_WEEK, PAST_WEEKS = 5, 2700, 104  # two years of history, so that every client that stays has a score
NOW = datetime(2026, 1, 5, tzinfo=UTC)
MAX_MS = 10.0


def fill(store: Store, clients: int, weeks: int) -> None:
    """PAST_WEEKS weeks that count as judged, then `weeks` closed ones that wait, of one shard."""
    last = FIRST_WEEK + PAST_WEEKS + weeks - 1
    bank = SimulatedBank(SEED, clients, first_week=FIRST_WEEK, horizon=last - FIRST_WEEK + 1)
    debit, credit = bank.weekly(FIRST_WEEK, last)
    ids = bank.client_ids
    who, at = np.nonzero(debit + credit)
    ones = np.ones(len(who), np.int64)
    deltas = LedgerDeltas(
        [ids[each] for each in who.tolist()],
        (at + FIRST_WEEK).astype(np.int32),
        debit[who, at],
        credit[who, at],
        ones,
        ones,
    )
    closed = tuple(WeekState(week, "closed", 1, closed_by="marker") for week in range(FIRST_WEEK, last + 1))
    first_weeks = {
        client_id: max(FIRST_WEEK, int(joined))
        for client_id, joined in zip(ids, bank.joined_weeks, strict=True)
        if joined <= last
    }
    made = Checkpoint(
        TOPIC_ACTIVITY, "T1", 0, 0, 1, NOW, deltas, closed, next_to_close=last + 1, first_weeks=first_weeks
    )
    with store.write() as tx:
        client_master.save_records(tx, bank.client_records())
        for week in range(FIRST_WEEK + 1, last + 1):
            client_master.save_records(tx, bank.client_changes(Week(week)))
        checkpoint_saving.save_checkpoint(tx, made)
        past = shard_week.c.week < FIRST_WEEK + PAST_WEEKS
        tx.execute(sa.update(shard_week).where(past).values(judged_revision=shard_week.c.revision))


def judge_of(store: Store, folder: Path) -> Judge:
    """As `ebbwatch detect` makes one."""
    settings = Settings(data_dir=folder, alerts_from=format_week(FIRST_WEEK))  # messages are a part of the cost
    parts = Parts(settings, store, WeekCalendar(settings.zone), Metrics(), lambda: NOW)
    model = model_of(settings)
    rules = episode_rules(settings)
    return Judge(parts, default_policy(settings.base_currency), rules, model and LeaverScores(model))


def judge_all(judge: Judge) -> list[float]:
    """Milliseconds of each shard-week."""
    took = []
    while True:
        began = time.perf_counter()
        if judge.judge_next() is None:
            return took
        took.append(1000 * (time.perf_counter() - began))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--clients", type=int, default=300)
    arguments.add_argument("--weeks", type=int, default=60)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/bench.db")
        schema.upgrade_schema(store)
        fill(store, given.clients, given.weeks)
        took = judge_all(judge_of(store, Path(folder)))
        store.close()
    median, slow = statistics.median(took), statistics.quantiles(took, n=10)[-1]
    print(
        f"{given.clients} clients, {len(took)} weeks: {median:.1f} ms a shard-week, one in ten above {slow:.1f} ms"
        f" (bound {MAX_MS:.0f} ms: {'met' if median <= MAX_MS else 'not met'})"
    )


if __name__ == "__main__":
    main()
