"""what groups do as one, the calendar, alerts that wait for room, clients with a new normal"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import store.tables.columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "movement",
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("week", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False, comment="branch | industry | bank"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "baseline",
            sa.String(length=24),
            nullable=False,
            comment="of the comparison in which the median client moved most",
        ),
        sa.Column("series", sa.String(length=8), nullable=False),
        sa.Column("size_pct", sa.Float(), nullable=False, comment="of the median client"),
        sa.Column("clients", sa.Integer(), nullable=False, comment="that were compared"),
        sa.Column("moved", sa.Integer(), nullable=False, comment="of them, far off"),
        sa.Column("concerned", sa.Integer(), nullable=False, comment="clients whose verdict it explains"),
        sa.Column("quiet", sa.Boolean(), nullable=False, comment="the group rested in that week"),
        sa.PrimaryKeyConstraint("shard", "week", "kind", "name", name=op.f("pk_movement")),
        comment="most clients of a group moved together, as seen among the clients of a shard",
    )
    op.create_index("ix_movement_week", "movement", ["week", "kind", "name"], unique=False)
    op.create_table(
        "explained_verdict",
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("week", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.JSON(),
            nullable=False,
            comment="schemas.verdicts.Verdict, with what explains it",
        ),
        sa.PrimaryKeyConstraint("client_id", "week", "direction", name=op.f("pk_explained_verdict")),
        comment="presets passed only with a group: evidence that raises nothing",
    )
    op.create_index("ix_explained_verdict_shard", "explained_verdict", ["shard", "week"], unique=False)
    op.create_table(
        "calendar_entry",
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False, comment="bank | branch | client"),
        sa.Column("subject", sa.String(length=64), nullable=False, comment="branch or client; empty for the bank"),
        sa.Column("first_week", sa.Integer(), nullable=False),
        sa.Column("last_week", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=True, comment="whose closing made it"),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("made_at", store.tables.columns.Instant(timezone=True), nullable=False),
        sa.Column("removed_by", sa.String(length=200), nullable=True),
        sa.Column(
            "removed_at",
            store.tables.columns.Instant(timezone=True),
            nullable=True,
            comment="kept: alerts of before say what they were judged with",
        ),
        sa.CheckConstraint("last_week >= first_week", name=op.f("ck_calendar_entry_ends_after_start")),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.alert_id"], name=op.f("fk_calendar_entry_alert_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_calendar_entry")),
        comment="weeks in which less is expected, so that what passes a preset in them waits",
    )
    op.create_index("ix_calendar_entry_list", "calendar_entry", ["last_week", "entry_id"], unique=False)
    # Added in place: a batch would make SQLite's tables anew, and lose the indexes it cannot read back.
    op.add_column(
        "alert",
        sa.Column(
            "deferred",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="new, and not yet let in by its branch's weekly capacity",
        ),
    )
    op.add_column(
        "alert",
        sa.Column(
            "let_in_week",
            sa.Integer(),
            nullable=True,
            comment="calendar week in which there was room for it",
        ),
    )
    op.add_column(
        "client",
        sa.Column(
            "rebased_week",
            sa.Integer(),
            nullable=True,
            comment="first week of a new normal: what came before is not judged against",
        ),
    )
