"""How people want to be told, and what they are told."""

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

preference_table = Table(
    "notice_preference",
    metadata,
    Column("user", String(200), primary_key=True),
    Column("role", String(40), nullable=False),
    Column("branch_id", String(64)),
    Column("language", String(8), nullable=False),
    Column("address", Text, nullable=False, comment="an Apprise URL; a secret, never shown or logged whole"),
    Column("kinds", Json, nullable=False, comment="what they want to hear of"),
    Column("quiet_from", String(5), comment="HH:MM in the bank's zone; null for never quiet"),
    Column("quiet_until", String(5)),
    Column("revision", Integer, nullable=False),
)

notice = Table(
    "notice",
    metadata,
    Column("notice_id", Serial, primary_key=True),
    Column("user", String(200), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("subject_key", String(200), nullable=False, comment="what it is about: the same thing is told once"),
    Column("facts", Json, nullable=False, comment="what the text is made of, in the reader's language"),
    Column("written_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False, comment="later than written_at in quiet hours"),
    Column("sent_at", Instant),
    Column("tries", Integer, nullable=False),
    Column("failed", Text, comment="why it was given up; free of secrets"),
    sa.UniqueConstraint("user", "kind", "subject_key"),
    Index(
        "ix_notice_unsent",
        "not_before",
        sqlite_where=sa.text("sent_at IS NULL AND failed IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL AND failed IS NULL"),
    ),
)
