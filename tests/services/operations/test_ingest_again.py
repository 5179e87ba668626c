"""A topic that was made anew: ingest reads a compacted one again by itself; of activity a person decides."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing

import pytest

from ingest.kafka.topic_lookup import TopicLookup
from schemas.errors import TopicChanged
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS
from services.ingest import Lanes
from services.parts import Parts, open_parts
from services.settings import load_settings
from store.ledger import offsets
from store.unit_of_work import Store
from tests.services.operations.conftest import Topics, audited, stands


@pytest.fixture
def parts(bank: Store) -> Iterator[Parts]:
    made = open_parts(load_settings())
    yield made
    made.store.close()


@pytest.fixture
def lanes(parts: Parts, topics: Topics) -> Iterator[Lanes]:
    with closing(TopicLookup(topics.connection, 5.0)) as lookup:
        yield Lanes(parts, lookup)


@pytest.mark.parametrize(("topic_id", "offset"), [("another", 1), (None, 7)])
def test_a_reference_topic_is_read_again_and_said(
    topic_id: str | None,
    offset: int,
    lanes: Lanes,
    parts: Parts,
    topics: Topics,
    bank: Store,
    caplog: pytest.LogCaptureFixture,
) -> None:
    topics.send(TOPIC_CLIENTS, b"{}", b"{}")
    there = topics.ids[TOPIC_CLIENTS]
    with bank.write() as tx:
        offsets.set_to(tx, TOPIC_CLIENTS, 0, topic_id or there, offset)
    with caplog.at_level(logging.WARNING):
        assert lanes.open(TOPIC_CLIENTS, 0).next_offset == 0
    assert stands(bank, TOPIC_CLIENTS) == {0: (there, 0)}
    [(actor, action, key, before, after)] = audited(bank)
    assert (actor, action, key) == ("ebbwatch", "offset.move", f"{TOPIC_CLIENTS}[0]")
    assert before == {"topic_id": topic_id or there, "next_offset": offset}
    assert isinstance(after, dict)
    assert after["because"].startswith(TOPIC_CLIENTS)
    assert [record.message for record in caplog.records if record.name == "services.ingest"] == [
        "read again from the start"
    ]
    counted = parts.metrics.registry.get_sample_value("ebbwatch_topics_read_again_total", {"topic": TOPIC_CLIENTS})
    assert counted == 1


def test_a_reference_topic_that_is_the_same_goes_on(lanes: Lanes, topics: Topics, bank: Store) -> None:
    topics.send(TOPIC_CLIENTS, b"{}", b"{}")
    with bank.write() as tx:
        offsets.set_to(tx, TOPIC_CLIENTS, 0, topics.ids[TOPIC_CLIENTS], 1)
    assert lanes.open(TOPIC_CLIENTS, 0).next_offset == 1
    assert audited(bank) == []


def test_of_activity_a_person_decides(lanes: Lanes, bank: Store) -> None:
    with bank.write() as tx:
        offsets.set_to(tx, TOPIC_ACTIVITY, 0, "another", 1)
    with pytest.raises(TopicChanged, match="was deleted and made again"):
        lanes.open(TOPIC_ACTIVITY, 0)
    assert stands(bank, TOPIC_ACTIVITY) == {0: ("another", 1)}
    assert audited(bank) == []
