"""Where each shard stands, its weekly ledger, and what ingest has to remember of its events."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from store.tables.columns import Instant, metadata

topic_offset = Table(
    "topic_offset",
    metadata,
    Column("topic", String(249), primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("topic_id", String(64), nullable=False, comment="which incarnation of the topic the offset belongs to"),
    Column("next_offset", BigInteger, nullable=False),
)

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
    Column("history", Boolean, comment="what is judged of it is no news; null before it is first judged"),
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

rate = Table(
    "rate",
    metadata,
    Column("currency", String(3), primary_key=True),
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column("rate", String(22), nullable=False, comment="base units a unit, decimal"),
)
