"""Alert episodes: as they stand, their revisions, and what each was raised from."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from store.tables.columns import Instant, Json, metadata

alert = Table(
    "alert",
    metadata,
    Column("alert_id", String(36), primary_key=True),
    Column("client_id", String(64), nullable=False, index=True),
    Column("direction", String(4), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("grade", Integer, nullable=False),
    Column("opened_week", Integer, nullable=False),
    Column("last_week", Integer, nullable=False, comment="last week with evidence"),
    Column("quiet_weeks", Integer, nullable=False),
    Column("value_at_risk_minor", BigInteger, nullable=False),
    Column("touched", Boolean, nullable=False, comment="a person has acted on it"),
    Column("assignee", String(200)),
    Column("snoozed_until", Date),
    Column("snooze_reason", Text),
    Column("snoozed_from", String(12), comment="the state it returns to"),
    Column("outcome", String(40)),
    Column("outcome_note", Text),
    Column("recovered_week", Integer),
    Column(
        "deferred",
        Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="new, and not yet let in by its branch's weekly capacity",
    ),
    Column("let_in_week", Integer, comment="calendar week in which there was room for it"),
    # At most one open episode a client and direction, whatever the code does.
    Index(
        "uq_alert_open",
        "client_id",
        "direction",
        unique=True,
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    ),
    Column(
        "rank_minor",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="income at risk times the chance of leaving times the time left to act, where they are known",
    ),
    Column(
        "income_at_risk_minor",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="what the turnover at risk brings the bank a year",
    ),
    Column("onset_week", Integer, comment="of a fall, by its newest explanation"),
    Column(
        "told",
        Boolean,
        nullable=False,
        server_default=sa.true(),
        comment="people have been told of it: else it is of history, and in no list",
    ),
    Index("ix_alert_list", "state", "grade", "rank_minor"),
)
# The ranked list of the whole bank, in its order.
Index(
    "ix_alert_rank",
    alert.c.direction,
    alert.c.grade.desc(),
    alert.c.rank_minor.desc(),
    alert.c.alert_id,
    sqlite_where=sa.text("state <> 'closed'"),
    postgresql_where=sa.text("state <> 'closed'"),
)

alert_evidence = Table(
    "alert_evidence",
    metadata,
    Column("alert_id", String(36), sa.ForeignKey("alert.alert_id"), primary_key=True),
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column("grade", Integer, nullable=False, comment="of the verdict; 0 where it was withdrawn"),
    Column("verdict", Json, nullable=False, comment="schemas.verdicts.Verdict; the newest of that week"),
)

alert_revision = Table(
    "alert_revision",
    metadata,
    Column("alert_id", String(36), sa.ForeignKey("alert.alert_id"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("message", LargeBinary, nullable=False, comment="as published: schemas.messages.AlertMessage, JSON"),
)

alert_opening = Table(
    "alert_opening",
    metadata,
    Column("alert_id", String(36), sa.ForeignKey("alert.alert_id"), primary_key=True),
    Column("policy_version", Text, nullable=False, comment="of the verdict that opened it"),
    Column("grade", Integer, nullable=False),
    Column("value_at_risk_minor", BigInteger, nullable=False),
    Column("lot", Integer, nullable=False, comment="casework.alerts.holdout.lot"),
    comment="written once, so that what was done about an alert does not decide how it is counted",
)

alert_telling = Table(
    "alert_telling",
    metadata,
    Column("alert_id", String(36), sa.ForeignKey("alert.alert_id"), primary_key=True),
    Column("week", Integer, nullable=False, comment="the week that was judged then"),
    Column("at", Instant, nullable=False),
    comment="alerts that began in history and were told later, as they still stood",
)

alert_explanation = Table(
    "alert_explanation",
    metadata,
    Column("alert_id", String(36), sa.ForeignKey("alert.alert_id"), primary_key=True),
    Column(
        "week", Integer, primary_key=True, autoincrement=False, comment="as of its end; the newest of that week"
    ),
    Column("revision", Integer, nullable=False, comment="of the alert, with which it was published first"),
    Column("onset_week", Integer, nullable=False),
    Column("label", String(12), nullable=False),
    Column("strength", String(8), nullable=False),
    Column("explanation", Json, nullable=False, comment="schemas.explanations.Explanation, with its evidence"),
    Column("version", Integer, nullable=False, comment="of the rules: detector.explanation.explaining.VERSION"),
    Index("ix_alert_explanation_label", "label", "week"),
)
