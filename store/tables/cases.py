"""Cases: the task force, what it has to do, and what has happened."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from store.tables.columns import Instant, Json, Serial, metadata

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
    Column("swot", Json, nullable=False, comment="casework.cases.case_lifecycle.Swot"),
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

follow_up_mark = Table(
    "follow_up_mark",
    metadata,
    Column("name", String(40), primary_key=True, comment="of the step that looked"),
    Column("seen", String(200), nullable=False, comment="what it saw: the same again needs no second look"),
)
