"""What is not taken in, what waits for Kafka, who holds which lease, who changed what, and answers kept."""

from __future__ import annotations

import sqlalchemy as sa

from store.tables.columns import Instant, Json, Serial, metadata

dead_letter = sa.Table(
    "dead_letter",
    metadata,
    sa.Column("dead_letter_id", sa.String(36), primary_key=True),
    sa.Column("topic", sa.String(249), nullable=False),
    sa.Column("partition", sa.Integer, nullable=False),
    sa.Column("offset", sa.BigInteger, nullable=False),
    sa.Column("key", sa.LargeBinary),
    sa.Column(
        "value", sa.LargeBinary, comment="the original bytes; null where the record itself could not be read"
    ),
    sa.Column("reason", sa.String(40), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False, index=True),
    sa.Column("replayed_at", Instant),
    sa.Column("replayed_by", sa.String(200)),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("outbox_id", Serial, primary_key=True),
    sa.Column("topic", sa.String(249), nullable=False),
    sa.Column("partition", sa.Integer, comment="null: by key"),
    sa.Column("key", sa.LargeBinary),
    sa.Column("value", sa.LargeBinary),
    sa.Column("written_at", Instant, nullable=False),
    sa.Column("sent_at", Instant),
    sa.Column("refused", sa.Text, comment="why the broker can never take it; sent_at is then when it was given up"),
    sa.Index(
        "ix_outbox_unsent",
        "outbox_id",
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    ),
)

lease = sa.Table(
    "lease",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("owner", sa.String(80), nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("audit_id", Serial, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.String(200), nullable=False),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("action", sa.String(60), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("key", sa.String(200), nullable=False),
    sa.Column("before", Json),
    sa.Column("after", Json),
    sa.Column("request_id", sa.String(64)),
    sa.Index("ix_audit_kind_key", "kind", "key"),
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("actor", sa.String(200), primary_key=True),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False, comment="hash of method, path and body"),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("headers", Json, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("at", Instant, nullable=False, index=True),
)
