"""Clients that are gone, as people recorded them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table

from store.tables.columns import Instant, metadata

gone_client = Table(
    "gone_client",
    metadata,
    Column("alert_id", String(36), sa.ForeignKey("alert.alert_id"), primary_key=True, comment="that told of it"),
    Column("client_id", String(64), nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("last_paid_week", Integer, comment="null: it never paid"),
    Column("lost_minor", BigInteger, nullable=False, comment="turnover of the year before the fall began"),
    Column("warned_weeks", Integer, comment="from the alert's first week to the last payment; null: too late"),
    Column("tried", Boolean, nullable=False, comment="a case was about it while it fell"),
    Column("recorded_week", Integer, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", String(200), nullable=False),
    # A client goes once with one last payment, however many alerts told of it.
    Index("uq_gone_client_going", "client_id", "last_paid_week", unique=True),
    Index("ix_gone_client_recorded_week", "recorded_week"),
)
