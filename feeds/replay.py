"""A file of transactions as events in Kafka, week by week, each week closed with its exact count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from feeds.pacing import Pace
from feeds.payments_file import PaymentsFile
from feeds.publishing import Publisher, Sender


@dataclass(frozen=True, slots=True)
class Progress:
    """After a week has been sent and closed. Weeks and events are counts so far."""

    week: int
    weeks: int
    events: int


@dataclass(frozen=True, slots=True)
class Report:
    """`rows` of the file = `events` sent + `rejected`; `weeks` closed; `clients` that the events are of."""

    rows: int
    events: int
    weeks: int
    clients: int
    rejected: int


def replay(
    payments: PaymentsFile, sender: Sender, pace: Pace, progress: Callable[[Progress], None] = lambda _: None
) -> Report:
    """1. Publish the client master. 2. For each week: wait until it is due, send it, close it, tell of it.

    Raises what the sender raises; a replay started again sends the same events under the same ids.
    """
    publisher = Publisher(sender, payments.source)
    publisher.publish_clients(payments.records)
    events = weeks = 0
    for week, bookings in payments.weeks():
        pace.wait()
        events += publisher.publish_week(week, bookings)
        weeks += 1
        progress(Progress(week, weeks, events))
    return Report(payments.rows, events, weeks, payments.clients, payments.rejected.height)
