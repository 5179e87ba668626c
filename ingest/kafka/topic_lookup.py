"""Questions to the brokers beside the stream of records: topic ids, log bounds, and what is wrong with a record.

Both clients use it, since neither says where an unreadable record batch ends. It goes below kafka-python's public
calls in one place (`_fetch`), which tests/kafka watches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import KafkaError, OffsetOutOfRangeError, for_code
from kafka.protocol.consumer import FetchRequest, OffsetSpec

from ingest.kafka.flawed_batches import Flaw, find_base_offset, find_flaw
from ingest.kafka.records import Unreadable
from ingest.kafka.source import BrokerUnreachable
from schemas.kafka_connection import KafkaConnection

PROBE_BYTES = 8 << 20  # more than any broker's usual message.max.bytes
_BY_NAME = {"min_version": 4, "max_version": 12}  # later versions of Fetch name a topic by its id only

T = TypeVar("T")


class TopicLookup:
    """Opens its own connection at the first question, so that it can be asked from inside a client's callback."""

    def __init__(self, connection: KafkaConnection, timeout_s: float) -> None:
        timeout_ms = int(timeout_s * 1000)
        self._options = {
            **connection.kafka_python(),
            "bootstrap_timeout_ms": timeout_ms,
            "request_timeout_ms": timeout_ms,
        }
        self._admin: Any = None

    def topic_ids(self, topics: Iterable[str]) -> dict[str, str]:
        """The id of each topic that exists. Raises BrokerUnreachable."""
        described = self._request(lambda admin: admin.describe_topics(list(topics)))
        return {topic["name"]: str(topic["topic_id"]) for topic in described if topic["error_code"] == 0}

    def partitions(self, topic: str) -> list[int]:
        """The numbers of a topic's partitions; none where it does not exist. Raises BrokerUnreachable."""
        [described] = self._request(lambda admin: admin.describe_topics([topic]))
        return sorted(each["partition_index"] for each in described["partitions"])

    def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        """Log start, and the offset after the last record. Raises BrokerUnreachable.

        The end comes from a fetch at the start: the embedded broker's answer to ListOffsets is wrong.
        """
        asked = TopicPartition(topic, partition)
        earliest = self._request(lambda admin: admin.list_partition_offsets({asked: OffsetSpec.EARLIEST}))
        start = int(earliest[asked].offset)
        return start, int(self._fetch(topic, partition, start, max_bytes=1).high_watermark)

    def examine(self, topic: str, partition: int, offset: int) -> list[Unreadable]:
        """The unreadable records that come next when reading from `offset`; empty where the next one can be read.

        Ends with the flawed batch, which is believed about its own length only where the broker's next batch
        begins behind it; otherwise one offset is given up at a time. Raises BrokerUnreachable.
        """
        answer = self._fetch(topic, partition, offset)
        flaw = find_flaw(bytes(answer.records or b""), offset)
        if flaw is None:
            return []
        high_watermark = int(answer.high_watermark)
        if not offset <= flaw.offset < high_watermark:  # the batch's own base offset is nonsense
            return [Unreadable(topic, partition, offset, flaw.detail)]
        end = self._end_of(flaw, topic, partition, high_watermark)
        return [Unreadable(topic, partition, at, flaw.detail) for at in range(flaw.offset, end)]

    def close(self) -> None:
        """Let go of the connection."""
        admin, self._admin = self._admin, None
        if admin is not None:
            admin.close()

    def _end_of(self, flaw: Flaw, topic: str, partition: int, high_watermark: int) -> int:
        claimed = flaw.claimed_end
        if claimed is not None and flaw.offset < claimed < high_watermark:
            following = find_base_offset(bytes(self._fetch(topic, partition, claimed).records or b""))
            if following is not None and following >= claimed:
                return claimed
        elif claimed == high_watermark:
            return claimed
        return flaw.offset + 1

    def _fetch(self, topic: str, partition: int, offset: int, max_bytes: int = PROBE_BYTES) -> Any:
        """One partition's part of a Fetch response at `offset`."""
        fetch_topic = FetchRequest.FetchTopic
        request = FetchRequest(
            max_wait_ms=100,
            min_bytes=1,
            max_bytes=max_bytes,
            isolation_level=0,
            session_id=0,
            session_epoch=-1,
            topics=[
                fetch_topic(
                    topic=topic,
                    partitions=[
                        fetch_topic.FetchPartition(
                            partition=partition,
                            current_leader_epoch=-1,
                            fetch_offset=offset,
                            last_fetched_epoch=-1,
                            partition_max_bytes=max_bytes,
                        )
                    ],
                )
            ],
            forgotten_topics_data=[],
            rack_id="",
            **_BY_NAME,
        )

        def send(admin: Any) -> Any:
            leader = _leader(admin, topic, partition)
            response = admin._manager.run(admin._manager.send, request, leader)
            return response.responses[0].partitions[0]

        answer = self._request(send)
        error = for_code(answer.error_code)
        if answer.error_code and not issubclass(error, OffsetOutOfRangeError):
            raise BrokerUnreachable(f"{topic}[{partition}] cannot be fetched at {offset}: {error.__name__}")
        return answer

    def _request(self, question: Callable[[Any], T]) -> T:
        try:
            if self._admin is None:
                self._admin = KafkaAdminClient(**self._options)
            return question(self._admin)
        except KafkaError as error:
            raise BrokerUnreachable(f"no answer from Kafka: {error}") from error


def _leader(admin: Any, topic: str, partition: int) -> int:
    for described in admin.describe_topics([topic]):
        for one in described["partitions"]:
            if one["partition_index"] == partition:
                return int(one["leader_id"])
    raise BrokerUnreachable(f"{topic}[{partition}] has no leader")
