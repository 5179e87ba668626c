"""What is not taken in, what waits for Kafka, who holds which lease, who changed what, and answers kept."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from store.tables.columns import Instant, Json, Serial, metadata

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("dead_letter_id", String(36), primary_key=True),
    Column("topic", String(249), nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("key", LargeBinary),
    Column("value", LargeBinary, comment="the original bytes; null where the record itself could not be read"),
    Column("reason", String(40), nullable=False),
    Column("detail", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False, index=True),
    Column("replayed_at", Instant),
    Column("replayed_by", String(200)),
)

outbox = Table(
    "outbox",
    metadata,
    Column("outbox_id", Serial, primary_key=True),
    Column("topic", String(249), nullable=False),
    Column("partition", Integer, comment="null: by key"),
    Column("key", LargeBinary),
    Column("value", LargeBinary),
    Column("written_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("refused", Text, comment="why the broker can never take it; sent_at is then when it was given up"),
    Index(
        "ix_outbox_unsent",
        "outbox_id",
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    ),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("owner", String(80), nullable=False),
    Column("expires_at", Instant, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("audit_id", Serial, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("role", String(40), nullable=False),
    Column("action", String(60), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("key", String(200), nullable=False),
    Column("before", Json),
    Column("after", Json),
    Column("request_id", String(64)),
    Index("ix_audit_kind_key", "kind", "key"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("actor", String(200), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("fingerprint", String(64), nullable=False, comment="hash of method, path and body"),
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False, index=True),
)
