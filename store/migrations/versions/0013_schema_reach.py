"""how old a release may be that works with the schema"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schema_reach",
        sa.Column(
            "oldest_code",
            sa.String(length=32),
            nullable=False,
            comment="newest migration that the oldest such release has",
        ),
        sa.PrimaryKeyConstraint("oldest_code", name=op.f("pk_schema_reach")),
    )


def downgrade() -> None:
    op.drop_table("schema_reach")
