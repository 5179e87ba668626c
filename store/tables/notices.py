"""How people want to be told, and what they are told."""

from __future__ import annotations

import sqlalchemy as sa

from store.tables.columns import Instant, Json, Serial, metadata

preference_table = sa.Table(
    "notice_preference",
    metadata,
    sa.Column("user", sa.String(200), primary_key=True),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("branch_id", sa.String(64)),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("address", sa.Text, nullable=False, comment="an Apprise URL; a secret, never shown or logged whole"),
    sa.Column("kinds", Json, nullable=False, comment="what they want to hear of"),
    sa.Column("quiet_from", sa.String(5), comment="HH:MM in the bank's zone; null for never quiet"),
    sa.Column("quiet_until", sa.String(5)),
    sa.Column("revision", sa.Integer, nullable=False),
)

notice = sa.Table(
    "notice",
    metadata,
    sa.Column("notice_id", Serial, primary_key=True),
    sa.Column("user", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column(
        "subject_key", sa.String(200), nullable=False, comment="what it is about: the same thing is told once"
    ),
    sa.Column("facts", Json, nullable=False, comment="what the text is made of, in the reader's language"),
    sa.Column("written_at", Instant, nullable=False),
    sa.Column("not_before", Instant, nullable=False, comment="later than written_at in quiet hours"),
    sa.Column("sent_at", Instant),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("failed", sa.Text, comment="why it was given up; free of secrets"),
    sa.UniqueConstraint("user", "kind", "subject_key"),
    sa.Index(
        "ix_notice_unsent",
        "not_before",
        sqlite_where=sa.text("sent_at IS NULL AND failed IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL AND failed IS NULL"),
    ),
)
