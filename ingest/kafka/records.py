"""What a source hands out: the records of a partition, and those that could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Partition = tuple[str, int]  # (topic, partition)


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """Records of one partition in offset order, as parallel sequences of length n; bytes as Kafka gave them."""

    topic: str
    partition: int
    offsets: Sequence[int]  # rising; a range where none is left out
    keys: list[bytes | None]
    values: list[bytes | None]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One offset whose record the client could not read. The source already stands behind it."""

    topic: str
    partition: int
    offset: int
    detail: str


def partition_pairs(partitions: Iterable[Any]) -> list[Partition]:
    """TopicPartitions as pairs, in order."""
    return sorted((at.topic, at.partition) for at in partitions)
