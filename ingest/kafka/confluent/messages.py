"""Messages of confluent-kafka as record batches: column by column, and run by run where partitions take turns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import numpy as np
from confluent_kafka import Message

from ingest.kafka.records import Partition, RecordBatch


def record_batches(messages: list[Any]) -> list[RecordBatch]:
    """One batch for each partition. `messages` have no errors among them."""
    if not messages:
        return []
    groups: dict[Partition, list[Any]] = {}
    for at, start, end in _runs(messages):
        groups.setdefault(at, []).extend(messages[start:end])
    return [_batch(at, group) for at, group in groups.items()]


def _runs(messages: list[Any]) -> list[tuple[Partition, int, int]]:
    """Partition and bounds of the messages that came from it without another's between them."""
    partitions = cast("list[int]", list(map(Message.partition, messages)))
    topics = cast("list[str]", list(map(Message.topic, messages)))
    count = len(messages)
    if partitions.count(partitions[0]) == topics.count(topics[0]) == count:
        return [((topics[0], partitions[0]), 0, count)]
    number = np.array(partitions)
    changed = number[1:] != number[:-1]
    if len(set(topics)) > 1:
        changed |= np.array([one != other for one, other in pairwise(topics)])
    ends = [*(np.flatnonzero(changed) + 1).tolist(), count]
    return [((topics[start], partitions[start]), start, end) for start, end in pairwise([0, *ends])]


def _batch(at: Partition, messages: list[Any]) -> RecordBatch:
    offsets: Sequence[int] = range(messages[0].offset(), messages[-1].offset() + 1)
    if len(offsets) != len(messages):  # there are gaps
        offsets = cast("list[int]", list(map(Message.offset, messages)))
    return RecordBatch(*at, offsets, list(map(Message.key, messages)), list(map(Message.value, messages)))


def messages_before_errors(messages: Iterable[Any], errors: Mapping[Partition, Any]) -> list[Any]:
    """The messages without errors, each partition's only up to its errors (partition -> the error's message)."""
    readable, stopped = [], set()
    for message in messages:
        at = (message.topic(), message.partition())
        if errors.get(at) is message:
            stopped.add(at)
        elif message.error() is None and at not in stopped:
            readable.append(message)
    return readable
