"""A Kafka in memory: logs of topics, a consumer group whose decisions are drawn, and its two client ports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.kafka.records import Partition, RecordBatch, Unreadable
from ingest.kafka.source import AssignmentListener, BrokerUnreachable
from publish.kafka.producer import FailedSend, ProducerUnavailable, SendFailed
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES
from tests.chaos.faults import Faults

TOPICS_IN = {TOPIC_ACTIVITY: 2, TOPIC_CLIENTS: 1, TOPIC_RATES: 1}
DEAF_POLLS = 4  # so often a member may still poll that does not know yet that it has lost its partitions


@dataclass(frozen=True, slots=True)
class Record:
    """`readable` False: the client library reports its offset alone."""

    key: bytes | None
    value: bytes | None
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message of the product's own."""

    topic: str
    key: bytes | None
    value: bytes | None


class Broker:
    """Partitions that are read, by a group whose members come and go; and what the product has sent, in order."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.away = False
        self.logs: dict[Partition, list[Record]] = {
            (topic, number): [] for topic, count in TOPICS_IN.items() for number in range(count)
        }
        self.arrived: list[Arrived] = []
        self.owners: dict[Partition, MemberSource | None] = dict.fromkeys(self.logs)
        self.wanted: dict[Partition, MemberSource | None] = dict.fromkeys(self.logs)
        self.members: list[MemberSource] = []

    def join(self, member: MemberSource) -> None:
        self.members.append(member)
        self.rebalance()

    def leave(self, member: MemberSource) -> None:
        """It is no member any longer, whether it knows that or not: its partitions go to others."""
        if member not in self.members:
            return
        self.members.remove(member)
        for partition in member.positions:
            if self.owners[partition] is member:
                self.owners[partition] = None
        self.rebalance()

    def rebalance(self) -> None:
        """Who shall have which partition; whoever has it hears at the next poll that it is to go."""
        draw = self.faults.draw
        self.wanted = {at: draw.choice(self.members) if self.members else None for at in self.logs}


@dataclass(eq=False)
class MemberSource:
    """Implements Source for one member of the group."""

    broker: Broker
    largest_poll: int
    positions: dict[Partition, int] = field(default_factory=dict)
    listener: AssignmentListener | None = None
    paused: set[Partition] = field(default_factory=set)
    deaf_polls: int = 0
    hands_out_all: bool = False
    closed: bool = False

    def subscribe(self, _topics: Sequence[str], listener: AssignmentListener) -> None:
        self.listener = listener
        self.broker.join(self)

    def poll(self, _timeout_s: float) -> list[RecordBatch | Unreadable]:
        if self.broker.away:
            return []
        if self not in self.broker.members and self.deaf_polls:
            self.deaf_polls -= 1  # what it fetched before is still handed out
        else:
            self._hear()
        return [found for at in sorted(self.positions) if at not in self.paused for found in self._read(at)]

    def commit(self, _next_offsets: Mapping[Partition, int]) -> None:
        self.broker.faults.kill("before the offsets are told")

    def pause(self, partitions: Iterable[Partition]) -> None:
        self.paused |= set(partitions) & set(self.positions)

    def resume(self, partitions: Iterable[Partition]) -> None:
        self.paused -= set(partitions)

    def lag(self) -> Mapping[Partition, int | None]:
        return {at: len(self.broker.logs[at]) - position for at, position in self.positions.items()}

    def topic_ids(self, topics: Iterable[str]) -> Mapping[str, str]:
        self._reach()
        return {topic: f"id of {topic}" for topic in topics}

    def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        self._reach()
        return 0, len(self.broker.logs[topic, partition])

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        if self.listener is not None and self in self.broker.members:
            self.listener.revoked(sorted(self.positions))
        self.broker.leave(self)
        self.positions = {}

    def _hear(self) -> None:
        """What the group has decided since the last poll."""
        broker, listener = self.broker, self.listener
        assert listener is not None
        if self not in broker.members:
            gone, self.positions = sorted(self.positions), {}
            listener.lost(gone)
            broker.join(self)
        going = [at for at in sorted(self.positions) if broker.wanted[at] is not self]
        if going:
            listener.revoked(going)
            for at in going:
                del self.positions[at]
                broker.owners[at] = None
        coming = [at for at in broker.logs if broker.wanted[at] is self and broker.owners[at] is None]
        if coming:
            broker.owners.update(dict.fromkeys(coming, self))
            self.positions.update(dict.fromkeys(coming, 0))
            self.paused.difference_update(coming)
            self.positions.update(listener.assigned(coming))

    def _read(self, at: Partition) -> list[RecordBatch | Unreadable]:
        log, start = self.broker.logs[at], self.positions[at]
        most = len(log) if self.hands_out_all else self.broker.faults.draw.randint(1, self.largest_poll)
        stop = min(len(log), start + most)
        self.positions[at] = stop
        found: list[RecordBatch | Unreadable] = []
        for offset in range(start, stop):
            record = log[offset]
            if not record.readable:
                found.append(Unreadable(*at, offset, "its checksum does not fit"))
            elif found and isinstance(found[-1], RecordBatch):
                batch = found[-1]
                found[-1] = RecordBatch(
                    *at, [*batch.offsets, offset], [*batch.keys, record.key], [*batch.values, record.value]
                )
            else:
                found.append(RecordBatch(*at, [offset], [record.key], [record.value]))
        return found

    def _reach(self) -> None:
        if self.broker.away:
            raise BrokerUnreachable("no broker answers")


@dataclass
class FaultyProducer:
    """Implements Producer: sends are refused, arrive without an answer, or take so long that others go on."""

    broker: Broker
    stall: Callable[[], None]
    under_way: list[Arrived] = field(default_factory=list)

    def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        _partition: int | None = None,
        _timestamp_ms: int | None = None,
    ) -> None:
        if self.broker.away:
            raise ProducerUnavailable("no broker answers")
        self.under_way.append(Arrived(topic, key, value))

    def flush(self, _timeout_s: float) -> None:
        faults, failures = self.broker.faults, []
        faults.kill("before the send")
        if faults.strikes("stalled in a send"):
            self.stall()
        for message in self.under_way:
            refused = self.broker.away or faults.strikes("send refused")
            if not refused:
                self.broker.arrived.append(message)
            if refused or faults.strikes("acknowledgement lost"):
                failures.append(FailedSend(message.topic, message.key, "no answer"))
        self.under_way = []
        faults.kill("after the send")
        if failures:
            raise SendFailed(failures)

    def partitions(self, _topic: str) -> int:
        return 1

    def partition_for(self, _topic: str, _key: bytes) -> int:
        return 0

    def close(self) -> None:
        self.under_way = []
