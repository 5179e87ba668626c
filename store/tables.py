"""Every table, in one place. Weeks are week numbers (schemas.weeks), money is minor units of the base currency,
instants are aware UTC. No statement is made here: each aggregate's module beside this one has its own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)


class Instant(sa.TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out, on a database that keeps zones and on one that does not."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


# SQLite numbers rows by itself only for INTEGER, which is 64 bits wide there.
Serial = BigInteger().with_variant(Integer, "sqlite")
Json: sa.types.TypeEngine[Any] = sa.JSON()

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# -- where we stand in Kafka -------------------------------------------------------------------------------------
topic_offset = Table(
    "topic_offset",
    metadata,
    Column("topic", String(249), primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("topic_id", String(64), nullable=False, comment="which incarnation of the topic the offset belongs to"),
    Column("next_offset", BigInteger, nullable=False),
)

# -- the weekly ledger -------------------------------------------------------------------------------------------
shard = Table(
    "shard",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False, comment="partition of corebank.activity"),
    Column("next_to_close", Integer, comment="oldest week still open; null before the first event"),
    Column("newest_events_s", LargeBinary, nullable=False, comment="int64[k]: newest event times, the witnesses"),
    Column("watermark_s", BigInteger, comment="k-th newest event time less the allowed lateness, UTC seconds"),
    Column("amendments", Integer, nullable=False, comment="goes up when a closed week changes"),
    Column("accepted", BigInteger, nullable=False),
    Column("duplicates", BigInteger, nullable=False),
    Column("late", BigInteger, nullable=False, comment="accepted into a week that was closed"),
    Column("dead_letters", BigInteger, nullable=False),
    Column("advanced_at", Instant, nullable=False, comment="when a record last arrived"),
)

shard_week = Table(
    "shard_week",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column("state", String(8), nullable=False, comment="open | held | closed"),
    Column("hold_reason", Text),
    Column("received", BigInteger, nullable=False, comment="distinct events of the week"),
    Column("expected", BigInteger, comment="as the sender's week_closed says"),
    Column("revision", Integer, nullable=False, comment="0 while open; 1 at the close; up with every amendment"),
    Column("judged_revision", Integer, nullable=False, comment="last revision the detector has seen"),
    Column("closed_at", Instant),
    Column("closed_by", String(16), comment="marker | watermark | idle | release"),
    Index("ix_shard_week_pending", "state", "shard", "week"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column("shard", Integer, nullable=False),
    Column("debit_minor", BigInteger, nullable=False),
    Column("credit_minor", BigInteger, nullable=False),
    Column("debit_count", Integer, nullable=False),
    Column("credit_count", Integer, nullable=False),
    Column("revision", Integer, nullable=False, comment="1, up when changed after its week was closed"),
    Index("ix_ledger_shard_week", "shard", "week"),
)

ledger_history = Table(
    "ledger_history",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("debit_minor", BigInteger, nullable=False),
    Column("credit_minor", BigInteger, nullable=False),
    Column("debit_count", Integer, nullable=False),
    Column("credit_count", Integer, nullable=False),
    Column("amendments", Integer, comment="of the shard, up to which it held; null where that was not yet noted"),
    comment="superseded ledger rows, so that an old verdict can be rebuilt",
)

event_filter = Table(
    "event_filter",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column(
        "first_offset",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        comment="where the checkpoint began",
    ),
    Column("entries", LargeBinary, nullable=False, comment="16 bytes an event: hash of its id, hash of its body"),
)

weekly_summary = Table(
    "weekly_summary",
    metadata,
    Column("account_id", String(64), primary_key=True),
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column("currency", String(3), primary_key=True),
    Column("shard", Integer, nullable=False),
    Column("client_id", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("debit_minor", BigInteger, nullable=False, comment="base currency, as folded into the ledger"),
    Column("credit_minor", BigInteger, nullable=False),
    Column("debit_count", Integer, nullable=False),
    Column("credit_count", Integer, nullable=False),
    Index("ix_weekly_summary_shard_week", "shard", "week"),
)

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("dead_letter_id", String(36), primary_key=True),
    Column("topic", String(249), nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("key", LargeBinary),
    Column("value", LargeBinary, comment="the original bytes; null where the record itself could not be read"),
    Column("reason", String(40), nullable=False),
    Column("detail", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False, index=True),
    Column("replayed_at", Instant),
    Column("replayed_by", String(200)),
)

# -- reference data ----------------------------------------------------------------------------------------------
client = Table(
    "client",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("branch_id", String(64), nullable=False, index=True),
    Column("tier", String(8), nullable=False),
    Column("industry", String(200)),
    Column("relationship_manager", String(200)),
    Column("opened_on", Date),
    Column("closed_on", Date),
    Column("placeholder", Boolean, nullable=False, comment="seen in activity, not yet in the client master"),
    Column("shard", Integer, comment="the partition its activity comes in; null before the first"),
    Column("first_week", Integer, comment="first week with activity; silence counts from here"),
    Column("last_week", Integer, comment="week of closed_on; no zero rows after it"),
    Column(
        "rebased_week",
        Integer,
        comment="first week of a new normal: what came before is not judged against",
    ),
    Index("ix_client_shard", "shard"),
)

rate = Table(
    "rate",
    metadata,
    Column("currency", String(3), primary_key=True),
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column("rate", String(22), nullable=False, comment="base units a unit, decimal"),
)

# -- alerts ------------------------------------------------------------------------------------------------------
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
        comment="value at risk times the learned chance of leaving, where one is known",
    ),
    Index("ix_alert_list", "state", "grade", "rank_minor"),
)
# The ranked list of the whole bank, in its order.
Index(
    "ix_alert_rank",
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

# -- out of the house --------------------------------------------------------------------------------------------
outbox = Table(
    "outbox",
    metadata,
    Column("outbox_id", Serial, primary_key=True),
    Column("topic", String(249), nullable=False),
    Column("partition", Integer, comment="null: by key"),
    Column("key", LargeBinary),
    Column("value", LargeBinary),
    Column("written_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("refused", Text, comment="why the broker can never take it; sent_at is then when it was given up"),
    Index(
        "ix_outbox_unsent",
        "outbox_id",
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    ),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("owner", String(80), nullable=False),
    Column("expires_at", Instant, nullable=False),
)

# -- people ------------------------------------------------------------------------------------------------------
audit = Table(
    "audit",
    metadata,
    Column("audit_id", Serial, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("role", String(40), nullable=False),
    Column("action", String(60), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("key", String(200), nullable=False),
    Column("before", Json),
    Column("after", Json),
    Column("request_id", String(64)),
    Index("ix_audit_kind_key", "kind", "key"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("actor", String(200), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("fingerprint", String(64), nullable=False, comment="hash of method, path and body"),
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False, index=True),
)
