"""history that is not news: which weeks are, and which alerts people have been told of"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "shard_week",
        sa.Column(
            "history",
            sa.Boolean(),
            nullable=True,
            comment="what is judged of it is no news; null before it is first judged",
        ),
    )
    # What was judged so far was told.
    op.execute(sa.text("UPDATE shard_week SET history = false WHERE judged_revision > 0"))
    op.add_column(
        "alert",
        sa.Column(
            "told",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="people have been told of it: else it is of history, and in no list",
        ),
    )
    op.create_table(
        "alert_telling",
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False, comment="the week that was judged then"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.alert_id"], name=op.f("fk_alert_telling_alert_id")),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_alert_telling")),
        comment="alerts that began in history and were told later, as they still stood",
    )


def downgrade() -> None:
    op.drop_table("alert_telling")
    op.drop_column("alert", "told")
    op.drop_column("shard_week", "history")
