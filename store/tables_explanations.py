"""Why the alerts were raised, as it was found when their weeks were judged."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Index, Integer, String, Table

from store.tables import Json, metadata

alert_explanation = Table(
    "alert_explanation",
    metadata,
    Column("alert_id", String(36), sa.ForeignKey("alert.alert_id"), primary_key=True),
    Column(
        "week", Integer, primary_key=True, autoincrement=False, comment="as of its end; the newest of that week"
    ),
    Column("revision", Integer, nullable=False, comment="of the alert, with which it was published first"),
    Column("onset_week", Integer, nullable=False),
    Column("label", String(12), nullable=False),
    Column("strength", String(8), nullable=False),
    Column("explanation", Json, nullable=False, comment="schemas.explanations.Explanation, with its evidence"),
    Column("version", Integer, nullable=False, comment="of the rules: detector.explanation.VERSION"),
    Index("ix_alert_explanation_label", "label", "week"),
)
