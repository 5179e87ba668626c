"""the settings that kept amounts and weeks stand on"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_basis",
        sa.Column("setting", sa.String(length=64), nullable=False, comment="its name in the environment"),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("setting", name=op.f("pk_bank_basis")),
    )


def downgrade() -> None:
    op.drop_table("bank_basis")
