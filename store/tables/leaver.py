"""The learned score: which models have judged, and what they said that mattered. See decisions 0022 and 0026."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    Integer,
    String,
    Table,
    Text,
)

from store.tables.columns import Instant, metadata

MODEL_VERSION_LENGTH = 12  # detector.leaver.model: the first letters of a hash

leaver_model = Table(
    "leaver_model",
    metadata,
    Column("version", String(MODEL_VERSION_LENGTH), primary_key=True, comment="hash of the content"),
    Column("base_rate", Float, nullable=False, comment="chance of a client of whom nothing is known"),
    Column("prompt_at", Float, nullable=False, comment="chance from which on the score speaks by itself"),
    Column("alarm_at", Float, nullable=False, comment="chance from which on it makes an alarm of a prompt"),
    Column("body", Text, nullable=False, comment="as detector.leaver.model.LeaverModel.dump writes it"),
    Column("first_used", Instant, nullable=False),
    comment="never changed: a verdict of long ago can be scored again",
)

leaver_score = Table(
    "leaver_score",
    metadata,
    # In the order of writing and reading: a shard's week is replaced, a year of the bank is read.
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("client_id", String(64), primary_key=True),
    Column("probability", Float, nullable=False),
    comment="as judged by the model in judged_week: those that speak, and those of presets passed",
)
