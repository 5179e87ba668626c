"""A kafka-python consumer in a process of its own, `python -m ingest.kafka.kafka_python.reader_process FD`.

SeparateProcessSource starts it.

Parsing records takes kafka-python three times as long as ingest takes for all else, and both are Python: in one
process each waits for the other. Here the library reads a few polls ahead on a core of its own. The database, the
weeks and the numbers that Prometheus sees stay with the process that started this one. It hears of records, of the
group's decisions and of what is logged over one socket, in the order in which they happened.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterable, Mapping
from multiprocessing.connection import Connection
from typing import Any

from ingest.garbage_collector import collector_resting
from ingest.kafka.kafka_python.kafka_python_source import KafkaPythonSource
from ingest.kafka.kafka_python.reader_messages import (
    Answer,
    Decision,
    Failed,
    GroupDecision,
    Joined,
    Leave,
    Order,
    Polled,
    Start,
)
from ingest.kafka.records import Partition, RecordBatch, Unreadable
from ingest.kafka.source import SourceFailed
from ingest.kafka.watchdog import Watchdog, WatchedSource
from schemas.errors import EbbwatchError

POLL_S = 0.2  # an order waits no longer
AHEAD = 16  # polls that wait to be sent; then reading rests
POLL_LIMIT_S = 20.0  # under that of whoever started us: one session is over, not the process
EXIT_ORPHANED = 71  # EX_OSERR


class Reader:
    """Polls, and listens to the group on behalf of whoever is at the other end of `channel`."""

    def __init__(self, channel: Connection) -> None:
        self._channel = channel
        self._outgoing: queue.Queue[Any] = queue.Queue(AHEAD)
        self._commit_failures = 0
        self._leaving = False

    def run(self) -> None:
        """Until the other end says leave, or until the source fails."""
        start: Start = self._channel.recv()
        sender = threading.Thread(target=self._send, name="sender")
        sender.start()
        logging.getLogger().handlers[:] = [_Outgoing(self._outgoing)]
        logging.getLogger().setLevel(start.log_level)
        watchdog = Watchdog(limit_s=POLL_LIMIT_S)
        watchdog.start()
        source = WatchedSource(KafkaPythonSource(start.config, self._commit_failed), watchdog)
        try:
            self._read(source, start.topics)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other end decides what becomes of it
            self._outgoing.put(Failed(error if isinstance(error, EbbwatchError) else SourceFailed(repr(error))))
        finally:
            source.close()
            self._outgoing.put(self._polled([], {}))
            self._outgoing.put(None)
            sender.join()

    def _read(self, source: WatchedSource, topics: list[str]) -> None:
        source.subscribe(topics, _Listener(self, source))
        self._outgoing.put(Joined())
        while not self._leaving:
            with collector_resting():
                self._outgoing.put(self._polled(source.poll(POLL_S), source.lag()))
            while not self._leaving and self._channel.poll():
                self._carry_out(self._receive(), source)

    def ask_listener(self, decided: GroupDecision, source: WatchedSource) -> Mapping[Partition, int]:
        """The answer to a decision of the group; orders that come before it are obeyed."""
        self._outgoing.put(decided)
        while not isinstance(received := self._receive(), Answer):
            self._carry_out(received, source)
        if received.starts is None:
            raise SourceFailed("the listener failed")
        return received.starts

    def _carry_out(self, order: Order | Leave, source: WatchedSource) -> None:
        if isinstance(order, Leave):
            self._leaving = True
        else:
            getattr(source, order.what)(order.partitions)

    def _receive(self) -> Any:
        try:
            return self._channel.recv()
        except (EOFError, OSError):
            os._exit(EXIT_ORPHANED)

    def _send(self) -> None:
        """A batch is larger than the socket takes at once: whoever polls must not wait until it is through."""
        while (message := self._outgoing.get()) is not None:
            try:
                self._channel.send(message)
            except OSError:
                os._exit(EXIT_ORPHANED)

    def _polled(self, found: list[RecordBatch | Unreadable], lag: Mapping[Partition, int | None]) -> Polled:
        failures, self._commit_failures = self._commit_failures, 0
        return Polled(found, lag, failures)

    def _commit_failed(self) -> None:
        self._commit_failures += 1


class _Listener:
    def __init__(self, reader: Reader, source: WatchedSource) -> None:
        self._reader = reader
        self._source = source

    def assigned(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        return self._ask("assigned", partitions)

    def revoked(self, partitions: Iterable[Partition]) -> None:
        self._ask("revoked", partitions)

    def lost(self, partitions: Iterable[Partition]) -> None:
        self._ask("lost", partitions)

    def _ask(self, decision: Decision, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        return self._reader.ask_listener(GroupDecision(decision, list(partitions)), self._source)


class _Outgoing(logging.handlers.QueueHandler):
    """Waits where the queue is full, so that no line is lost."""

    queue: queue.Queue[Any]

    def enqueue(self, record: logging.LogRecord) -> None:
        self.queue.put(record)


def main() -> None:
    """Signals are heard by a whole group of processes: whoever started this one says when to leave."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    Reader(Connection(int(sys.argv[1]))).run()


if __name__ == "__main__":
    main()
