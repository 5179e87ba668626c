"""What a year in which nobody looks leaves on the list: of simulated banks that nothing was made on.

    python -m research.unattended_year [--banks 3] [--clients 300] [--seed 7001]

130 weeks of history are judged at once, as in a new bank; then 52 weeks come one by one, and no person acts.
Counted against the bank's truth: leaving is who has begun to leave and keeps an account, falling whose course has
ended, if it has, less than half a year ago.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import sqlalchemy as sa

from research.simulated_year import HISTORY_WEEKS, SimulatedYear
from schemas.buckets import SAVABLE
from schemas.messages import TOPIC_ALERTS, AlertMessage
from schemas.weeks import parse_week
from store.alerts import alert_search
from store.alerts.alert_search import AlertFilter, AlertRow
from store.tables.alerts import alert
from store.tables.clients import client
from store.tables.operations import outbox

FIRST_SEED = 7001
YEAR_WEEKS, HALF_YEAR_WEEKS = 52, 26
MOST = 10_000  # alerts that are read


@dataclass
class Year:
    """Of one bank. `history_alerts`: those made of its history, of which `history_told` were told.

    `opened`: falls of which the first message came in the year. `in_time`: those of them with weeks left by their
    explanation; `truly`: by the truth, of the clients that leave (`of_leavers`). `listed`: falls that are not
    closed at the end, by bucket. `rises`: the same of rises.
    """

    opened: int = 0
    in_time: int = 0
    of_leavers: int = 0
    truly: int = 0
    history_alerts: int = 0
    history_told: int = 0
    history_messages: int = 0
    closed_in_a_total: int = 0  # alerts, week by week
    leaving: int = 0
    leaving_listed: int = 0
    falling: int = 0
    falling_listed: int = 0
    listed: Counter[str] = field(default_factory=Counter)
    rises: Counter[str] = field(default_factory=Counter)

    @property
    def on_the_list(self) -> int:
        """Falls that ask for somebody: they count in totals."""
        return sum(self.listed[bucket] for bucket in SAVABLE)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--banks", type=int, default=3)
    options.add_argument("--clients", type=int, default=300)
    options.add_argument("--seed", type=int, default=FIRST_SEED, help="of the first bank")
    chosen = options.parse_args()
    for seed in range(chosen.seed, chosen.seed + chosen.banks):
        print(f"bank {seed}: {as_text(unattended(seed, chosen.clients))}", flush=True)


def unattended(seed: int, clients: int, weeks: int = YEAR_WEEKS, history_weeks: int = HISTORY_WEEKS) -> Year:
    """The year of one bank, or so many weeks."""
    found = Year()
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(SimulatedYear(seed, clients, Path(folder), history_weeks)) as year,
    ):
        year.live_history()
        known = _messages(year)
        found.history_messages, found.history_alerts = len(known), _stored(year)
        found.history_told = len({each.alert_id for each in known})
        for _ in range(weeks):
            year.live_week()
            found.closed_in_a_total += _closed_in_a_total(year)
        _count_opened(found, year, {each.alert_id for each in known})
        _count_listed(found, year)
    return found


def as_text(year: Year) -> str:
    """One line."""
    buckets = ", ".join(f"{count} {name}" for name, count in sorted(year.listed.items())) or "none"
    return (
        f"of {year.history_alerts} alerts of history {year.history_told} told in {year.history_messages} messages; "
        f"falls told in the year: {_share(year.in_time, year.opened)} with weeks left by their explanation, "
        f"of leavers {_share(year.truly, year.of_leavers)} by the truth; "
        f"closed clients in a total: {year.closed_in_a_total}; "
        f"at the end {year.on_the_list} falls ask for somebody ({buckets}; rises {year.rises.total()}); "
        f"{year.falling} clients are falling, of them {year.falling_listed} listed; "
        f"{year.leaving} are leaving, of them {year.leaving_listed} listed"
    )


def _share(some: int, of: int) -> str:
    return f"{some} of {of}" + (f" ({some / of:.0%})" if of else "")


def _stored(year: SimulatedYear) -> int:
    """Alerts, told or not."""
    with year.store.read() as tx:
        return tx.scalar(sa.select(sa.func.count()).select_from(alert)) or 0


def _messages(year: SimulatedYear) -> list[AlertMessage]:
    with year.store.read() as tx:
        mine = sa.select(outbox.c.value).where(outbox.c.topic == TOPIC_ALERTS).order_by(outbox.c.outbox_id)
        return [msgspec.json.decode(value, type=AlertMessage) for value in tx.scalars(mine)]


def _listed(year: SimulatedYear) -> list[AlertRow]:
    """Alerts that are not closed."""
    with year.store.read() as tx:
        found = alert_search.search(tx, AlertFilter(year.as_of), only_branch=None, after=None, limit=MOST)
    return [each for each in found if each.bucket is not None]


def _closed_in_a_total(year: SimulatedYear) -> int:
    with year.store.read() as tx:
        closed = set(tx.scalars(sa.select(client.c.client_id).where(client.c.closed_on <= year.today)))
    return sum(each.bucket in SAVABLE and each.message.client_id in closed for each in _listed(year))


def _count_opened(found: Year, year: SimulatedYear, known: set[str]) -> None:
    """By the first message of each fall."""
    begins = {each.client_id: each.onset_week for each in year.bank.truth()}
    seen = set(known)
    for message in _messages(year):
        if message.alert_id in seen:
            continue
        seen.add(message.alert_id)
        if message.direction != "fall":
            continue
        found.opened += 1
        why = message.explanation
        found.in_time += why is not None and why.weeks_left_most > 0
        week = parse_week(message.week)
        if begins.get(message.client_id, week + 1) <= week:
            found.of_leavers += 1
            found.truly += week - begins[message.client_id] < HALF_YEAR_WEEKS


def _count_listed(found: Year, year: SimulatedYear) -> None:
    with year.store.read() as tx:
        closed = set(tx.scalars(sa.select(client.c.client_id).where(client.c.closed_on <= year.today)))
    leaving = [e for e in year.bank.truth() if e.onset_week <= year.week and e.client_id not in closed]
    left = {each.client_id for each in leaving}
    falling = {each.client_id for each in leaving if year.week < each.end_week + HALF_YEAR_WEEKS}
    listed = _listed(year)
    found.leaving, found.falling = len(left), len(falling)
    for each in listed:
        counts = found.listed if each.message.direction == "fall" else found.rises
        counts[str(each.bucket)] += 1
    asks = {
        each.message.client_id for each in listed if each.bucket in SAVABLE and each.message.direction == "fall"
    }
    found.leaving_listed, found.falling_listed = len(asks & left), len(asks & falling)


if __name__ == "__main__":
    main()
