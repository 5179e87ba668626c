"""What doctor finds of offsets: a topic that was made anew, and an offset that the log does not hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from publish.kafka.topics import TopicSpec, ensure_topics
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS
from schemas.kafka_connection import KafkaConnection
from services.parts import open_parts
from services.settings import load_settings
from store.ledger import offsets
from store.unit_of_work import Store
from tests.services.doctor.conftest import Examine


@pytest.fixture
def store(ready: KafkaConnection) -> Iterator[Store]:
    opened = open_parts(load_settings()).store
    yield opened
    opened.close()


def test_an_offset_outside_the_log(ready: KafkaConnection, store: Store, examine: Examine) -> None:
    [topic_id] = ensure_topics(ready, [TopicSpec(TOPIC_ACTIVITY, 1)]).values()
    with store.write() as tx:
        offsets.advance(tx, TOPIC_ACTIVITY, topic_id, 0, 0, 3)
    found = examine()
    assert (found.code, found.state["offsets"]) == (1, "failed")
    assert found.said["offsets"] == (
        f"{TOPIC_ACTIVITY}[0]: the store stands at offset 3, the log holds 0 to 0; see `ebbwatch offsets` and "
        "docs/runbook.md"
    )


def test_an_activity_topic_that_was_made_anew(store: Store, examine: Examine) -> None:
    with store.write() as tx:
        offsets.advance(tx, TOPIC_ACTIVITY, "another", 0, 0, 3)
    said = examine().said["offsets"]
    assert said.startswith(
        f"{TOPIC_ACTIVITY} was deleted and made again: the store knows it as another, the broker"
    )


def test_a_reference_topic_that_was_made_anew_is_read_again(store: Store, examine: Examine) -> None:
    with store.write() as tx:
        offsets.advance(tx, TOPIC_CLIENTS, "another", 0, 0, 3)
    found = examine()
    assert found.code == 0
    assert found.said["offsets"].endswith(f"to be read again: {TOPIC_CLIENTS}")
