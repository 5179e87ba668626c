"""alerts are ranked by what is at stake times the learned chance of losing it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NOT_CLOSED = sa.text("state <> 'closed'")


def upgrade() -> None:
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "rank_minor",
                sa.BigInteger(),
                nullable=False,
                server_default="0",
                comment="value at risk times the learned chance of leaving, where one is known",
            )
        )
        batch_op.drop_index("ix_alert_list")
        batch_op.drop_index("ix_alert_rank")
    op.execute("UPDATE alert SET rank_minor = value_at_risk_minor")
    _index("rank_minor")


def downgrade() -> None:
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_rank")
        batch_op.drop_index("ix_alert_list")
        batch_op.drop_column("rank_minor")
    _index("value_at_risk_minor")


def _index(column: str) -> None:
    op.create_index("ix_alert_list", "alert", ["state", "grade", column], unique=False)
    op.create_index(
        "ix_alert_rank",
        "alert",
        [sa.literal_column("grade DESC"), sa.literal_column(f"{column} DESC"), "alert_id"],
        unique=False,
        sqlite_where=_NOT_CLOSED,
        postgresql_where=_NOT_CLOSED,
    )
