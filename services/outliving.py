"""Outages: a worker that loses its database or its broker waits, and goes on when it is back."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Event

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    sleep_using_event,
    stop_when_event_set,
    wait_random_exponential,
)

from schemas.errors import BrokerAway, DatabaseAway
from store.unit_of_work import is_transient
from telemetry.metrics import Metrics

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0  # how long after the outage work goes on at the latest
_BACKOFF = wait_random_exponential(multiplier=FIRST_PAUSE_S, max=LONGEST_PAUSE_S)

log = logging.getLogger(__name__)


class Outliving:
    """One worker's way through outages.

    Failure policy: where the database or the broker is away, the work is begun again, later and later, for as long
    as it takes. An outage is counted once; it has a line in the log when it begins and one when it has ended. What
    is no outage is raised.
    """

    def __init__(self, part: str, metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> None:
        self._part = part
        self._metrics = metrics
        self._clock = clock
        self._lost_at: dict[str, float] = {}  # by what is away
        self._failures = 0  # since it last worked

    def run(self, stop: Event, work: Callable[[], None]) -> None:
        """`work` until it returns, begun again after each outage; not again once `stop` is set.

        Work that goes on for long says with `worked` that nothing is away.
        """
        retrying = Retrying(
            retry=retry_if_exception(lambda error: _what_is_away(error) is not None),
            wait=self._pause_s,
            stop=stop_when_event_set(stop),
            sleep=sleep_using_event(stop),
            before_sleep=self._note_failure,
            retry_error_callback=lambda _: None,
        )
        retrying(work)
        if not stop.is_set():
            self.worked()

    def worked(self) -> None:
        """What was away is back."""
        self._failures = 0
        for of, since in self._lost_at.items():
            away_s = round(self._clock() - since, 1)
            log.warning(f"the {of} is back", extra={"part": self._part, "away_s": away_s})
        self._lost_at.clear()

    def _pause_s(self, state: RetryCallState) -> float:
        self._failures += 1
        state.attempt_number = self._failures  # those of earlier outages are no reason to wait for long
        return _BACKOFF(state)

    def _note_failure(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome is not None else None
        of = None if error is None else _what_is_away(error)
        if of is None or of in self._lost_at:
            return
        self._lost_at[of] = self._clock()
        self._metrics.outages.labels(self._part, of).inc()
        reason = str(error).splitlines()[0]
        log.warning(f"the {of} is away: waiting for it", extra={"part": self._part, "reason": reason})


def _what_is_away(error: BaseException) -> str | None:
    """None for what is no outage."""
    if isinstance(error, BrokerAway):
        return "broker"
    return "database" if isinstance(error, DatabaseAway) or is_transient(error) else None
