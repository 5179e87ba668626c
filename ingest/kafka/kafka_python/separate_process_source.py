"""Records by way of kafka-python in a process of its own (docs/decisions/0027-reading-apart.md)."""

from __future__ import annotations

import logging
import math
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any

from ingest.kafka.kafka_python.codecs import require_codecs
from ingest.kafka.kafka_python.reader_messages import (
    Answer,
    Failed,
    GroupDecision,
    Joined,
    Leave,
    Order,
    Polled,
    Start,
)
from ingest.kafka.records import Partition, RecordBatch, Unreadable
from ingest.kafka.source import AssignmentListener, BrokerUnreachable, KafkaConfig
from ingest.kafka.topic_lookup import TopicLookup
from telemetry.metrics import Metrics

log = logging.getLogger(__name__)

START_S = 30.0  # for a process to start, beside the time that a broker has to answer
LEAVE_S = 10.0  # for a last checkpoint and a word to the group


class SeparateProcessSource:
    """Implements Source. The listener is called in this process, from inside poll."""

    def __init__(self, config: KafkaConfig, metrics: Metrics) -> None:
        """Raises BadSetting where a codec is missing. Connects to nothing and starts nothing yet."""
        require_codecs()
        self._config = config
        self._metrics = metrics
        self._lookup = TopicLookup(config.connection, config.connect_timeout_s)
        self._listener: AssignmentListener | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Any = None
        self._lag: Mapping[Partition, int | None] = {}
        self._leaving = False

    def subscribe(self, topics: Sequence[str], listener: AssignmentListener) -> None:
        self._listener = listener
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "ingest.kafka.kafka_python.reader_process", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._channel = Connection(ours.detach())
        self._send(Start(self._config, list(topics), logging.getLogger().getEffectiveLevel()))
        if self._wait_for(Joined, START_S + self._config.connect_timeout_s) is None:
            raise BrokerUnreachable("the reading process has not started in time")

    def poll(self, timeout_s: float) -> list[RecordBatch | Unreadable]:
        """While the reader's own poll does not come back, this one does not either: the watchdogs see it."""
        until = time.monotonic() + timeout_s
        while True:
            polled: Polled = self._wait_for(Polled, None)
            self._record(polled)
            if polled.found or time.monotonic() >= until:
                return polled.found

    def commit(self, next_offsets: Mapping[Partition, int]) -> None:
        self._send(Order("commit", next_offsets))

    def pause(self, partitions: Iterable[Partition]) -> None:
        self._send(Order("pause", list(partitions)))

    def resume(self, partitions: Iterable[Partition]) -> None:
        self._send(Order("resume", list(partitions)))

    def lag(self) -> Mapping[Partition, int | None]:
        return self._lag

    def topic_ids(self, topics: Iterable[str]) -> Mapping[str, str]:
        return self._lookup.topic_ids(topics)

    def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        return self._lookup.bounds(topic, partition)

    def close(self) -> None:
        self._lookup.close()
        if self._process is None:
            return
        try:
            self._leave()
        finally:
            process, self._process = self._process, None
            self._channel.close()
            _end(process)

    # -- the other end -------------------------------------------------------------------------------------------
    def _wait_for(self, kind: type[Any], timeout_s: float | None) -> Any:
        """The next message of a kind, None where it takes too long; what comes before it is dealt with."""
        until = math.inf if timeout_s is None else time.monotonic() + timeout_s
        while self._channel.poll(None if timeout_s is None else max(0.0, until - time.monotonic())):
            received = self._receive()
            if isinstance(received, kind):
                return received
            self._handle(received)
        return None

    def _receive(self) -> Any:
        try:
            return self._channel.recv()
        except (EOFError, OSError):
            ended = None if self._process is None else self._process.wait()
            raise BrokerUnreachable(f"the reading process has ended with {ended}") from None

    def _send(self, message: object) -> None:
        try:
            self._channel.send(message)
        except OSError:
            log.debug("the reading process hears no more")  # the next poll says why

    def _handle(self, received: object) -> None:
        if isinstance(received, logging.LogRecord):
            logger = logging.getLogger(received.name)
            if logger.isEnabledFor(received.levelno):
                logger.handle(received)
        elif isinstance(received, GroupDecision):
            self._ask_listener(received)
        elif isinstance(received, Failed) and not self._leaving:
            raise received.error

    def _ask_listener(self, decided: GroupDecision) -> None:
        starts = None
        try:
            starts = getattr(self._listener, decided.decision)(decided.partitions) or {}
        finally:
            self._send(Answer(starts))

    def _record(self, polled: Polled) -> None:
        self._lag = polled.lag
        self._metrics.commit_failures.inc(polled.commit_failures)

    def _leave(self) -> None:
        """What was read ahead is dropped: its next owner reads it."""
        self._leaving = True
        self._send(Leave())
        until = time.monotonic() + LEAVE_S
        try:
            while (polled := self._wait_for(Polled, until - time.monotonic())) is not None:
                self._record(polled)
        except BrokerUnreachable:
            return  # gone, as it should be


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(LEAVE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
