"""Ends the process when poll does not come back: a fresh start is better than partitions that stand still."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from ingest.kafka.records import Partition, RecordBatch, Unreadable
from ingest.kafka.source import AssignmentListener, Source

log = logging.getLogger(__name__)

POLL_LIMIT_S = 30.0
EXIT_STATUS = 70  # EX_SOFTWARE
_CHECK_EVERY_S = 1.0


def end_process(reason: str) -> None:
    """Log and leave at once. No cleaning up: the thread that would do it is the one that hangs."""
    log.critical(reason)
    for handler in logging.getLogger().handlers:
        handler.flush()
    os._exit(EXIT_STATUS)


class Watchdog:
    """Calls `give_up` with a reason, once, when a watched call has taken longer than `limit_s`."""

    def __init__(
        self,
        give_up: Callable[[str], None] = end_process,
        limit_s: float = POLL_LIMIT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._give_up = give_up
        self._limit_s = limit_s
        self._clock = clock
        self._since: float | None = None
        self._stopped = threading.Event()

    def start(self) -> None:
        """Look once a second from a thread of our own, until stop()."""
        threading.Thread(target=self._run, name="poll-watchdog", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """The time inside counts."""
        self._since = self._clock()
        try:
            yield
        finally:
            self._since = None

    @contextmanager
    def excused(self) -> Iterator[None]:
        """The time inside does not count, and what is left of the watched call starts anew."""
        watched = self._since is not None
        self._since = None
        try:
            yield
        finally:
            self._since = self._clock() if watched else None

    def check(self) -> bool:
        """Whether the limit is passed; gives up if so."""
        since = self._since
        if since is None or self._clock() - since < self._limit_s:
            return False
        self._give_up(f"poll has not returned for {self._limit_s:g} s: ending the process so that it starts anew")
        return True

    def _run(self) -> None:
        while not self._stopped.wait(_CHECK_EVERY_S):
            if self.check():
                return


class WatchedSource:
    """A Source whose poll is watched. The listener's own work, a checkpoint or a load, is excused."""

    def __init__(self, source: Source, watchdog: Watchdog) -> None:
        self._source = source
        self._watchdog = watchdog

    def subscribe(self, topics: Sequence[str], listener: AssignmentListener) -> None:
        self._source.subscribe(topics, _ExcusedListener(listener, self._watchdog))

    def poll(self, timeout_s: float) -> list[RecordBatch | Unreadable]:
        with self._watchdog.watching():
            return self._source.poll(timeout_s)

    def commit(self, next_offsets: Mapping[Partition, int]) -> None:
        self._source.commit(next_offsets)

    def pause(self, partitions: Iterable[Partition]) -> None:
        self._source.pause(partitions)

    def resume(self, partitions: Iterable[Partition]) -> None:
        self._source.resume(partitions)

    def lag(self) -> Mapping[Partition, int | None]:
        return self._source.lag()

    def topic_ids(self, topics: Iterable[str]) -> Mapping[str, str]:
        return self._source.topic_ids(topics)

    def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        return self._source.bounds(topic, partition)

    def close(self) -> None:
        self._watchdog.stop()
        self._source.close()


class _ExcusedListener:
    def __init__(self, listener: AssignmentListener, watchdog: Watchdog) -> None:
        self._listener = listener
        self._watchdog = watchdog

    def assigned(self, partitions: list[Partition]) -> Mapping[Partition, int]:
        with self._watchdog.excused():
            return self._listener.assigned(partitions)

    def revoked(self, partitions: list[Partition]) -> None:
        with self._watchdog.excused():
            self._listener.revoked(partitions)

    def lost(self, partitions: list[Partition]) -> None:
        with self._watchdog.excused():
            self._listener.lost(partitions)
