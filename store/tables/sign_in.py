"""The desk's local accounts, its sessions, and sign-ins on their way through an identity provider."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    String,
    Table,
    Text,
)

from store.tables.columns import Instant, metadata

account = Table(
    "account",
    metadata,
    Column("user", String(200), primary_key=True),
    Column("password_hash", Text, nullable=False, comment="argon2id"),
    Column("role", String(40), nullable=False),
    Column("branch_id", String(64)),
    Column("made_at", Instant, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("failures", Integer, nullable=False, comment="wrong passwords since the last right one"),
    Column("locked_until", Instant),
)

web_session = Table(
    "web_session",
    metadata,
    Column("token_hash", String(64), primary_key=True, comment="sha256 of the cookie"),
    Column("user", String(200), nullable=False, index=True),
    Column("role", String(40), nullable=False),
    Column("branch_id", String(64)),
    Column("csrf", String(64), nullable=False),
    Column("id_token", Text, comment="of a provider's sign-in: what its sign-out is asked with"),
    Column("made_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

sign_in_attempt = Table(
    "sign_in_attempt",
    metadata,
    Column("state_hash", String(64), primary_key=True, comment="sha256 of the state parameter"),
    Column("nonce", String(64), nullable=False),
    Column("code_verifier", String(128), nullable=False),
    Column("return_to", Text, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)
