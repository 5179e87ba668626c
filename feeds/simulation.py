"""The simulated bank's working life: its history at full speed, then a week at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from feeds.pacing import Pace
from feeds.publishing import Publisher, Sender
from feeds.simulated_bank import SimulatedBank


def simulate(
    bank: SimulatedBank,
    sender: Sender,
    weeks: Iterable[int],
    pace: Pace,
    progress: Callable[[int, int], None] = lambda _week, _events: None,
    stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Publish weeks in order, each with the client master's changes before it and closed; returns the events sent.

    The whole client master goes out before the bank's first week. Publishing a week again sends the same events
    under the same ids. `progress` hears of (week, events of it).
    """
    publisher = Publisher(sender, bank.source)
    events = 0
    for week in weeks:
        pace.wait()
        if stopped():
            break
        publisher.publish_clients(bank.client_records() if week == bank.first_week else bank.client_changes(week))
        sent = publisher.publish_week(week, bank.bookings(week))
        events += sent
        progress(week, sent)
    return events
