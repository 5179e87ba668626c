"""`ebbwatch offsets`: the database's offsets beside the logs of the brokers, and setting them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

from acts.offset_moves import Move, move_offsets
from ingest.kafka.topic_lookup import TopicLookup
from ingest.lanes.standing import Standing, find_standing
from schemas.errors import BadSetting
from services.acting import performer_of
from services.ingest import TOPICS
from services.operations.command_line import (
    ANSWER_WITHIN_S,
    checked_reason,
    open_for_command,
    operator,
)
from services.parts import Parts
from store.ledger import offsets

_HEADER = ("topic", "partition", "stored", "log start", "log end", "lag", "")


def shown() -> str:
    """A line each for the partitions of the topics that are read. Raises BrokerUnreachable."""
    with _opened() as desk:
        rows = [_HEADER, *(_row(each) for topic in TOPICS for each in desk.standings(topic))]
    return "\n".join("\t".join(row).rstrip() for row in rows)


def forget(topic: str, because: str, by: str | None) -> str:
    """Every partition to the start of its log. Raises BadSetting for a topic that is not read, or not there."""
    with _opened() as desk:
        found = desk.standings(_known(topic))
        if not found:
            raise BadSetting(f"TOPIC: {topic} is not on the brokers")
        desk.set_to([(each, each.start) for each in found], because, by)
    return f"{topic}: {len(found)} partitions are read again from the start of their logs"


def move(at: str, offset: int, because: str, by: str | None) -> str:
    """One partition. Raises BadSetting for one that is not there, and an offset that its log does not hold."""
    topic, _, number = at.rpartition(":")
    with _opened() as desk:
        found = [each for each in desk.standings(_known(topic)) if str(each.partition) == number]
        if not found:
            raise BadSetting(f"TOPIC:PARTITION: {at} is not on the brokers")
        [standing] = found
        if not standing.start <= offset <= standing.end:
            raise BadSetting(f"OFFSET: {offset} is not in the log, which holds {standing.start} to {standing.end}")
        desk.set_to([(standing, offset)], because, by)
    return f"{at} is read on from {offset}; it stood at {_text(standing.next_offset)}"


@dataclass(frozen=True, slots=True)
class _Desk:
    parts: Parts
    lookup: TopicLookup

    def standings(self, topic: str) -> list[Standing]:
        """Of each partition of the topic; none where the brokers do not have it."""
        with self.parts.store.read() as tx:
            stored = offsets.load_offsets(tx, topic)
        return [
            find_standing(self.lookup, topic, number, stored.get(number))
            for number in self.lookup.partitions(topic)
        ]

    def set_to(self, places: Sequence[tuple[Standing, int]], because: str, by: str | None) -> None:
        moves = [Move(each.topic, each.partition, each.topic_id, offset) for each, offset in places]
        reason = checked_reason(because)
        performer_of(self.parts).perform(operator(by), lambda context: move_offsets(context, moves, reason))


@contextmanager
def _opened() -> Iterator[_Desk]:
    parts = open_for_command()
    with closing(TopicLookup(parts.kafka, ANSWER_WITHIN_S)) as lookup:
        yield _Desk(parts, lookup)


def _known(topic: str) -> str:
    if topic not in TOPICS:
        raise BadSetting(f"TOPIC: {topic} is none of {', '.join(TOPICS)}")
    return topic


def _row(each: Standing) -> tuple[str, ...]:
    numbers = (each.partition, each.next_offset, each.start, each.end, each.lag)
    return (each.topic, *map(_text, numbers), each.trouble or "")


def _text(number: int | None) -> str:
    return "-" if number is None else str(number)
