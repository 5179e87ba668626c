"""The client master."""

from __future__ import annotations

import sqlalchemy as sa

from store.tables.columns import metadata

client = sa.Table(
    "client",
    metadata,
    sa.Column("client_id", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("branch_id", sa.String(64), nullable=False, index=True),
    sa.Column("tier", sa.String(8), nullable=False),
    sa.Column("industry", sa.String(200)),
    sa.Column("relationship_manager", sa.String(200)),
    sa.Column("opened_on", sa.Date),
    sa.Column("closed_on", sa.Date),
    sa.Column("placeholder", sa.Boolean, nullable=False, comment="seen in activity, not yet in the client master"),
    sa.Column("shard", sa.Integer, comment="the partition its activity comes in; null before the first"),
    sa.Column("first_week", sa.Integer, comment="first week with activity; silence counts from here"),
    sa.Column("last_week", sa.Integer, comment="week of closed_on; no zero rows after it"),
    sa.Column(
        "rebased_week",
        sa.Integer,
        comment="first week of a new normal: what came before is not judged against",
    ),
    sa.Index("ix_client_shard", "shard"),
)
