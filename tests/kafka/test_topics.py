from __future__ import annotations

from uuid import uuid4

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from publish.kafka.topics import TopicSpec, ensure_topics
from schemas.errors import BadSetting
from tests.kafka.reading import Broker


def test_missing_topics_are_made_and_those_there_are_left_alone(broker: Broker) -> None:
    name = f"t-{uuid4().hex[:8]}"
    first = ensure_topics(broker.connection, [TopicSpec(f"{name}-a", 3)])
    both = ensure_topics(broker.connection, [TopicSpec(f"{name}-a", 3), TopicSpec(f"{name}-b", 1)])
    assert both[f"{name}-a"] == first[f"{name}-a"]
    assert both[f"{name}-b"] != first[f"{name}-a"]


def test_another_number_of_partitions_is_refused(broker: Broker) -> None:
    name = f"t-{uuid4().hex[:8]}"
    ensure_topics(broker.connection, [TopicSpec(name, 3)])
    with pytest.raises(BadSetting, match="has 3 partitions, not 4"):
        ensure_topics(broker.connection, [TopicSpec(name, 4)])


@pytest.mark.apache
def test_a_compacted_topic_is_compacted(apache: Broker) -> None:
    name = f"t-{uuid4().hex[:8]}"
    ensure_topics(apache.connection, [TopicSpec(name, 1, compacted=True)])
    admin = KafkaAdminClient(bootstrap_servers=apache.bootstrap)
    described = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    admin.close()
    assert "compact" in str(described)
