"""leaver models in use, which of them judged a week, and the scores that mattered"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leaver_model",
        sa.Column("version", sa.String(length=12), nullable=False, comment="hash of the content"),
        sa.Column("base_rate", sa.Float(), nullable=False, comment="chance of a client of whom nothing is known"),
        sa.Column(
            "prompt_at", sa.Float(), nullable=False, comment="chance from which on the score speaks by itself"
        ),
        sa.Column(
            "alarm_at", sa.Float(), nullable=False, comment="chance from which on it makes an alarm of a prompt"
        ),
        sa.Column("body", sa.Text(), nullable=False, comment="as detector.leaver.model.LeaverModel.dump writes it"),
        sa.Column("first_used", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_leaver_model")),
        comment="never changed: a verdict of long ago can be scored again",
    )
    op.create_table(
        "leaver_score",
        sa.Column("week", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("week", "shard", "client_id", name=op.f("pk_leaver_score")),
        comment="as judged by the model in judged_week: those that speak, and those of presets passed",
    )
    with op.batch_alter_table("judged_week", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "model_version",
                sa.String(length=12),
                nullable=False,
                server_default="",
                comment="of the leaver model; empty where none was in use, or that was not yet noted",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("judged_week", schema=None) as batch_op:
        batch_op.drop_column("model_version")
    op.drop_table("leaver_score")
    op.drop_table("leaver_model")
