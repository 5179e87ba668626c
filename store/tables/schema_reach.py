"""How old a release may be that works with the schema as it is: written with each upgrade, read at each start."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from store.tables.columns import metadata

schema_reach = Table(
    "schema_reach",
    metadata,
    Column(
        "oldest_code", String(32), primary_key=True, comment="newest migration that the oldest such release has"
    ),
)
