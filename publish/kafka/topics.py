"""Making topics: for the embedded run and replay, where nobody else does it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError

from publish.kafka.producer import CONNECT_TIMEOUT_S, ProducerUnavailable
from schemas.errors import BadSetting
from schemas.kafka_connection import KafkaConnection

_BROKERS_DEFAULT = -1


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it must be. `compacted` keeps the newest message of each key."""

    name: str
    partitions: int
    compacted: bool = False


def ensure_topics(connection: KafkaConnection, specs: Sequence[TopicSpec]) -> dict[str, str]:
    """Make the topics that are missing; returns each one's id.

    Raises ProducerUnavailable where no broker answers, BadSetting where a topic is there with another number of
    partitions: a client's events would change partition.
    """
    timeout_ms = int(CONNECT_TIMEOUT_S * 1000)
    try:
        admin = KafkaAdminClient(
            **connection.kafka_python(), bootstrap_timeout_ms=timeout_ms, request_timeout_ms=timeout_ms
        )
    except KafkaError as error:
        raise ProducerUnavailable(f"no answer from Kafka at {connection.bootstrap}: {error}") from error
    try:
        return _ensure(admin, specs)
    except KafkaError as error:
        raise ProducerUnavailable(f"topics could not be made: {error}") from error
    finally:
        admin.close()


def _ensure(admin: Any, specs: Sequence[TopicSpec]) -> dict[str, str]:
    names = [spec.name for spec in specs]
    there = _described(admin, names)
    for spec in specs:
        if spec.name in there:
            continue
        with suppress(TopicAlreadyExistsError):  # another process was quicker
            admin.create_topics({spec.name: _options(spec)})
    admin.wait_for_topics(names)
    there = _described(admin, names)
    for spec in specs:
        found = len(there[spec.name]["partitions"])
        if found != spec.partitions:
            raise BadSetting(
                f"topic {spec.name} has {found} partitions, not {spec.partitions}: delete it or say {found}"
            )
    return {name: str(topic["topic_id"]) for name, topic in there.items()}


def _described(admin: Any, names: Sequence[str]) -> dict[str, Any]:
    return {topic["name"]: topic for topic in admin.describe_topics(list(names)) if topic["error_code"] == 0}


def _options(spec: TopicSpec) -> dict[str, Any]:
    configs = {"cleanup.policy": "compact"} if spec.compacted else {}
    return {
        "num_partitions": spec.partitions,
        "replication_factor": _BROKERS_DEFAULT,
        "configs": configs,
    }
