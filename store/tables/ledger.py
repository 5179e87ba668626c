"""Where each shard stands, its weekly ledger, and what ingest has to remember of its events."""

from __future__ import annotations

import sqlalchemy as sa

from store.tables.columns import Instant, metadata

topic_offset = sa.Table(
    "topic_offset",
    metadata,
    sa.Column("topic", sa.String(249), primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column(
        "topic_id", sa.String(64), nullable=False, comment="which incarnation of the topic the offset belongs to"
    ),
    sa.Column("next_offset", sa.BigInteger, nullable=False),
)

shard = sa.Table(
    "shard",
    metadata,
    sa.Column("shard", sa.Integer, primary_key=True, autoincrement=False, comment="partition of corebank.activity"),
    sa.Column("next_to_close", sa.Integer, comment="oldest week still open; null before the first event"),
    sa.Column(
        "newest_events_s", sa.LargeBinary, nullable=False, comment="int64[k]: newest event times, the witnesses"
    ),
    sa.Column(
        "watermark_s", sa.BigInteger, comment="k-th newest event time less the allowed lateness, UTC seconds"
    ),
    sa.Column("amendments", sa.Integer, nullable=False, comment="goes up when a closed week changes"),
    sa.Column("accepted", sa.BigInteger, nullable=False),
    sa.Column("duplicates", sa.BigInteger, nullable=False),
    sa.Column("late", sa.BigInteger, nullable=False, comment="accepted into a week that was closed"),
    sa.Column("dead_letters", sa.BigInteger, nullable=False),
    sa.Column("advanced_at", Instant, nullable=False, comment="when a record last arrived"),
)

shard_week = sa.Table(
    "shard_week",
    metadata,
    sa.Column("shard", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("state", sa.String(8), nullable=False, comment="open | held | closed"),
    sa.Column("hold_reason", sa.Text),
    sa.Column("received", sa.BigInteger, nullable=False, comment="distinct events of the week"),
    sa.Column("expected", sa.BigInteger, comment="as the sender's week_closed says"),
    sa.Column(
        "revision", sa.Integer, nullable=False, comment="0 while open; 1 at the close; up with every amendment"
    ),
    sa.Column("judged_revision", sa.Integer, nullable=False, comment="last revision the detector has seen"),
    sa.Column("closed_at", Instant),
    sa.Column("closed_by", sa.String(16), comment="marker | watermark | idle | release"),
    sa.Column("history", sa.Boolean, comment="what is judged of it is no news; null before it is first judged"),
    sa.Index("ix_shard_week_pending", "state", "shard", "week"),
)

ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("client_id", sa.String(64), primary_key=True),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("shard", sa.Integer, nullable=False),
    sa.Column("debit_minor", sa.BigInteger, nullable=False),
    sa.Column("credit_minor", sa.BigInteger, nullable=False),
    sa.Column("debit_count", sa.Integer, nullable=False),
    sa.Column("credit_count", sa.Integer, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False, comment="1, up when changed after its week was closed"),
    sa.Index("ix_ledger_shard_week", "shard", "week"),
)

ledger_history = sa.Table(
    "ledger_history",
    metadata,
    sa.Column("client_id", sa.String(64), primary_key=True),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("debit_minor", sa.BigInteger, nullable=False),
    sa.Column("credit_minor", sa.BigInteger, nullable=False),
    sa.Column("debit_count", sa.Integer, nullable=False),
    sa.Column("credit_count", sa.Integer, nullable=False),
    sa.Column(
        "amendments", sa.Integer, comment="of the shard, up to which it held; null where that was not yet noted"
    ),
    comment="superseded ledger rows, so that an old verdict can be rebuilt",
)

event_filter = sa.Table(
    "event_filter",
    metadata,
    sa.Column("shard", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column(
        "first_offset",
        sa.BigInteger,
        primary_key=True,
        autoincrement=False,
        comment="where the checkpoint began",
    ),
    sa.Column(
        "entries", sa.LargeBinary, nullable=False, comment="16 bytes an event: hash of its id, hash of its body"
    ),
)

weekly_summary = sa.Table(
    "weekly_summary",
    metadata,
    sa.Column("account_id", sa.String(64), primary_key=True),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("currency", sa.String(3), primary_key=True),
    sa.Column("shard", sa.Integer, nullable=False),
    sa.Column("client_id", sa.String(64), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("debit_minor", sa.BigInteger, nullable=False, comment="base currency, as folded into the ledger"),
    sa.Column("credit_minor", sa.BigInteger, nullable=False),
    sa.Column("debit_count", sa.Integer, nullable=False),
    sa.Column("credit_count", sa.Integer, nullable=False),
    sa.Index("ix_weekly_summary_shard_week", "shard", "week"),
)

rate = sa.Table(
    "rate",
    metadata,
    sa.Column("currency", sa.String(3), primary_key=True),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("rate", sa.String(22), nullable=False, comment="base units a unit, decimal"),
)
