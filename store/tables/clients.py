"""The client master."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
)

from store.tables.columns import metadata

client = Table(
    "client",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("branch_id", String(64), nullable=False, index=True),
    Column("tier", String(8), nullable=False),
    Column("industry", String(200)),
    Column("relationship_manager", String(200)),
    Column("opened_on", Date),
    Column("closed_on", Date),
    Column("placeholder", Boolean, nullable=False, comment="seen in activity, not yet in the client master"),
    Column("shard", Integer, comment="the partition its activity comes in; null before the first"),
    Column("first_week", Integer, comment="first week with activity; silence counts from here"),
    Column("last_week", Integer, comment="week of closed_on; no zero rows after it"),
    Column(
        "rebased_week",
        Integer,
        comment="first week of a new normal: what came before is not judged against",
    ),
    Index("ix_client_shard", "shard"),
)
