"""What all kept amounts and weeks stand on: base currency and time zone, as the database was begun with."""

from __future__ import annotations

import sqlalchemy as sa

from store.tables.columns import metadata

bank_basis = sa.Table(
    "bank_basis",
    metadata,
    sa.Column("setting", sa.String(64), primary_key=True, comment="its name in the environment"),
    sa.Column("value", sa.String(200), nullable=False),
)
