"""Leaver models that have judged, so that a verdict of long ago can be scored again."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from detector.leaver.model import LeaverModel, load_model
from schemas.errors import NotFound
from store.tables.leaver import leaver_model
from store.upsert import insert


def save(tx: Connection, model: LeaverModel, at: datetime) -> datetime:
    """Keep a model that is about to judge. When it was first used: where it is there already, it stays as it is."""
    row = {
        "version": model.version,
        "base_rate": model.base_rate,
        "prompt_at": model.prompt_at,
        "alarm_at": model.alarm_at,
        "body": model.dump().decode(),
        "first_used": at,
    }
    tx.execute(insert(tx, leaver_model).values(row).on_conflict_do_nothing())
    first_used: datetime = tx.scalars(
        sa.select(leaver_model.c.first_used).where(leaver_model.c.version == model.version)
    ).one()
    return first_used


def get(tx: Connection, version: str) -> LeaverModel:
    """One model. Raises NotFound, and UnusableModel where it was made for features that are no longer."""
    body = tx.scalar(sa.select(leaver_model.c.body).where(leaver_model.c.version == version))
    if body is None:
        raise NotFound("leaver model", version)
    return load_model(body.encode())
