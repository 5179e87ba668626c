"""kafka-python in a process of its own: what happens when either of the two is killed, and what is logged."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest.kafka.source import BrokerUnreachable
from publish.kafka.topics import TopicSpec, ensure_topics
from services.simulation.embedded_broker import EmbeddedBroker
from tests.kafka.reading import EMBEDDED_SESSION_S, Broker, Diary, freeze, reading

WAITS_S = 30.0

READS_FOR_EVER = """
import sys
from ingest.kafka.client_choice import open_source
from ingest.kafka.source import KafkaConfig
from tests.kafka.reading import Diary
source = open_source("kafka-python", KafkaConfig(sys.argv[1], "orphans"))
source.subscribe(["t"], Diary())
print("subscribed", flush=True)
while True:
    source.poll(0.2)
"""


def test_a_reader_that_is_killed_ends_the_session_and_another_one_reads(embedded: Broker) -> None:
    ensure_topics(embedded.connection, [TopicSpec("t", 1)])
    with reading("kafka-python", embedded, ["t"]) as source:
        [reader] = _children(os.getpid())
        os.kill(reader, signal.SIGKILL)
        with pytest.raises(BrokerUnreachable, match="ended with -9"):
            while True:
                source.poll(0.2)
    with reading("kafka-python", embedded, ["t"]) as source:
        assert source.poll(0.2) == []


def test_a_reader_leaves_when_told_and_not_with_a_signal_to_all(embedded: Broker) -> None:
    ensure_topics(embedded.connection, [TopicSpec("t", 1)])
    diary = Diary()
    with reading("kafka-python", embedded, ["t"], diary) as source:
        [reader] = _children(os.getpid())
        for sent in (signal.SIGTERM, signal.SIGINT):
            os.kill(reader, sent)
        while "assigned" not in diary.words():
            source.poll(0.2)
        source.close()
    assert diary.words() == ["assigned", "revoked"]
    assert not _lives(reader)


def test_a_reader_that_hangs_holds_up_the_poll_for_a_watchdog_to_see(embedded: Broker) -> None:
    ensure_topics(embedded.connection, [TopicSpec("t", 1)])
    returned = 0
    with reading("kafka-python", embedded, ["t"]) as source, ThreadPoolExecutor(1) as beside:

        def poll_for_ever() -> None:
            nonlocal returned
            while True:
                source.poll(0.2)
                returned += 1

        [reader] = _children(os.getpid())
        polling = beside.submit(poll_for_ever)
        freeze(reader)
        time.sleep(1.0)
        before = returned
        time.sleep(1.0)
        assert returned == before
        os.kill(reader, signal.SIGKILL)
        assert isinstance(polling.exception(WAITS_S), BrokerUnreachable)


def test_a_reader_ends_with_whoever_started_it(embedded: Broker) -> None:
    ensure_topics(embedded.connection, [TopicSpec("t", 1)])
    command = [sys.executable, "-c", READS_FOR_EVER, embedded.bootstrap]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "subscribed\n"
        [reader] = _children(parent.pid)
        parent.kill()
    deadline = time.monotonic() + WAITS_S
    while _lives(reader):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_the_reader_logs_is_logged_here(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with EmbeddedBroker(0) as started:
        broker = Broker(started.bootstrap, EMBEDDED_SESSION_S)
        ensure_topics(broker.connection, [TopicSpec("t", 1)])
        with reading("kafka-python", broker, ["t"]) as source:
            assert started.pid is not None
            os.kill(started.pid, signal.SIGKILL)
            deadline = time.monotonic() + WAITS_S
            while not any(record.process != os.getpid() for record in caplog.records):
                assert time.monotonic() < deadline
                source.poll(0.2)


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return [
        pid
        for pid in found
        if b"ingest.kafka.kafka_python.reader_process" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() and Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
