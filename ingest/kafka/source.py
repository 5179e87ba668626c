"""The port through which records come in: what ingest knows of Kafka, whichever client library speaks it.

Both implementations keep these promises, and tests/kafka holds both to them:

* Offsets are the database's. Nothing is committed by itself, and an offset that the log no longer holds raises
  OffsetGone; it is never replaced by the beginning or the end.
* A record that cannot be read is passed over and reported as Unreadable. Other partitions never stop for it.
* Telling Kafka an offset is for displays alone: it fails open, is counted, and never blocks.
* Only committed transactions are handed out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ingest.kafka.records import Partition, RecordBatch, Unreadable
from schemas.errors import BrokerAway, EbbwatchError
from schemas.kafka_connection import KafkaConnection

POISON_TRIES = 3  # errors in a row without a culprit or a record before a source gives up


class BrokerUnreachable(BrokerAway):
    """No broker answered; worth trying again later."""


class SourceFailed(EbbwatchError):
    """The client reported something that reading on will not mend (not allowed, or not understood)."""


@dataclass(frozen=True, slots=True)
class KafkaConfig:
    """How to read. `security` goes by kafka-python's names (see schemas.kafka_connection)."""

    bootstrap: str
    group_id: str
    client_id: str = "ebbwatch-ingest"
    session_timeout_s: float = 30.0
    security: Mapping[str, str] = field(default_factory=dict, repr=False)
    max_poll_records: int = 10_000
    connect_timeout_s: float = 10.0  # for a first answer; afterwards the clients keep trying by themselves

    @property
    def connection(self) -> KafkaConnection:
        return KafkaConnection(self.bootstrap, self.client_id, self.security)


class AssignmentListener(Protocol):
    """Called with the group's decisions from inside poll, possibly on the client's own thread while poll waits.

    It may use the database, and of the source only pause, resume, topic_ids and bounds. What it raises comes out of
    poll. Heartbeats may rest while it works, so it must be done well within the session timeout.
    """

    def assigned(self, partitions: list[Partition]) -> Mapping[Partition, int]:
        """These are ours now. Returns the offset to read next for each; the beginning for those left out."""

    def revoked(self, partitions: list[Partition]) -> None:
        """These go to another process: save what was folded, then forget them."""

    def lost(self, partitions: list[Partition]) -> None:
        """These went to another process some time ago: forget them, save nothing."""


class Source(Protocol):
    """Records of the subscribed topics' partitions that the group gave this process. Not thread-safe."""

    def subscribe(self, topics: Sequence[str], listener: AssignmentListener) -> None:
        """Join the group. Raises BrokerUnreachable."""

    def poll(self, timeout_s: float) -> list[RecordBatch | Unreadable]:
        """What has come, in offset order for each partition; empty after `timeout_s` of nothing.

        Raises OffsetGone, SourceFailed, and whatever the listener raised. A broker that is away is not an error.
        """

    def commit(self, next_offsets: Mapping[Partition, int]) -> None:
        """Tell Kafka where we stand, for displays. Fails open and is counted; does not block."""

    def pause(self, partitions: Iterable[Partition]) -> None:
        """Hand out nothing of these until resumed. Those not ours are passed over."""

    def resume(self, partitions: Iterable[Partition]) -> None:
        """Hand out records of these again. Those not ours are passed over."""

    def lag(self) -> Mapping[Partition, int | None]:
        """Offsets between our position and the end as last heard, without a round trip; None where not known."""

    def topic_ids(self, topics: Iterable[str]) -> Mapping[str, str]:
        """The broker's id of each topic that exists. Raises BrokerUnreachable."""

    def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        """First offset of the log, and the one after its last. Raises BrokerUnreachable."""

    def close(self) -> None:
        """Leave the group (the listener hears `revoked`) and let go of every connection. May be called twice."""
