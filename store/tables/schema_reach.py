"""How old a release may be that works with the schema as it is: written with each upgrade, read at each start."""

from __future__ import annotations

import sqlalchemy as sa

from store.tables.columns import metadata

schema_reach = sa.Table(
    "schema_reach",
    metadata,
    sa.Column(
        "oldest_code", sa.String(32), primary_key=True, comment="newest migration that the oldest such release has"
    ),
)
