"""The port through which messages go out to Kafka, whichever client library sends them.

Promises: acknowledged by all in-sync replicas, written once and in order for each partition while a producer lives
(a remade one may repeat), partitioned by key as the Java client does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from schemas.errors import BrokerAway, EbbwatchError

LINGER_MS = 10  # long enough to fill batches at full speed, short enough for an alert
BATCH_BYTES = 256 << 10
MAX_MESSAGE_BYTES = 1 << 20
CONNECT_TIMEOUT_S = 10.0
DELIVERY_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class FailedSend:
    """A message that is not with the broker, as far as we know. `too_large`: trying again cannot help."""

    topic: str
    key: bytes | None
    detail: str
    too_large: bool = False


class SendFailed(EbbwatchError):
    """Raised by flush: these were not acknowledged; all others handed over before it were."""

    def __init__(self, failures: Sequence[FailedSend]) -> None:
        first = failures[0]
        super().__init__(f"{len(failures)} messages not sent, the first to {first.topic}: {first.detail}")
        self.failures = tuple(failures)


class Producer(Protocol):
    """Sends messages. Not thread-safe."""

    def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None = None,
        timestamp_ms: int | None = None,
    ) -> None:
        """Hand over one message; to the key's partition where none is given. Waits while too much is under way.

        What goes wrong with the message comes out of flush. Raises ProducerUnavailable where no broker answers.
        """

    def flush(self, timeout_s: float) -> None:
        """Return when everything handed over is acknowledged. Raises SendFailed with what is not in time."""

    def partitions(self, topic: str) -> int:
        """How many partitions the topic has. Raises ProducerUnavailable."""

    def partition_for(self, topic: str, key: bytes) -> int:
        """Where a message of that key goes (murmur2). Raises ProducerUnavailable."""

    def close(self) -> None:
        """Give what is under way a moment, then let go. May be called twice."""


class ProducerUnavailable(BrokerAway):
    """No broker answered, or it does not know the topic; worth trying again later."""
