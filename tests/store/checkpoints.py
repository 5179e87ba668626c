"""Checkpoints made by hand, for the store's own tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa

from store.ledger import checkpoint_saving
from store.ledger.checkpoint import Checkpoint, LedgerDeltas, WeekState
from store.operations.refused_events import DeadLetter
from store.unit_of_work import Store

TOPIC = "corebank.activity"
W = 2900
AT = datetime(2026, 1, 5, tzinfo=UTC)


def deltas(changes: Mapping[tuple[str, int], int]) -> LedgerDeltas:
    """Debits by client and week, one booking each."""
    minor = np.array(list(changes.values()), np.int64)
    ones, none = np.ones(len(minor), np.int64), np.zeros(len(minor), np.int64)
    weeks = np.array([week for _, week in changes], np.int32)
    return LedgerDeltas([client for client, _ in changes], weeks, minor, none, ones, none)


def checkpoint(
    from_offset: int, next_offset: int, changes: Mapping[tuple[str, int], int] | None = None, **more: Any
) -> Checkpoint:
    """A checkpoint of shard 0; clients of `changes` are new unless `first_weeks` says otherwise."""
    changes = changes or {}
    first_weeks: dict[str, int] = {}
    for client, week in changes:
        first_weeks[client] = min(week, first_weeks.get(client, week))
    made = Checkpoint(TOPIC, "T1", 0, from_offset, next_offset, AT, deltas(changes), first_weeks=first_weeks)
    return replace(made, **({"next_to_close": W} | more))


def keep(store: Store, *checkpoints: Checkpoint) -> None:
    for made in checkpoints:
        store.transact(lambda tx, made=made: checkpoint_saving.save_checkpoint(tx, made))


def closed(week: int, received: int = 1, by: str = "marker") -> WeekState:
    return WeekState(week, "closed", received, closed_by=by)


def held(week: int, received: int = 1, expected: int = 2) -> WeekState:
    return WeekState(week, "held", received, expected, hold_reason="short")


def letter(offset: int, value: bytes | None = b"{", detail: str = "bad") -> DeadLetter:
    return DeadLetter(TOPIC, 0, offset, b"key", value, "not_json", detail)


def rows(store: Store, *columns: sa.Column[Any]) -> list[tuple[Any, ...]]:
    """All rows of some columns of one table, sorted."""
    with store.read() as tx:
        return sorted(tuple(row) for row in tx.execute(sa.select(*columns)))
