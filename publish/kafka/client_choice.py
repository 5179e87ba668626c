"""Which client library sends: the one place that knows them all."""

from __future__ import annotations

from publish.kafka.producer import Producer
from schemas.errors import BadSetting
from schemas.kafka_connection import KafkaConnection


def open_producer(client: str, connection: KafkaConnection) -> Producer:
    """The producer that speaks through `client`: "kafka-python" or "confluent". Connects at first use.

    Raises BadSetting for any other name, or where confluent-kafka is not installed.
    """
    if client == "kafka-python":
        from publish.kafka.kafka_python_producer import KafkaPythonProducer

        return KafkaPythonProducer(connection)
    if client == "confluent":
        try:
            from publish.kafka.confluent_producer import ConfluentProducer
        except ImportError:
            raise BadSetting(
                "EBBWATCH_KAFKA_CLIENT: confluent needs the extra: pip install ebbwatch[fast]"
            ) from None
        return ConfluentProducer(connection)
    raise BadSetting(f"EBBWATCH_KAFKA_CLIENT: {client!r} is neither kafka-python nor confluent")
