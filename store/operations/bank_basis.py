"""Settings that must stay as they were when the database was begun: kept amounts and weeks mean nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables.bank_basis import bank_basis
from store.upsert import insert


def find_differing(tx: Connection, settings: Mapping[str, str]) -> dict[str, str]:
    """By setting, the value that the database was begun with, where that is another."""
    rows = tx.execute(sa.select(bank_basis.c.setting, bank_basis.c.value))
    kept: dict[str, str] = {row.setting: row.value for row in rows}
    return {name: kept[name] for name, value in settings.items() if kept.get(name, value) != value}


def begin_with(tx: Connection, settings: Mapping[str, str]) -> None:
    """What is noted already stays as it is."""
    rows = [{"setting": name, "value": value} for name, value in settings.items()]
    tx.execute(insert(tx, bank_basis).on_conflict_do_nothing(), rows)
