"""Messages of confluent-kafka as record batches: column by column, and run by run where partitions take turns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, cast

import numpy as np
from confluent_kafka import Message

from ingest.columns import RecordBatch
from ingest.source import Partition


def record_batches(messages: list[Any]) -> list[RecordBatch]:
    """One batch for each partition. `messages` have no errors among them."""
    if not messages:
        return []
    partitions = np.fromiter(map(Message.partition, messages), np.int32, len(messages))
    topics = cast("list[str]", list(map(Message.topic, messages)))
    offsets = cast("list[int]", list(map(Message.offset, messages)))
    keys = list(map(Message.key, messages))
    values = list(map(Message.value, messages))
    changed = partitions[1:] != partitions[:-1]
    if len(set(topics)) > 1:
        changed |= np.array([one != other for one, other in pairwise(topics)])
    batches: dict[Partition, RecordBatch] = {}
    start = 0
    for end in [*(np.flatnonzero(changed) + 1).tolist(), len(messages)]:
        at = (topics[start], int(partitions[start]))
        batch = batches.get(at)
        if batch is None:
            batch = batches[at] = RecordBatch(*at, [], [], [])
        batch.offsets.extend(offsets[start:end])
        batch.keys.extend(keys[start:end])
        batch.values.extend(values[start:end])
        start = end
    return list(batches.values())


def before_trouble(messages: Iterable[Any], trouble: Mapping[Partition, Any]) -> list[Any]:
    """The messages without errors, each partition's only up to its trouble (partition -> the error's message)."""
    kept, stopped = [], set()
    for message in messages:
        at = (message.topic(), message.partition())
        if trouble.get(at) is message:
            stopped.add(at)
        elif message.error() is None and at not in stopped:
            kept.append(message)
    return kept


def plain(partitions: Iterable[Any]) -> list[Partition]:
    """TopicPartitions as pairs, in order."""
    return sorted((at.topic, at.partition) for at in partitions)
