"""The embedded broker, started again when something has ended it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType

from services.simulation.embedded_broker import EmbeddedBroker

LOOK_S = 0.5
AGAIN_S = 5.0  # after a start that failed

log = logging.getLogger(__name__)


class KeptBroker:
    """Looks after a broker that is started, from a thread of its own: a broker lives no longer than the thread that
    started it. Use as a context manager around all that needs the broker; it does not end it.

    `go_on` is called after each start. Failure policy: what fails, `go_on` included, is logged and tried again.
    """

    def __init__(self, broker: EmbeddedBroker, go_on: Callable[[], None]) -> None:
        self._broker = broker
        self._go_on = go_on
        self._closing = Event()
        self._thread = Thread(target=self._look_after, name="broker", daemon=True)

    def __enter__(self) -> KeptBroker:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._thread.join()

    def _look_after(self) -> None:
        anew = False  # whether a start has not been followed by `go_on` yet
        while not self._closing.wait(LOOK_S):
            try:
                if self._broker.ended:
                    log.error(
                        "the embedded broker has ended: starting it again; it kept everything in memory alone"
                    )
                    self._broker.stop()
                if self._broker.pid is None:
                    self._broker.start()
                    anew = True
                if anew:
                    self._go_on()
                    anew = False
            except Exception as error:  # noqa: BLE001 - whatever it is, the next try may work
                log.error("the embedded broker could not be started again", extra={"reason": str(error)})
                self._closing.wait(AGAIN_S)
