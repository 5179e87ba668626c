"""a case knows the branch it is worked in, and who of its task force is of a branch before"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_WORKED_IN = """
UPDATE client_case SET worked_in = (SELECT branch_id FROM client WHERE client.client_id = client_case.client_id)
"""


def upgrade() -> None:
    worked_in = sa.Column(
        "worked_in", sa.String(64), nullable=True, comment="branch; null: as a release before 0016 opened it"
    )
    came_from = sa.Column(
        "came_from", sa.String(64), nullable=True, comment="branch, of who was left behind when the client moved on"
    )
    op.add_column("client_case", worked_in)
    op.add_column("case_member", came_from)
    op.execute(_WORKED_IN)


def downgrade() -> None:
    op.drop_column("case_member", "came_from")
    op.drop_column("client_case", "worked_in")
