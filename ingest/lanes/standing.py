"""Where a partition stands in the database, beside the broker's log: is it the log that the offset was made in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol


class LogQuestions(Protocol):
    """What the broker is asked; a Source and a TopicLookup answer it."""

    def topic_ids(self, topics: Iterable[str]) -> Mapping[str, str]: ...
    def bounds(self, topic: str, partition: int) -> tuple[int, int]: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """The log holds [start, end) under `topic_id`; the database stands at `next_offset` of `stored_id`, both None
    before the first checkpoint.
    """

    topic: str
    partition: int
    topic_id: str
    start: int
    end: int
    stored_id: str | None = None
    next_offset: int | None = None

    @property
    def lag(self) -> int | None:
        """Records still to be read; None where the offset says nothing of this log."""
        if self.next_offset is None:
            return self.end - self.start
        return None if self.trouble else self.end - self.next_offset

    @property
    def trouble(self) -> str | None:
        """Why reading cannot go on from there; None where it can."""
        if self.next_offset is None:
            return None
        if self.stored_id != self.topic_id:
            return (
                f"{self.topic} was deleted and made again: the store knows it as {self.stored_id}, the broker as "
                f"{self.topic_id}"
            )
        if not self.start <= self.next_offset <= self.end:
            return (
                f"{self.topic}[{self.partition}]: the store stands at offset {self.next_offset}, the log holds "
                f"{self.start} to {self.end}"
            )
        return None


def find_standing(log: LogQuestions, topic: str, partition: int, stored: tuple[str, int] | None) -> Standing:
    """Of a topic that exists; `stored` as `offsets.load_offsets` has it. Raises BrokerUnreachable."""
    topic_id = log.topic_ids([topic])[topic]
    return Standing(topic, partition, topic_id, *log.bounds(topic, partition), *(stored or (None, None)))
