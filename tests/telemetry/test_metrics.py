"""What Prometheus can see before anything has happened."""

from __future__ import annotations

import re
from typing import get_args

from api.web.language.words import DEAD_LETTER_REASONS
from schemas.vocabulary import DeadLetterReason
from store.unit_of_work import Store
from telemetry.metrics import Metrics


def test_a_counter_of_a_known_label_is_there_at_zero_before_the_first() -> None:
    said = Metrics().exposition()[0].decode()
    for reason in get_args(DeadLetterReason):
        assert f'ebbwatch_dead_letters_total{{reason="{reason}"}} 0.0' in said
    assert 'ebbwatch_alerts_total{direction="fall",grade="alarm",state="open"} 0.0' in said
    assert 'ebbwatch_outbox_refused_total{topic="ebbwatch.alerts"} 0.0' in said
    assert 'ebbwatch_outages_total{of="broker",part="relay"} 0.0' in said


def test_connections_are_those_of_the_moment_of_the_question(store: Store) -> None:
    metrics = Metrics()
    metrics.watch_pool(store.pool_use)

    def shown(state: str) -> float | None:
        return metrics.registry.get_sample_value("ebbwatch_database_connections", {"state": state})

    with store.read():
        assert shown("in_use") == 1
    assert (shown("in_use"), shown("idle")) == (0, 1)
    assert metrics.registry.get_sample_value("ebbwatch_database_connections_limit") == store.pool_use().limit


def test_every_reason_of_a_dead_letter_has_a_word_on_the_desk() -> None:
    assert set(DEAD_LETTER_REASONS) == set(get_args(DeadLetterReason))


def test_a_process_says_its_release_its_schema_and_its_memory() -> None:
    metrics = Metrics()
    metrics.describe_process("0009")
    said = metrics.exposition()[0].decode()
    assert re.search(r'ebbwatch_build_info\{schema="0009",version="[^"]+"\} 1.0', said)
    assert "process_resident_memory_bytes" in said
