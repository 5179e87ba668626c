"""Which partitions have stood still for too long."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingest.kafka.records import Partition


class StallWatch:
    """Remembers when each partition last moved. A partition is named once per `limit_s` of standing still."""

    def __init__(self, limit_s: float, clock: Callable[[], float]) -> None:
        self._limit_s = limit_s
        self._clock = clock
        self._since: dict[Partition, float] = {}

    def moved(self, partitions: Iterable[Partition]) -> None:
        """These have just moved, or are new."""
        self._since.update(dict.fromkeys(partitions, self._clock()))

    def standing(self, partitions: Iterable[Partition]) -> list[Partition]:
        """Those of `partitions` that have not moved for the limit; their time starts anew."""
        now = self._clock()
        found = [at for at in partitions if now - self._since.setdefault(at, now) >= self._limit_s]
        self._since.update(dict.fromkeys(found, now))
        return found
