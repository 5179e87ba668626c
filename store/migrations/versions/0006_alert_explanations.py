"""why the alerts were raised"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_explanation",
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column(
            "week",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="as of its end; the newest of that week",
        ),
        sa.Column(
            "revision", sa.Integer(), nullable=False, comment="of the alert, with which it was published first"
        ),
        sa.Column("onset_week", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=12), nullable=False),
        sa.Column("strength", sa.String(length=8), nullable=False),
        sa.Column(
            "explanation",
            sa.JSON(),
            nullable=False,
            comment="schemas.explanations.Explanation, with its evidence",
        ),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="of the rules: detector.explanation.explaining.VERSION"
        ),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.alert_id"], name=op.f("fk_alert_explanation_alert_id")),
        sa.PrimaryKeyConstraint("alert_id", "week", name=op.f("pk_alert_explanation")),
    )
    with op.batch_alter_table("alert_explanation", schema=None) as batch_op:
        batch_op.create_index("ix_alert_explanation_label", ["label", "week"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("alert_explanation", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_explanation_label")
    op.drop_table("alert_explanation")
