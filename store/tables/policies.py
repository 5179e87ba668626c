"""Policies: what each says, who has seen what it would do, and which was in force from when. See decision 0022."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import (
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from store.tables.columns import Instant, Json, Serial, metadata
from store.tables.leaver import MODEL_VERSION_LENGTH

VERSION_LENGTH = 200  # of a name and the hash behind it

policy = Table(
    "policy",
    metadata,
    Column("version", String(VERSION_LENGTH), primary_key=True, comment="name and hash of the content"),
    Column("name", String(VERSION_LENGTH), nullable=False),
    Column("body", Text, nullable=False, comment="as detector.policies.policy.dump_policy writes it"),
    Column("revision", Integer, nullable=False, comment="1, up with every application"),
    Column("note", Text),
    Column("proposed_by", String(200), comment="null: it came with the settings"),
    Column("proposed_at", Instant, nullable=False),
    Index("ix_policy_list", "proposed_at", "version"),
    comment="never changed but in its revision",
)

policy_preview = Table(
    "policy_preview",
    metadata,
    Column("preview_id", String(36), primary_key=True),
    Column("version", String(VERSION_LENGTH), sa.ForeignKey("policy.version"), nullable=False),
    Column(
        "beside", String(VERSION_LENGTH), nullable=False, comment="the version in force that it was seen beside"
    ),
    Column("last_week", Integer, nullable=False, comment="of the weeks that were replayed"),
    Column("seen_by", String(200), nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("figures", Json, nullable=False, comment="schemas.http_policies.PreviewBody"),
    Index("ix_policy_preview_seen", "version", "seen_by", "seen_at"),
)

policy_application = Table(
    "policy_application",
    metadata,
    Column("place", Serial, primary_key=True, comment="order of applying: of one week the last one counts"),
    Column("version", String(VERSION_LENGTH), sa.ForeignKey("policy.version"), nullable=False),
    Column("from_week", Integer, nullable=False, comment="first week that it judges"),
    Column("applied_by", String(200), comment="null: the settings did"),
    Column("applied_at", Instant, nullable=False),
    Column("preview_id", String(36), sa.ForeignKey("policy_preview.preview_id"), comment="what it was seen with"),
    Index("ix_policy_application_week", "from_week", "place"),
)

judged_week = Table(
    "judged_week",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, primary_key=True, autoincrement=False, comment="of the shard's week"),
    Column("amendments", Integer, nullable=False, comment="of the shard, when it was judged"),
    Column("policy_version", String(VERSION_LENGTH), nullable=False),
    Column(
        "model_version",
        String(MODEL_VERSION_LENGTH),
        nullable=False,
        server_default="",
        comment="of the leaver model; empty where none was in use, or that was not yet noted",
    ),
    comment="what each judging was made from, so that it can be done again",
)
