"""What keeps alerts quiet: what groups did as one, and the calendar. See docs/decisions/0023-quiet.md."""

from __future__ import annotations

import sqlalchemy as sa

from store.tables.columns import Instant, Json, metadata

movement = sa.Table(
    "movement",
    metadata,
    sa.Column("shard", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(8), primary_key=True, comment="branch | industry | bank"),
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column(
        "baseline", sa.String(24), nullable=False, comment="of the comparison in which the median client moved most"
    ),
    sa.Column("series", sa.String(8), nullable=False),
    sa.Column("size_pct", sa.Float, nullable=False, comment="of the median client"),
    sa.Column("clients", sa.Integer, nullable=False, comment="that were compared"),
    sa.Column("moved", sa.Integer, nullable=False, comment="of them, far off"),
    sa.Column("concerned", sa.Integer, nullable=False, comment="clients whose verdict it explains"),
    sa.Column("quiet", sa.Boolean, nullable=False, comment="the group rested in that week"),
    sa.Index("ix_movement_week", "week", "kind", "name"),
    comment="most clients of a group moved together, as seen among the clients of a shard",
)

explained_verdict = sa.Table(
    "explained_verdict",
    metadata,
    sa.Column("client_id", sa.String(64), primary_key=True),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("direction", sa.String(4), primary_key=True),
    sa.Column("shard", sa.Integer, nullable=False),
    sa.Column("verdict", Json, nullable=False, comment="schemas.verdicts.Verdict, with what explains it"),
    sa.Index("ix_explained_verdict_shard", "shard", "week"),
    comment="presets passed only with a group: evidence that raises nothing",
)

calendar_entry = sa.Table(
    "calendar_entry",
    metadata,
    sa.Column("entry_id", sa.String(36), primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("scope", sa.String(8), nullable=False, comment="bank | branch | client"),
    sa.Column("subject", sa.String(64), nullable=False, comment="branch or client; empty for the bank"),
    sa.Column("first_week", sa.Integer, nullable=False),
    sa.Column("last_week", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("alert_id", sa.String(36), sa.ForeignKey("alert.alert_id"), comment="whose closing made it"),
    sa.Column("made_by", sa.String(200), nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("removed_by", sa.String(200)),
    sa.Column("removed_at", Instant, comment="kept: alerts of before say what they were judged with"),
    sa.CheckConstraint("last_week >= first_week", name="ends_after_start"),
    sa.Index("ix_calendar_entry_list", "last_week", "entry_id"),
    comment="weeks in which less is expected, so that what passes a preset in them waits",
)
