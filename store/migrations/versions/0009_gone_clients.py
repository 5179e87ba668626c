"""clients that are gone, as people recorded them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gone_client",
        sa.Column("alert_id", sa.String(length=36), nullable=False, comment="that told of it"),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("last_paid_week", sa.Integer(), nullable=True, comment="null: it never paid"),
        sa.Column(
            "lost_minor", sa.BigInteger(), nullable=False, comment="turnover of the year before the fall began"
        ),
        sa.Column(
            "warned_weeks",
            sa.Integer(),
            nullable=True,
            comment="from the alert's first week to the last payment; null: too late",
        ),
        sa.Column("tried", sa.Boolean(), nullable=False, comment="a case was about it while it fell"),
        sa.Column("recorded_week", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.alert_id"], name=op.f("fk_gone_client_alert_id")),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_gone_client")),
    )
    op.create_index("uq_gone_client_going", "gone_client", ["client_id", "last_paid_week"], unique=True)
    op.create_index("ix_gone_client_recorded_week", "gone_client", ["recorded_week"])


def downgrade() -> None:
    op.drop_table("gone_client")
