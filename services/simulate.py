"""`ebbwatch simulate`: the simulated bank's events to Kafka."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from threading import Event

from feeds.pacing import Pace
from feeds.publishing import Sender
from feeds.simulated_bank import SimulatedBank
from feeds.simulation import simulate
from services.history_note import history_note
from services.parts import open_parts
from services.settings import load_settings
from services.simulation.bank import open_bank
from services.simulation.senders import open_sender
from services.supervisor import Supervisor
from telemetry.logs import log_to

LIVE_WEEKS = 52  # of the past, kept back to be published one at a time

log = logging.getLogger(__name__)


def publish(
    bank: SimulatedBank,
    sender: Sender,
    history: range,
    live: Iterable[int],
    week_seconds: float,
    stop: Event,
    reached: Callable[[int], None] = lambda _: None,
) -> None:
    """The weeks of `history` as fast as they go, then one of `live` every `week_seconds`, until `stop`."""

    def announced(weeks: Iterable[int]) -> Iterator[int]:
        for week in weeks:
            reached(week)
            yield week

    at_once = Pace(None, time.monotonic, stop.wait)
    events = simulate(bank, sender, announced(history), at_once, stopped=stop.is_set)
    log.info("history published", extra={"weeks": len(history), "events": events})
    steady = Pace(1 / week_seconds, time.monotonic, stop.wait)
    simulate(bank, sender, announced(live), steady, stopped=stop.is_set)


def main(weeks: int | None, *, live: bool) -> None:
    """Publish to the broker of the settings. Its clock is the world's, so the live weeks are last year's."""
    settings = load_settings()
    if weeks is not None:
        settings = settings.model_copy(update={"simulated_history_weeks": weeks})
    log_to(level=settings.log_level)
    parts = open_parts(settings)
    this_week = parts.calendar.week_at(parts.clock())
    live_from = this_week - (LIVE_WEEKS if live else 0)
    history = range(live_from - settings.simulated_history_weeks, live_from)
    bank, sender = open_bank(parts, history.start), open_sender(parts)
    history = range(bank.first_week, live_from)
    note = history_note(settings, history.start, this_week)
    sys.stdout.write(f"{note}\n" if note else "")
    sys.stdout.flush()

    def work(stop: Event) -> None:
        publish(bank, sender, history, range(live_from, this_week), settings.simulated_week_seconds, stop)
        stop.set()

    with Supervisor() as supervisor:
        supervisor.start("simulate", work)
        supervisor.wait()
    sender.close()
