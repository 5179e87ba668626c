"""Which client library reads: the one place that knows them all."""

from __future__ import annotations

from ingest.kafka.source import KafkaConfig, Source
from schemas.errors import BadSetting
from telemetry.metrics import Metrics


def open_source(client: str, config: KafkaConfig, metrics: Metrics | None = None) -> Source:
    """The source that speaks through `client`: "kafka-python" or "confluent". Raises BadSetting."""
    # The libraries are imported only when chosen: confluent-kafka is an optional extra.
    if client == "kafka-python":
        from ingest.kafka.kafka_python.separate_process_source import SeparateProcessSource

        return SeparateProcessSource(config, metrics or Metrics())
    if client == "confluent":
        try:
            from ingest.kafka.confluent.confluent_source import ConfluentSource
        except ImportError:
            raise BadSetting(
                "EBBWATCH_KAFKA_CLIENT: confluent needs the extra: pip install ebbwatch[fast]"
            ) from None
        return ConfluentSource(config, metrics or Metrics())
    raise BadSetting(f"EBBWATCH_KAFKA_CLIENT: {client!r} is neither kafka-python nor confluent")
