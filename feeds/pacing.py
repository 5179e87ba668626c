"""Weeks at a steady rate: a clock and a sleep are given, so that nothing here knows the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """`weeks_per_s` None: as fast as it goes. `clock` gives seconds that only grow; `sleep` takes seconds."""

    weeks_per_s: float | None
    clock: Callable[[], float]
    sleep: Callable[[float], object]
    _started_s: float | None = field(init=False, default=None)
    _weeks: int = field(init=False, default=0)

    def wait(self) -> None:
        """Return when the next week is due: the first at once; time lost is not made up for in a rush."""
        if self.weeks_per_s is None:
            return
        now = self.clock()
        if self._started_s is None:
            self._started_s = now
        due = self._started_s + self._weeks / self.weeks_per_s
        if due > now:
            self.sleep(due - now)
        else:
            self._started_s += now - due
        self._weeks += 1
