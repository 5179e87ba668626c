"""Clients that are gone, as people recorded them."""

from __future__ import annotations

import sqlalchemy as sa

from store.tables.columns import Instant, metadata

gone_client = sa.Table(
    "gone_client",
    metadata,
    sa.Column(
        "alert_id", sa.String(36), sa.ForeignKey("alert.alert_id"), primary_key=True, comment="that told of it"
    ),
    sa.Column("client_id", sa.String(64), nullable=False),
    sa.Column("outcome", sa.String(40), nullable=False),
    sa.Column("last_paid_week", sa.Integer, comment="null: it never paid"),
    sa.Column("lost_minor", sa.BigInteger, nullable=False, comment="turnover of the year before the fall began"),
    sa.Column(
        "warned_weeks", sa.Integer, comment="from the alert's first week to the last payment; null: too late"
    ),
    sa.Column("tried", sa.Boolean, nullable=False, comment="a case was about it while it fell"),
    sa.Column("recorded_week", sa.Integer, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("recorded_by", sa.String(200), nullable=False),
    # A client goes once with one last payment, however many alerts told of it.
    sa.Index("uq_gone_client_going", "client_id", "last_paid_week", unique=True),
    sa.Index("ix_gone_client_recorded_week", "recorded_week"),
)
