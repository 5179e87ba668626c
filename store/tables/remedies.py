"""Remedies: their terms, who took which part in them, who approved them, and the gate of the limits."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from store.tables.columns import Instant, Json, metadata

remedy_table = Table(
    "remedy",
    metadata,
    Column("remedy_id", String(36), primary_key=True),
    Column("case_id", String(36), sa.ForeignKey("client_case.case_id"), nullable=False, index=True),
    Column("client_id", String(64), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("type", String(24), nullable=False),
    Column("state", String(12), nullable=False),
    Column("owner", String(200), nullable=False),
    Column("maker", String(200), nullable=False),
    Column("terms_version", Integer, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("cost_minor", BigInteger, nullable=False),
    Column("expected_effect_minor", BigInteger, nullable=False, comment="turnover a week"),
    Column("reason", Text),
    Column("fee_code", String(40), comment="of a concession, and so the next four"),
    Column("list_price_minor", BigInteger, comment="a month"),
    Column("concession_pct", Integer),
    Column("volume_commitment_minor", BigInteger, comment="turnover a week"),
    Column("break_even_minor", BigInteger, comment="turnover a week"),
    Column(
        "total_minor",
        BigInteger,
        nullable=False,
        comment="casework.remedies.remedy_lifecycle.Terms.total_minor, for limits",
    ),
    Column("route", Json, nullable=False, comment="levels that have to agree, in order"),
    Column("next_level", String(12), comment="of a submitted one: the level that has to say yes next"),
    Column("renews", String(36), sa.ForeignKey("remedy.remedy_id")),
    Column("ended_on", Date),
    Column("note", Text),
    Column("proposed_at", Instant, nullable=False),
    Column("submitted_at", Instant),
    Column("decided_at", Instant),
    sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="ends_after_start"),
    sa.CheckConstraint(
        "type NOT IN ('fee_reduction', 'fee_waiver') OR (fee_code IS NOT NULL AND list_price_minor IS NOT NULL "
        "AND concession_pct BETWEEN 1 AND 100 AND volume_commitment_minor IS NOT NULL "
        "AND break_even_minor IS NOT NULL AND ends_on IS NOT NULL)",
        name="concession_complete",
    ),
    Index("ix_remedy_list", "state", "submitted_at", "remedy_id"),
)

remedy_part = Table(
    "remedy_part",
    metadata,
    # One part a person and remedy, for good: nobody is ever its maker and its checker, whatever the code does.
    Column("remedy_id", String(36), sa.ForeignKey("remedy.remedy_id"), primary_key=True),
    Column("user", String(200), primary_key=True),
    Column("part", String(8), nullable=False),
    sa.CheckConstraint("part IN ('maker', 'checker')", name="part_known"),
    sa.UniqueConstraint("remedy_id", "user", "part"),
)

remedy_approval = Table(
    "remedy_approval",
    metadata,
    Column("remedy_id", String(36), primary_key=True),
    Column("terms_version", Integer, primary_key=True, autoincrement=False),
    Column("level", String(12), primary_key=True),
    Column("checker", String(200), nullable=False),
    Column("part", String(8), nullable=False, server_default="checker"),
    Column("at", Instant, nullable=False),
    Column("total_minor", BigInteger, nullable=False, comment="what was approved, for the checker's limit"),
    Column("void", Boolean, nullable=False, comment="the terms were changed or sent back afterwards"),
    sa.CheckConstraint("part = 'checker'", name="by_a_checker"),
    sa.ForeignKeyConstraint(
        ["remedy_id", "checker", "part"], ["remedy_part.remedy_id", "remedy_part.user", "remedy_part.part"]
    ),
    # One yes a person and version of the terms: two levels are two people.
    sa.UniqueConstraint("remedy_id", "terms_version", "checker"),
    Index("ix_remedy_approval_checker", "checker", "at"),
)

limit_gate = Table(
    "limit_gate",
    metadata,
    # One row, locked by whoever submits or approves: limits are cumulative, so decisions are taken one by one.
    Column("gate", Integer, primary_key=True, autoincrement=False),
    Column("passed", BigInteger, nullable=False),
)
