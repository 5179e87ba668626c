"""Remedies: their terms, who took which part in them, who approved them, and the gate of the limits."""

from __future__ import annotations

import sqlalchemy as sa

from store.tables.columns import Instant, Json, metadata

remedy_table = sa.Table(
    "remedy",
    metadata,
    sa.Column("remedy_id", sa.String(36), primary_key=True),
    sa.Column("case_id", sa.String(36), sa.ForeignKey("client_case.case_id"), nullable=False, index=True),
    sa.Column("client_id", sa.String(64), nullable=False, index=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("type", sa.String(24), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("owner", sa.String(200), nullable=False),
    sa.Column("maker", sa.String(200), nullable=False),
    sa.Column("terms_version", sa.Integer, nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date),
    sa.Column("cost_minor", sa.BigInteger, nullable=False),
    sa.Column("expected_effect_minor", sa.BigInteger, nullable=False, comment="turnover a week"),
    sa.Column("reason", sa.Text),
    sa.Column("fee_code", sa.String(40), comment="of a concession, and so the next four"),
    sa.Column("list_price_minor", sa.BigInteger, comment="a month"),
    sa.Column("concession_pct", sa.Integer),
    sa.Column("volume_commitment_minor", sa.BigInteger, comment="turnover a week"),
    sa.Column("break_even_minor", sa.BigInteger, comment="turnover a week"),
    sa.Column(
        "total_minor",
        sa.BigInteger,
        nullable=False,
        comment="casework.remedies.remedy_lifecycle.Terms.total_minor, for limits",
    ),
    sa.Column("route", Json, nullable=False, comment="levels that have to agree, in order"),
    sa.Column("next_level", sa.String(12), comment="of a submitted one: the level that has to say yes next"),
    sa.Column("renews", sa.String(36), sa.ForeignKey("remedy.remedy_id")),
    sa.Column("ended_on", sa.Date),
    sa.Column("note", sa.Text),
    sa.Column("proposed_at", Instant, nullable=False),
    sa.Column("submitted_at", Instant),
    sa.Column("decided_at", Instant),
    sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="ends_after_start"),
    sa.CheckConstraint(
        "type NOT IN ('fee_reduction', 'fee_waiver') OR (fee_code IS NOT NULL AND list_price_minor IS NOT NULL "
        "AND concession_pct BETWEEN 1 AND 100 AND volume_commitment_minor IS NOT NULL "
        "AND break_even_minor IS NOT NULL AND ends_on IS NOT NULL)",
        name="concession_complete",
    ),
    sa.Index("ix_remedy_list", "state", "submitted_at", "remedy_id"),
)

remedy_part = sa.Table(
    "remedy_part",
    metadata,
    # One part a person and remedy, for good: nobody is ever its maker and its checker, whatever the code does.
    sa.Column("remedy_id", sa.String(36), sa.ForeignKey("remedy.remedy_id"), primary_key=True),
    sa.Column("user", sa.String(200), primary_key=True),
    sa.Column("part", sa.String(8), nullable=False),
    sa.CheckConstraint("part IN ('maker', 'checker')", name="part_known"),
    sa.UniqueConstraint("remedy_id", "user", "part"),
)

remedy_approval = sa.Table(
    "remedy_approval",
    metadata,
    sa.Column("remedy_id", sa.String(36), primary_key=True),
    sa.Column("terms_version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("level", sa.String(12), primary_key=True),
    sa.Column("checker", sa.String(200), nullable=False),
    sa.Column("part", sa.String(8), nullable=False, server_default="checker"),
    sa.Column("at", Instant, nullable=False),
    sa.Column("total_minor", sa.BigInteger, nullable=False, comment="what was approved, for the checker's limit"),
    sa.Column("void", sa.Boolean, nullable=False, comment="the terms were changed or sent back afterwards"),
    sa.CheckConstraint("part = 'checker'", name="by_a_checker"),
    sa.ForeignKeyConstraint(
        ["remedy_id", "checker", "part"], ["remedy_part.remedy_id", "remedy_part.user", "remedy_part.part"]
    ),
    # One yes a person and version of the terms: two levels are two people.
    sa.UniqueConstraint("remedy_id", "terms_version", "checker"),
    sa.Index("ix_remedy_approval_checker", "checker", "at"),
)

limit_gate = sa.Table(
    "limit_gate",
    metadata,
    # One row, locked by whoever submits or approves: limits are cumulative, so decisions are taken one by one.
    sa.Column("gate", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("passed", sa.BigInteger, nullable=False),
)
