"""The learned score: which models have judged, and what they said that mattered. See decisions 0022 and 0026."""

from __future__ import annotations

import sqlalchemy as sa

from store.tables.columns import Instant, metadata

MODEL_VERSION_LENGTH = 12  # detector.leaver.model: the first letters of a hash

leaver_model = sa.Table(
    "leaver_model",
    metadata,
    sa.Column("version", sa.String(MODEL_VERSION_LENGTH), primary_key=True, comment="hash of the content"),
    sa.Column("base_rate", sa.Float, nullable=False, comment="chance of a client of whom nothing is known"),
    sa.Column("prompt_at", sa.Float, nullable=False, comment="chance from which on the score speaks by itself"),
    sa.Column("alarm_at", sa.Float, nullable=False, comment="chance from which on it makes an alarm of a prompt"),
    sa.Column("body", sa.Text, nullable=False, comment="as detector.leaver.model.LeaverModel.dump writes it"),
    sa.Column("first_used", Instant, nullable=False),
    comment="never changed: a verdict of long ago can be scored again",
)

leaver_score = sa.Table(
    "leaver_score",
    metadata,
    # In the order of writing and reading: a shard's week is replaced, a year of the bank is read.
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("shard", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("client_id", sa.String(64), primary_key=True),
    sa.Column("probability", sa.Float, nullable=False),
    comment="as judged by the model in judged_week: those that speak, and those of presets passed",
)
