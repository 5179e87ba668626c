"""alerts carry the income at risk and the onset; falls are ranked before rises, by income, chance and time left"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_NOT_CLOSED = sa.text("state <> 'closed'")
# A thousandth of turnover is income at the margin as shipped: 10 basis points.
_TO_INCOME = "UPDATE alert SET income_at_risk_minor = value_at_risk_minor / 1000, rank_minor = rank_minor / 1000"
_TO_TURNOVER = "UPDATE alert SET rank_minor = rank_minor * 1000"
_ONSET = """
UPDATE alert SET onset_week = (
    SELECT onset_week FROM alert_explanation
    WHERE alert_explanation.alert_id = alert.alert_id AND alert_explanation.week = alert.last_week
)
"""


def upgrade() -> None:
    op.drop_index("ix_alert_rank", "alert")
    op.add_column(
        "alert",
        sa.Column(
            "income_at_risk_minor",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="what the turnover at risk brings the bank a year",
        ),
    )
    op.add_column(
        "alert",
        sa.Column("onset_week", sa.Integer(), nullable=True, comment="of a fall, by its newest explanation"),
    )
    _say_of_rank("income at risk times the chance of leaving times the time left to act, where they are known")
    op.execute(_TO_INCOME)
    op.execute(_ONSET)
    _index("direction", sa.literal_column("grade DESC"))


def downgrade() -> None:
    op.drop_index("ix_alert_rank", "alert")
    op.drop_column("alert", "onset_week")
    op.drop_column("alert", "income_at_risk_minor")
    _say_of_rank("value at risk times the learned chance of leaving, where one is known")
    op.execute(_TO_TURNOVER)
    _index(sa.literal_column("grade DESC"))


def _say_of_rank(comment: str) -> None:
    """SQLite has no comments, and would copy the table for one: which rows that others refer to forbid."""
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("alert", "rank_minor", existing_type=sa.BigInteger(), comment=comment)


def _index(*first: str | sa.ColumnClause[str]) -> None:
    op.create_index(
        "ix_alert_rank",
        "alert",
        [*first, sa.literal_column("rank_minor DESC"), "alert_id"],
        unique=False,
        sqlite_where=_NOT_CLOSED,
        postgresql_where=_NOT_CLOSED,
    )
