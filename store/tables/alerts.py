"""Alert episodes: as they stand, their revisions, and what each was raised from."""

from __future__ import annotations

import sqlalchemy as sa

from store.tables.columns import Instant, Json, metadata

alert = sa.Table(
    "alert",
    metadata,
    sa.Column("alert_id", sa.String(36), primary_key=True),
    sa.Column("client_id", sa.String(64), nullable=False, index=True),
    sa.Column("direction", sa.String(4), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("grade", sa.Integer, nullable=False),
    sa.Column("opened_week", sa.Integer, nullable=False),
    sa.Column("last_week", sa.Integer, nullable=False, comment="last week with evidence"),
    sa.Column("quiet_weeks", sa.Integer, nullable=False),
    sa.Column("value_at_risk_minor", sa.BigInteger, nullable=False),
    sa.Column("touched", sa.Boolean, nullable=False, comment="a person has acted on it"),
    sa.Column("assignee", sa.String(200)),
    sa.Column("snoozed_until", sa.Date),
    sa.Column("snooze_reason", sa.Text),
    sa.Column("snoozed_from", sa.String(12), comment="the state it returns to"),
    sa.Column("outcome", sa.String(40)),
    sa.Column("outcome_note", sa.Text),
    sa.Column("recovered_week", sa.Integer),
    sa.Column(
        "deferred",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="new, and not yet let in by its branch's weekly capacity",
    ),
    sa.Column("let_in_week", sa.Integer, comment="calendar week in which there was room for it"),
    # At most one open episode a client and direction, whatever the code does.
    sa.Index(
        "uq_alert_open",
        "client_id",
        "direction",
        unique=True,
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    ),
    sa.Column(
        "rank_minor",
        sa.BigInteger,
        nullable=False,
        server_default="0",
        comment="income at risk times the chance of leaving times the time left to act, where they are known",
    ),
    sa.Column(
        "income_at_risk_minor",
        sa.BigInteger,
        nullable=False,
        server_default="0",
        comment="what the turnover at risk brings the bank a year",
    ),
    sa.Column("onset_week", sa.Integer, comment="of a fall, by its newest explanation"),
    sa.Column(
        "told",
        sa.Boolean,
        nullable=False,
        server_default=sa.true(),
        comment="people have been told of it: else it is of history, and in no list",
    ),
    sa.Index("ix_alert_list", "state", "grade", "rank_minor"),
)
# The ranked list of the whole bank, in its order.
sa.Index(
    "ix_alert_rank",
    alert.c.direction,
    alert.c.grade.desc(),
    alert.c.rank_minor.desc(),
    alert.c.alert_id,
    sqlite_where=sa.text("state <> 'closed'"),
    postgresql_where=sa.text("state <> 'closed'"),
)

alert_evidence = sa.Table(
    "alert_evidence",
    metadata,
    sa.Column("alert_id", sa.String(36), sa.ForeignKey("alert.alert_id"), primary_key=True),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("grade", sa.Integer, nullable=False, comment="of the verdict; 0 where it was withdrawn"),
    sa.Column("verdict", Json, nullable=False, comment="schemas.verdicts.Verdict; the newest of that week"),
)

alert_revision = sa.Table(
    "alert_revision",
    metadata,
    sa.Column("alert_id", sa.String(36), sa.ForeignKey("alert.alert_id"), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column(
        "message", sa.LargeBinary, nullable=False, comment="as published: schemas.messages.AlertMessage, JSON"
    ),
)

alert_opening = sa.Table(
    "alert_opening",
    metadata,
    sa.Column("alert_id", sa.String(36), sa.ForeignKey("alert.alert_id"), primary_key=True),
    sa.Column("policy_version", sa.Text, nullable=False, comment="of the verdict that opened it"),
    sa.Column("grade", sa.Integer, nullable=False),
    sa.Column("value_at_risk_minor", sa.BigInteger, nullable=False),
    sa.Column("lot", sa.Integer, nullable=False, comment="casework.alerts.holdout.lot"),
    comment="written once, so that what was done about an alert does not decide how it is counted",
)

alert_telling = sa.Table(
    "alert_telling",
    metadata,
    sa.Column("alert_id", sa.String(36), sa.ForeignKey("alert.alert_id"), primary_key=True),
    sa.Column("week", sa.Integer, nullable=False, comment="the week that was judged then"),
    sa.Column("at", Instant, nullable=False),
    comment="alerts that began in history and were told later, as they still stood",
)

alert_explanation = sa.Table(
    "alert_explanation",
    metadata,
    sa.Column("alert_id", sa.String(36), sa.ForeignKey("alert.alert_id"), primary_key=True),
    sa.Column(
        "week", sa.Integer, primary_key=True, autoincrement=False, comment="as of its end; the newest of that week"
    ),
    sa.Column("revision", sa.Integer, nullable=False, comment="of the alert, with which it was published first"),
    sa.Column("onset_week", sa.Integer, nullable=False),
    sa.Column("label", sa.String(12), nullable=False),
    sa.Column("strength", sa.String(8), nullable=False),
    sa.Column("explanation", Json, nullable=False, comment="schemas.explanations.Explanation, with its evidence"),
    sa.Column(
        "version", sa.Integer, nullable=False, comment="of the rules: detector.explanation.explaining.VERSION"
    ),
    sa.Index("ix_alert_explanation_label", "label", "week"),
)
