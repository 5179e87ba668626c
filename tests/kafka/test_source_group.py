"""Several processes in one group: who has what, who hears of it, and what a zombie does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from publish.kafka.producer import Producer
from tests.kafka.reading import Broker, Diary, freeze_all, offsets_of, read_count, reading

MakeTopic = Callable[..., str]

ZOMBIE = """
import sys, time
from ingest.kafka.client_choice import open_source
from ingest.kafka.source import KafkaConfig
from telemetry.metrics import Metrics
from tests.kafka.reading import Diary, offsets_of

class Telling(Diary):
    def assigned(self, partitions): print("assigned", flush=True); return {}
    def revoked(self, partitions): print("revoked", flush=True)
    def lost(self, partitions): print("lost", flush=True)

client, bootstrap, group, topic, session_s = sys.argv[1:]
metrics = Metrics()
source = open_source(client, KafkaConfig(bootstrap, group, session_timeout_s=float(session_s), max_poll_records=10), metrics)
source.subscribe([topic], Telling())
while True:
    for batch in source.poll(0.2):
        print("read", batch.offsets[0], flush=True)
        source.commit({(topic, batch.partition): batch.offsets[-1] + 1})
        time.sleep(0.05)
"""  # noqa: E501 - a program


def test_partitions_are_shared_out_when_another_joins_whichever_clients_they_are(
    embedded: Broker, request: pytest.FixtureRequest
) -> None:
    from publish.kafka.topics import TopicSpec, ensure_topics

    ensure_topics(embedded.connection, [TopicSpec("shared", 4)])
    first, second = Diary(), Diary()
    with reading("kafka-python", embedded, ["shared"], first, group="g") as one:
        read_for(one, lambda: "assigned" in first.words())
        with reading("confluent", embedded, ["shared"], second, group="g") as other:
            deadline = time.monotonic() + 60  # on a busy machine a session of 1.2 s is lost now and then
            while "assigned" not in second.words() or first.words().count("assigned") < 2:
                assert time.monotonic() < deadline
                one.poll(0.1)
                other.poll(0.1)
            assert first.words()[:3] == ["assigned", "revoked", "assigned"]
            kept, taken = first.heard[-1][1], second.heard[-1][1]
            assert sorted(kept + taken) == [("shared", number) for number in range(4)]
            assert len(kept) == len(taken) == 2


def test_a_process_stopped_past_its_session_loses_its_partitions_and_its_commits_fail_open(
    client: str, embedded: Broker, make_topic: MakeTopic, broker: Broker, producer: Producer
) -> None:
    topic = make_topic()
    for number in range(2000):
        producer.send(topic, b"k", b"%d" % number, partition=0)
    producer.flush(10)
    arguments = [client, broker.bootstrap, "zombies", topic, str(broker.session_s)]
    command = [sys.executable, "-c", ZOMBIE, *arguments]
    zombie = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert zombie.stdout is not None
        said = iter(zombie.stdout.readline, "")
        assert next(word for word in said if word.startswith("read"))
        freeze_all(zombie.pid)
        with reading(client, broker, [topic], group="zombies") as heir:
            assert offsets_of(read_count(heir, 2000))[:5] == [0, 1, 2, 3, 4]
            os.killpg(zombie.pid, signal.SIGCONT)
            words = []
            for line in said:
                words.append(line.split()[0])
                if words[-1] in ("lost", "revoked"):
                    break
                heir.poll(0.05)
        assert words[-1] == "lost"
        assert zombie.poll() is None
    finally:
        os.killpg(zombie.pid, signal.SIGKILL)
        zombie.communicate()


def read_for(source: object, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60  # on a busy machine a session of 1.2 s is lost now and then
    while not done():
        assert time.monotonic() < deadline
        source.poll(0.1)  # type: ignore[attr-defined] # any Source
