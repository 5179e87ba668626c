"""What the reading process and the source that started it send each other, beside logging's own records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ingest.kafka.records import Partition, RecordBatch, Unreadable
from ingest.kafka.source import KafkaConfig
from schemas.errors import EbbwatchError

Decision = Literal["assigned", "revoked", "lost"]


# -- what is sent to the reader: first a Start, then the others ---------------------------------------------------
@dataclass(frozen=True, slots=True)
class Start:
    config: KafkaConfig
    topics: list[str]
    log_level: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order to the source; nothing comes back."""

    what: Literal["commit", "pause", "resume"]
    partitions: Mapping[Partition, int] | list[Partition]


@dataclass(frozen=True, slots=True)
class Answer:
    """To a GroupDecision: offset to read next by partition; None where the listener failed."""

    starts: Mapping[Partition, int] | None


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the group and end."""


# -- what the reader sends, beside logging's own records ----------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Joined:
    """Subscribed; polls follow."""


@dataclass(frozen=True, slots=True)
class Polled:
    """`lag` is as of behind these records; `commit_failures` are those since the last of these."""

    found: list[RecordBatch | Unreadable]
    lag: Mapping[Partition, int | None]
    commit_failures: int


@dataclass(frozen=True, slots=True)
class GroupDecision:
    """The reader stands still until the Answer."""

    decision: Decision
    partitions: list[Partition]


@dataclass(frozen=True, slots=True)
class Failed:
    """The last that is heard, but for the group's decisions while the consumer closes."""

    error: EbbwatchError
