"""What keeps alerts quiet: what groups did as one, and the calendar. See docs/decisions/0023-quiet.md."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import (
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from store.tables.columns import Instant, Json, metadata

movement = Table(
    "movement",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(8), primary_key=True, comment="branch | industry | bank"),
    Column("name", String(200), primary_key=True),
    Column(
        "baseline", String(24), nullable=False, comment="of the comparison in which the median client moved most"
    ),
    Column("series", String(8), nullable=False),
    Column("size_pct", Float, nullable=False, comment="of the median client"),
    Column("clients", Integer, nullable=False, comment="that were compared"),
    Column("moved", Integer, nullable=False, comment="of them, far off"),
    Column("concerned", Integer, nullable=False, comment="clients whose verdict it explains"),
    Column("quiet", sa.Boolean, nullable=False, comment="the group rested in that week"),
    Index("ix_movement_week", "week", "kind", "name"),
    comment="most clients of a group moved together, as seen among the clients of a shard",
)

explained_verdict = Table(
    "explained_verdict",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column("direction", String(4), primary_key=True),
    Column("shard", Integer, nullable=False),
    Column("verdict", Json, nullable=False, comment="schemas.verdicts.Verdict, with what explains it"),
    Index("ix_explained_verdict_shard", "shard", "week"),
    comment="presets passed only with a group: evidence that raises nothing",
)

calendar_entry = Table(
    "calendar_entry",
    metadata,
    Column("entry_id", String(36), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("scope", String(8), nullable=False, comment="bank | branch | client"),
    Column("subject", String(64), nullable=False, comment="branch or client; empty for the bank"),
    Column("first_week", Integer, nullable=False),
    Column("last_week", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("alert_id", String(36), sa.ForeignKey("alert.alert_id"), comment="whose closing made it"),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("removed_by", String(200)),
    Column("removed_at", Instant, comment="kept: alerts of before say what they were judged with"),
    sa.CheckConstraint("last_week >= first_week", name="ends_after_start"),
    Index("ix_calendar_entry_list", "last_week", "entry_id"),
    comment="weeks in which less is expected, so that what passes a preset in them waits",
)
