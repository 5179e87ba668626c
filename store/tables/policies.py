"""Policies: what each says, who has seen what it would do, and which was in force from when. See decision 0022."""

from __future__ import annotations

import sqlalchemy as sa

from store.tables.columns import Instant, Json, Serial, metadata
from store.tables.leaver import MODEL_VERSION_LENGTH

VERSION_LENGTH = 200  # of a name and the hash behind it

policy = sa.Table(
    "policy",
    metadata,
    sa.Column("version", sa.String(VERSION_LENGTH), primary_key=True, comment="name and hash of the content"),
    sa.Column("name", sa.String(VERSION_LENGTH), nullable=False),
    sa.Column("body", sa.Text, nullable=False, comment="as detector.policies.policy.dump_policy writes it"),
    sa.Column("revision", sa.Integer, nullable=False, comment="1, up with every application"),
    sa.Column("note", sa.Text),
    sa.Column("proposed_by", sa.String(200), comment="null: it came with the settings"),
    sa.Column("proposed_at", Instant, nullable=False),
    sa.Index("ix_policy_list", "proposed_at", "version"),
    comment="never changed but in its revision",
)

policy_preview = sa.Table(
    "policy_preview",
    metadata,
    sa.Column("preview_id", sa.String(36), primary_key=True),
    sa.Column("version", sa.String(VERSION_LENGTH), sa.ForeignKey("policy.version"), nullable=False),
    sa.Column(
        "beside", sa.String(VERSION_LENGTH), nullable=False, comment="the version in force that it was seen beside"
    ),
    sa.Column("last_week", sa.Integer, nullable=False, comment="of the weeks that were replayed"),
    sa.Column("seen_by", sa.String(200), nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("figures", Json, nullable=False, comment="schemas.http_policies.PreviewBody"),
    sa.Index("ix_policy_preview_seen", "version", "seen_by", "seen_at"),
)

policy_application = sa.Table(
    "policy_application",
    metadata,
    sa.Column("place", Serial, primary_key=True, comment="order of applying: of one week the last one counts"),
    sa.Column("version", sa.String(VERSION_LENGTH), sa.ForeignKey("policy.version"), nullable=False),
    sa.Column("from_week", sa.Integer, nullable=False, comment="first week that it judges"),
    sa.Column("applied_by", sa.String(200), comment="null: the settings did"),
    sa.Column("applied_at", Instant, nullable=False),
    sa.Column(
        "preview_id", sa.String(36), sa.ForeignKey("policy_preview.preview_id"), comment="what it was seen with"
    ),
    sa.Index("ix_policy_application_week", "from_week", "place"),
)

judged_week = sa.Table(
    "judged_week",
    metadata,
    sa.Column("shard", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False, comment="of the shard's week"),
    sa.Column("amendments", sa.Integer, nullable=False, comment="of the shard, when it was judged"),
    sa.Column("policy_version", sa.String(VERSION_LENGTH), nullable=False),
    sa.Column(
        "model_version",
        sa.String(MODEL_VERSION_LENGTH),
        nullable=False,
        server_default="",
        comment="of the leaver model; empty where none was in use, or that was not yet noted",
    ),
    comment="what each judging was made from, so that it can be done again",
)
