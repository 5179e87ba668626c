"""Threads of one process that end together, and those that are started again."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType, TracebackType

from schemas.errors import EbbwatchError

log = logging.getLogger(__name__)

Work = Callable[[threading.Event], None]

AGAIN_S = 5.0  # before a part that failed is started again
STOP_TIMEOUT_S = 20  # a checkpoint, a last batch of messages and the open requests fit well inside


@dataclass(slots=True)
class _Kept:
    """A part that is started again, and what ends its present run."""

    name: str
    make: Callable[[], Work]
    run_stop: threading.Event = field(default_factory=threading.Event)


class Supervisor:
    """Runs named pieces of work, each until `stop` is set.

    Failure policy: one that was started and fails stops all of them, and is raised again; one that is kept and
    fails is made and started again, and the others never notice.

    Use as a context manager around the main thread's own waiting; SIGINT and SIGTERM set `stop`.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._kept: dict[str, _Kept] = {}
        self._failure: BaseException | None = None

    def start(self, name: str, work: Work) -> None:
        """Begin `work(stop)` in a thread of its own. What is started last is waited for first."""
        self._begin(name, self._guarded, name, work)

    def keep(self, name: str, make: Callable[[], Work]) -> None:
        """Begin what `make` gives as `start` does, and again whenever it ends. What `make` raises now is raised."""
        kept = self._kept[name] = _Kept(name, make)
        self._begin(name, self._keep_running, kept, make())

    def start_again(self, name: str) -> None:
        """End the present run of a part that is kept: it is made anew."""
        self._kept[name].run_stop.set()

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
        for kept in self._kept.values():
            kept.run_stop.set()
        for thread in reversed(self._threads):
            thread.join(STOP_TIMEOUT_S)
            if thread.is_alive():
                log.error("did not stop in time", extra={"part": thread.name})
        if self._failure is not None and error is None:
            raise self._failure

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        log.info("stopping", extra={"signal": signal.Signals(number).name})
        self.stop.set()

    def _begin(self, name: str, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _keep_running(self, kept: _Kept, first: Work) -> None:
        work: Work | None = first
        while True:
            kept.run_stop = threading.Event()
            if self.stop.is_set():  # looked at after the event is there: __exit__ sets one of the two in time
                return
            try:
                (work or kept.make())(kept.run_stop)
            except BaseException as error:
                reason = str(error) or type(error).__name__
                unforeseen = None if isinstance(error, EbbwatchError) else error
                log.error(
                    "failed: starting it again", exc_info=unforeseen, extra={"part": kept.name, "reason": reason}
                )
                self.stop.wait(AGAIN_S)
            work = None

    def _guarded(self, name: str, work: Work) -> None:
        try:
            work(self.stop)
        except BaseException as error:  # kept, and raised again by the main thread
            log.exception("failed", extra={"part": name})
            self._failure = self._failure or error
        finally:
            self.stop.set()
