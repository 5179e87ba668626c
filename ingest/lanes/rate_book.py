"""Exchange rates as the database has them, read again when one is missing or they are old."""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction

from store.ledger import rates
from store.unit_of_work import Store

MISSING_S = 5.0  # events without a rate would otherwise ask the database once each
STALE_S = 60.0  # a corrected rate is noticed within this


class RateBook:
    """Failure policy: none of its own; what the store raises goes to the caller."""

    def __init__(self, store: Store, stopwatch: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._stopwatch = stopwatch
        self._rates: dict[tuple[str, int], Fraction] = {}
        self._read_at = float("-inf")

    def find(self, currency: str, week: int) -> Fraction | None:
        """Base units for one unit of `currency` in a week; None where there is no rate."""
        found = self._rates.get((currency, week))
        if self._stopwatch() - self._read_at < (MISSING_S if found is None else STALE_S):
            return found
        with self._store.read() as tx:
            self._rates = rates.load_rates(tx)
        self._read_at = self._stopwatch()
        return self._rates.get((currency, week))
