"""The tables of what people do about a client: cases, remedies, and the desk's accounts, sessions and notices.

As in store.tables: weeks are week numbers, money is minor units of the base currency, instants are aware UTC.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, String, Table, Text

from store.tables import Instant, Json, Serial, metadata

# -- alerts as they opened ---------------------------------------------------------------------------------------
alert_opening = Table(
    "alert_opening",
    metadata,
    Column("alert_id", String(36), sa.ForeignKey("alert.alert_id"), primary_key=True),
    Column("policy_version", Text, nullable=False, comment="of the verdict that opened it"),
    Column("grade", Integer, nullable=False),
    Column("value_at_risk_minor", BigInteger, nullable=False),
    Column("lot", Integer, nullable=False, comment="casework.holdout.lot"),
    comment="written once, so that what was done about an alert does not decide how it is counted",
)

# -- cases -------------------------------------------------------------------------------------------------------
client_case = Table(
    "client_case",
    metadata,
    Column("case_id", String(36), primary_key=True),
    Column("client_id", String(64), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("alarm", Boolean, nullable=False),
    Column("lead", String(200), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("opened_week", Integer, nullable=False),
    Column("resumes_to", String(12), comment="of a suspended case"),
    Column("diary_date", Date),
    Column("closed_at", Instant),
    Column("closed_week", Integer),
    Column("times_reopened", Integer, nullable=False),
    Column("truth", String(40)),
    Column("retention", String(20)),
    Column("cause", String(200)),
    # At most one open case a client, whatever the code does.
    Index(
        "uq_client_case_open",
        "client_id",
        unique=True,
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    ),
    Index("ix_client_case_list", "state", "opened_at", "case_id"),
)

case_alert = Table(
    "case_alert",
    metadata,
    Column("case_id", String(36), sa.ForeignKey("client_case.case_id"), primary_key=True),
    Column("alert_id", String(36), sa.ForeignKey("alert.alert_id"), primary_key=True, index=True),
)

case_member = Table(
    "case_member",
    metadata,
    Column("case_id", String(36), sa.ForeignKey("client_case.case_id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False, comment="order of joining"),
    Column("user", String(200), nullable=False, index=True),
    Column("role", String(40), nullable=False),
    Column("joined_on", Date, nullable=False),
    Column("left_on", Date),
)

case_task = Table(
    "case_task",
    metadata,
    Column("task_id", String(36), primary_key=True),
    Column("case_id", String(36), sa.ForeignKey("client_case.case_id"), nullable=False, index=True),
    Column("place", Integer, nullable=False, comment="order of adding"),
    Column("title", String(200), nullable=False),
    Column("owner", String(200), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    Column("evidence", Text),
    Column("done_by", String(200)),
    Column("done_at", Instant),
)

case_review = Table(
    "case_review",
    metadata,
    Column("review_id", String(36), primary_key=True),
    Column("case_id", String(36), sa.ForeignKey("client_case.case_id"), nullable=False, index=True),
    Column("place", Integer, nullable=False, comment="order of writing"),
    Column("held_on", Date, nullable=False),
    Column("attendees", Json, nullable=False, comment="users"),
    Column("minutes", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("written_by", String(200), nullable=False),
    Column("swot", Json, nullable=False, comment="casework.cases.Swot"),
)

case_event = Table(
    "case_event",
    metadata,
    Column("event_id", Serial, primary_key=True),
    Column("case_id", String(36), sa.ForeignKey("client_case.case_id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(200), nullable=False, comment="`ebbwatch` where time alone did it"),
    Column("what", String(40), nullable=False, comment="opened, moved, reviewed, remedy.approved, ..."),
    Column("state", String(12), nullable=False, comment="the case's state afterwards"),
    Column("note", Text),
    Index("ix_case_event_case", "case_id", "event_id"),
    comment="the timeline people read; the audit trail is its own table",
)

# -- remedies ----------------------------------------------------------------------------------------------------
remedy = Table(
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
    Column("total_minor", BigInteger, nullable=False, comment="casework.remedies.Terms.total_minor, for limits"),
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

# -- the desk ----------------------------------------------------------------------------------------------------
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

notice_preference = Table(
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

follow_up_mark = Table(
    "follow_up_mark",
    metadata,
    Column("name", String(40), primary_key=True, comment="of the step that looked"),
    Column("seen", String(200), nullable=False, comment="what it saw: the same again needs no second look"),
)
