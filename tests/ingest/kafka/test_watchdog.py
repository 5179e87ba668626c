from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Mapping

import pytest

from ingest.kafka.records import RecordBatch, Unreadable
from ingest.kafka.source import AssignmentListener
from ingest.kafka.watchdog import EXIT_STATUS, Watchdog, WatchedSource


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class SlowSource:
    """Takes as long as it is told, in poll and in the listener."""

    def __init__(self, clock: Clock, watchdog: Watchdog) -> None:
        self.clock, self.watchdog = clock, watchdog
        self.poll_s = self.listener_s = 0.0
        self.listener: AssignmentListener | None = None

    def subscribe(self, _topics: object, listener: AssignmentListener) -> None:
        self.listener = listener

    def poll(self, _timeout_s: float) -> list[RecordBatch | Unreadable]:
        assert self.listener is not None
        self.listener.assigned([("t", 0)])
        self.clock.now += self.poll_s
        self.watchdog.check()
        return []


class SlowListener:
    def __init__(self, source: SlowSource) -> None:
        self.source = source

    def assigned(self, _partitions: object) -> Mapping[tuple[str, int], int]:
        self.source.clock.now += self.source.listener_s
        self.source.watchdog.check()
        return {("t", 0): 5}


@pytest.mark.parametrize(
    ("poll_s", "listener_s", "gives_up"), [(29.9, 0.0, False), (30.0, 0.0, True), (29.0, 500.0, False)]
)
def test_only_time_in_poll_itself_counts(poll_s: float, listener_s: float, gives_up: bool) -> None:
    clock, reasons = Clock(), list[str]()
    watchdog = Watchdog(reasons.append, 30.0, clock)
    source = SlowSource(clock, watchdog)
    source.poll_s, source.listener_s = poll_s, listener_s
    watched = WatchedSource(source, watchdog)  # type: ignore[arg-type] # only what poll needs
    watched.subscribe(["t"], SlowListener(source))  # type: ignore[arg-type] # likewise
    watched.poll(0.2)
    assert bool(reasons) is gives_up
    clock.now += 1000
    assert watchdog.check() is False  # between polls nothing is watched


def test_the_thread_gives_up_once_when_a_call_hangs() -> None:
    gave_up = threading.Event()
    watchdog = Watchdog(lambda _reason: gave_up.set(), limit_s=0.1)
    watchdog.start()
    with watchdog.watching():
        assert gave_up.wait(5)
    watchdog.stop()


def test_the_process_ends_although_its_main_thread_hangs() -> None:
    program = """
import time
from ingest.kafka.watchdog import Watchdog
watchdog = Watchdog(limit_s=0.1)
watchdog.start()
with watchdog.watching():
    time.sleep(60)
"""
    done = subprocess.run([sys.executable, "-c", program], timeout=30, capture_output=True, text=True)
    assert done.returncode == EXIT_STATUS
    assert "poll has not returned" in done.stderr
