"""Cases: the task force, what it has to do, and what has happened."""

from __future__ import annotations

import sqlalchemy as sa

from store.tables.columns import Instant, Json, Serial, metadata

client_case = sa.Table(
    "client_case",
    metadata,
    sa.Column("case_id", sa.String(36), primary_key=True),
    sa.Column("client_id", sa.String(64), nullable=False, index=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("origin", sa.String(20), nullable=False),
    sa.Column("alarm", sa.Boolean, nullable=False),
    sa.Column("lead", sa.String(200), nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("opened_week", sa.Integer, nullable=False),
    sa.Column("resumes_to", sa.String(12), comment="of a suspended case"),
    sa.Column("diary_date", sa.Date),
    sa.Column("closed_at", Instant),
    sa.Column("closed_week", sa.Integer),
    sa.Column("times_reopened", sa.Integer, nullable=False),
    sa.Column("truth", sa.String(40)),
    sa.Column("retention", sa.String(20)),
    sa.Column("cause", sa.String(200)),
    sa.Column("worked_in", sa.String(64), comment="branch; null: as a release before 0016 opened it"),
    # At most one open case a client, whatever the code does.
    sa.Index(
        "uq_client_case_open",
        "client_id",
        unique=True,
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    ),
    sa.Index("ix_client_case_list", "state", "opened_at", "case_id"),
)

case_alert = sa.Table(
    "case_alert",
    metadata,
    sa.Column("case_id", sa.String(36), sa.ForeignKey("client_case.case_id"), primary_key=True),
    sa.Column("alert_id", sa.String(36), sa.ForeignKey("alert.alert_id"), primary_key=True, index=True),
)

case_member = sa.Table(
    "case_member",
    metadata,
    sa.Column("case_id", sa.String(36), sa.ForeignKey("client_case.case_id"), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False, comment="order of joining"),
    sa.Column("user", sa.String(200), nullable=False, index=True),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("joined_on", sa.Date, nullable=False),
    sa.Column("left_on", sa.Date),
    sa.Column("came_from", sa.String(64), comment="branch, of who was left behind when the client moved on"),
)

case_task = sa.Table(
    "case_task",
    metadata,
    sa.Column("task_id", sa.String(36), primary_key=True),
    sa.Column("case_id", sa.String(36), sa.ForeignKey("client_case.case_id"), nullable=False, index=True),
    sa.Column("place", sa.Integer, nullable=False, comment="order of adding"),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("owner", sa.String(200), nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("evidence", sa.Text),
    sa.Column("done_by", sa.String(200)),
    sa.Column("done_at", Instant),
)

case_review = sa.Table(
    "case_review",
    metadata,
    sa.Column("review_id", sa.String(36), primary_key=True),
    sa.Column("case_id", sa.String(36), sa.ForeignKey("client_case.case_id"), nullable=False, index=True),
    sa.Column("place", sa.Integer, nullable=False, comment="order of writing"),
    sa.Column("held_on", sa.Date, nullable=False),
    sa.Column("attendees", Json, nullable=False, comment="users"),
    sa.Column("minutes", sa.Text, nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("written_by", sa.String(200), nullable=False),
    sa.Column("swot", Json, nullable=False, comment="casework.cases.case_lifecycle.Swot"),
)

case_event = sa.Table(
    "case_event",
    metadata,
    sa.Column("event_id", Serial, primary_key=True),
    sa.Column("case_id", sa.String(36), sa.ForeignKey("client_case.case_id"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.String(200), nullable=False, comment="`ebbwatch` where time alone did it"),
    sa.Column("what", sa.String(40), nullable=False, comment="opened, moved, reviewed, remedy.approved, ..."),
    sa.Column("state", sa.String(12), nullable=False, comment="the case's state afterwards"),
    sa.Column("note", sa.Text),
    sa.Index("ix_case_event_case", "case_id", "event_id"),
    comment="the timeline people read; the audit trail is its own table",
)

follow_up_mark = sa.Table(
    "follow_up_mark",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True, comment="of the step that looked"),
    sa.Column("seen", sa.String(200), nullable=False, comment="what it saw: the same again needs no second look"),
)
