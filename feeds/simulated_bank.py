"""A bank that does not exist, with clients that behave like companies.

Everything follows from the seed, the number of clients and the first week; any week can be made alone, and comes
out the same. Source: docs/decisions/0013-simulated-bank.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from feeds.bookings import bookings_frame, draw_counts, split_totals
from feeds.habits import draw_habits
from feeds.population import draw_population
from feeds.randomness import Bools, Dice, Floats, Ints, Stream
from feeds.truth import Kind, Leaver, draw_fates, leavers
from feeds.volumes import Volumes
from schemas.events import ClientRecord, Transaction

HORIZON_WEEKS = 260  # joining and leaving are spread over five years from the first week
LEAVER_SHARE = 0.12


class SimulatedBank:
    """`clients` corporate clients in `branches` branches; `first_week` is the first that can be asked for."""

    def __init__(
        self,
        seed: int,
        clients: int = 300,
        branches: int = 6,
        *,
        first_week: int,
        currency: str = "HKD",
        zone: ZoneInfo | None = None,
        horizon: int = HORIZON_WEEKS,
        leaver_share: float = LEAVER_SHARE,
    ) -> None:
        """`seed` is zero or above; amounts are minor units of `currency`; bookings fall into weeks of `zone`."""
        self.seed, self.first_week, self.currency = seed, first_week, currency
        self.source = f"sim{seed}x{clients}"  # in every event_id: another bank's events are other events
        self.zone = zone or ZoneInfo("Asia/Hong_Kong")
        dice = self._dice = Dice(seed, clients)
        self._people = draw_population(dice, clients, branches, first_week, horizon)
        self._habits = draw_habits(dice, self._people)
        self._fates = draw_fates(dice, self._people, first_week, horizon, leaver_share)
        self._volumes = Volumes(dice, self._people, self._habits, self._fates, first_week, branches)

    @property
    def client_ids(self) -> list[str]:
        """Length n, in the order of every matrix's rows."""
        return [self._people.client_id(i) for i in range(len(self._people.tier))]

    @property
    def branches(self) -> Ints:
        """Length n: number of each client's branch, from 0."""
        return self._people.branch

    @property
    def branch_ids(self) -> list[str]:
        """Length n, as the client master names them."""
        return [self._people.branch_id(i) for i in range(len(self._people.tier))]

    @property
    def tiers(self) -> list[str]:
        """Length n: A, B or C by size."""
        return list(self._people.tier)

    @property
    def joined_weeks(self) -> Ints:
        """(n,) first week with an account; before it a client's volume is zero."""
        return self._people.joined_week.copy()

    @property
    def stayers(self) -> Bools:
        """(n,) True for clients that neither leave nor close within the horizon."""
        stays: Bools = self._fates.kind == Kind.STAYS
        return stays

    def truth(self) -> list[Leaver]:
        """Every client that leaves or closes, by client."""
        return leavers(self._fates, self._people)

    def client_records(self) -> list[ClientRecord]:
        """The client master on the first week: who has an account by then, nobody's end foretold."""
        known = np.flatnonzero(self._people.joined_week <= self.first_week)
        return [self._people.record(int(i), None) for i in known]

    def client_changes(self, week: int) -> list[ClientRecord]:
        """Records that are new or changed in a week after the first: accounts opened, accounts closed."""
        joined = (self._people.joined_week == week) & (week > self.first_week)
        closed = self._fates.closed_week == week
        return [self._people.record(int(i), week if closed[i] else None) for i in np.flatnonzero(joined | closed)]

    def weekly(self, first: int, last: int) -> tuple[Ints, Ints]:
        """Debit and credit minor units of weeks `first` to `last` inclusive: int64 (n, weeks) each."""
        weeks = [self._volumes.week(week) for week in range(first, last + 1)]
        both = np.stack(weeks, axis=2)
        return both[0], both[1]

    def payments(self, first: int, last: int) -> Ints:
        """How many bookings the weeks `first` to `last` inclusive have, less those taken back: int64 (n, weeks)."""
        weeks = [self._payments(week) for week in range(first, last + 1)]
        return np.stack(weeks, axis=1)

    def _payments(self, week: int) -> Ints:
        totals, rng = self._volumes.week(week), self._dice.at(Stream.BOOKINGS, week)
        counts: Ints = draw_counts(rng, totals, self._mean_bookings(week)).sum(axis=0)
        return counts

    def _mean_bookings(self, week: int) -> Floats:
        """Of an active week and series, (2, n): a client that brings less books less often, by its habit."""
        means: Floats = 1.0 + (self._habits.bookings - 1.0) * self._fates.share(week) ** self._habits.fewer
        return means

    def bookings(self, week: int) -> pl.DataFrame:
        """One week in time order, columns of `feeds.encoding.BOOKING`; adds up to `weekly` exactly."""
        totals = self._volumes.week(week)
        rng = self._dice.at(Stream.BOOKINGS, week)
        parts = split_totals(rng, totals, self._mean_bookings(week))
        return bookings_frame(rng, parts, week, self.source, self.currency, self.zone)

    def events(self, week: int) -> Iterator[Transaction]:
        """The same as objects."""
        return (Transaction(**row) for row in self.bookings(week).iter_rows(named=True))
