"""The desk's local accounts, its sessions, and sign-ins on their way through an identity provider."""

from __future__ import annotations

import sqlalchemy as sa

from store.tables.columns import Instant, metadata

account = sa.Table(
    "account",
    metadata,
    sa.Column("user", sa.String(200), primary_key=True),
    sa.Column("password_hash", sa.Text, nullable=False, comment="argon2id"),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("branch_id", sa.String(64)),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False, comment="wrong passwords since the last right one"),
    sa.Column("locked_until", Instant),
)

web_session = sa.Table(
    "web_session",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True, comment="sha256 of the cookie"),
    sa.Column("user", sa.String(200), nullable=False, index=True),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("branch_id", sa.String(64)),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("id_token", sa.Text, comment="of a provider's sign-in: what its sign-out is asked with"),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False, index=True),
)

sign_in_attempt = sa.Table(
    "sign_in_attempt",
    metadata,
    sa.Column("state_hash", sa.String(64), primary_key=True, comment="sha256 of the state parameter"),
    sa.Column("nonce", sa.String(64), nullable=False),
    sa.Column("code_verifier", sa.String(128), nullable=False),
    sa.Column("return_to", sa.Text, nullable=False),
    sa.Column("expires_at", Instant, nullable=False, index=True),
)
