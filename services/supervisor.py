"""Threads of one process that live and die together."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType

log = logging.getLogger(__name__)

STOP_TIMEOUT_S = 20  # a checkpoint, a last batch of messages and the open requests fit well inside


class Supervisor:
    """Runs named pieces of work, each until `stop` is set. One that fails stops all of them and is raised again.

    Use as a context manager around the main thread's own waiting; SIGINT and SIGTERM set `stop`.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._failure: BaseException | None = None

    def start(self, name: str, work: Callable[[threading.Event], None]) -> None:
        """Begin `work(stop)` in a thread of its own. What is started last is waited for first."""
        thread = threading.Thread(target=self._guarded, args=(name, work), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def wait(self) -> None:
        """Block until something says stop."""
        while not self.stop.wait(0.5):
            pass

    def __enter__(self) -> Supervisor:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._signalled)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop.set()
        for thread in reversed(self._threads):
            thread.join(STOP_TIMEOUT_S)
            if thread.is_alive():
                log.error("did not stop in time", extra={"part": thread.name})
        if self._failure is not None and error is None:
            raise self._failure

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        log.info("stopping", extra={"signal": signal.Signals(number).name})
        self.stop.set()

    def _guarded(self, name: str, work: Callable[[threading.Event], None]) -> None:
        try:
            work(self.stop)
        except BaseException as error:  # kept, and raised again by the main thread
            log.exception("failed", extra={"part": name})
            self._failure = self._failure or error
        finally:
            self.stop.set()
