"""The oracle: a shard written as one would explain it, one event at a time, in dictionaries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from ingest.folding.closing import ClosingRules
from tests.ingest.folding.feed import CALENDAR, Bad, Event, Marker, Summary, Tx

Row = tuple[int, int, int, int]


class PlainShard:
    """Knows no batches and no checkpoints. Branch holds and foreign clients are not part of it."""

    def __init__(self, rules: ClosingRules) -> None:
        self.rules = rules
        self.ledger: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        self.state: dict[int, tuple[str, str | None]] = {}
        self.received: Counter[int] = Counter()
        self.expected: dict[int, int] = {}
        self.seen: dict[str, tuple[int, str]] = {}
        self.refused: dict[tuple[str | None, int], str] = {}  # the reason of the first time
        self.may_lift: set[int] = set()
        self.summaries: dict[tuple[str, int], Summary] = {}
        self.kind: dict[tuple[str, int], type] = {}
        self.first: dict[str, int] = {}
        self.newest: list[int] = []
        self.next: int | None = None
        self.tally = [0, 0, 0, 0]
        self.letters: list[tuple[int, str]] = []

    def run(self, events: Sequence[Event], first_offset: int = 0) -> None:
        for offset, event in enumerate(events, first_offset):
            if isinstance(event, Marker):
                self._mark(event)
            else:
                self._take(offset, event)
            self._close_what_is_due()

    def rows(self) -> dict[tuple[str, int], Row]:
        """The ledger with the zeros of the silent."""
        rows = {key: (r[0], r[1], r[2], r[3]) for key, r in self.ledger.items()}
        closed = [week for week, (state, _) in self.state.items() if state == "closed"]
        return {(c, w): (0, 0, 0, 0) for c, first in self.first.items() for w in closed if w >= first} | rows

    def _take(self, offset: int, event: Tx | Summary | Bad) -> None:
        if isinstance(event, Bad):
            if event.week is not None and event.reason != "in_future" and not self._too_late(event.week):
                again = (event.event_id, event.week) in self.refused or event.event_id in self.seen
                if event.event_id is None or not again:
                    self._receive(event.week, taken=False)
                self.refused.setdefault((event.event_id, event.week), event.reason)
            self._refuse(offset, event.reason)
            return
        if self._too_late(event.week):
            self._refuse(offset, "too_late")
            return
        known = self.seen.get(event.id)
        if known == (event.week, repr(event)):
            self.tally[1] += 1
            return
        self._receive(event.week, 0 if (event.id, event.week) in self.refused else 1, taken=known is None)
        if known is not None:
            self._refuse(offset, "id_reused")
            return
        self.seen[event.id] = (event.week, repr(event))
        if self.refused.get((event.id, event.week)) == "no_rate":
            self.may_lift.add(event.week)
        self.newest = sorted([*self.newest, _time_s(event)])[-self.rules.witnesses :]
        account = (event.account or event.client, event.week)
        if self.kind.setdefault(account, type(event)) is not type(event):
            self._refuse(offset, "mixed_feed")
            return
        self._add(event)

    def _add(self, event: Tx | Summary) -> None:
        if self._empty(event.week):
            self.may_lift.add(event.week)
        if isinstance(event, Summary):
            key = (event.account or event.client, event.week)
            old = self.summaries.get(key)
            if old is not None and event.revision <= old.revision:
                self.tally[1] += 1
                return
            if old is not None:
                self._change(old.client, event.week, (-old.debit, -old.credit, -old.count, 0))
            self.summaries[key] = event
            self._change(event.client, event.week, (event.debit, event.credit, event.count, 0))
        else:
            sign = -1 if event.reversal else 1
            minor = sign * event.minor
            self._change(
                event.client, event.week, (minor, 0, sign, 0) if event.direction == "debit" else (0, minor, 0, sign)
            )
        self.first[event.client] = min(event.week, self.first.get(event.client, event.week))
        self.tally[2 if self.state[event.week][0] == "closed" else 0] += 1

    def _change(self, client: str, week: int, change: Row) -> None:
        self.ledger[client, week] = [a + b for a, b in zip(self.ledger[client, week], change, strict=True)]

    def _receive(self, week: int, count: int = 1, *, taken: bool) -> None:
        self._open(week)
        if week not in self.state:
            if self.next is None or week >= self.next:
                self.state[week] = ("open", None)
            elif taken:
                for silent in range(week, min(self.state)):
                    self.state[silent] = ("closed", "watermark")
            else:
                return
        self.received[week] += count

    def _open(self, week: int) -> None:
        if self.next is None or (week < self.next and not self._started()):
            self.next = week

    def _too_late(self, week: int) -> bool:
        if self.next is None:
            return False
        held = self.state.get(week, ("", None))[0] == "held"
        long = held or not self._started()
        return week < self.next - (self.rules.memory_weeks if long else self.rules.correction_weeks)

    def _started(self) -> bool:
        return self.next is not None and self.next - 1 in self.state

    def _mark(self, marker: Marker) -> None:
        if self.next is not None and marker.week < self.next - self.rules.memory_weeks:
            return
        self._open(marker.week)
        if self.next is not None and marker.week < self.next and marker.week not in self.state:
            return
        self.expected[marker.week] = marker.expected
        while self.next is not None and self.next <= marker.week:
            self._close("marker")

    def _close(self, by: str) -> None:
        assert self.next is not None
        fits = self.expected.get(self.next) in {None, self.received[self.next]} and self._taken(self.next)
        self.state[self.next] = ("closed", by) if fits else ("held", None)
        self.next += 1
        for week in self._held():
            if week not in self.expected and week != self.next - 1 and self._taken(week):
                self.state[week] = ("closed", "watermark")
        floor = self.next - self.rules.memory_weeks
        self.seen = {event_id: known for event_id, known in self.seen.items() if known[0] >= floor}
        self.refused = {known: reason for known, reason in self.refused.items() if known[1] >= floor}

    def _taken(self, week: int) -> bool:
        """Whether what came of a week is in the ledger, but for a few events without a rate."""
        if self.received[week] and self._empty(week):
            return False
        lacking = [
            event_id
            for (event_id, of), reason in self.refused.items()
            if of == week and event_id and reason == "no_rate" and self.seen.get(event_id, (None,))[0] != week
        ]
        return len(lacking) <= self.rules.no_rate_hold_share * self.received[week]

    def _empty(self, week: int) -> bool:
        booked = any(row[2] or row[3] for (_, of), row in self.ledger.items() if of == week)
        return not booked and not any(of == week for _, of in self.summaries)

    def _held(self) -> list[int]:
        """Those that may still change."""
        assert self.next is not None
        floor = self.next - self.rules.memory_weeks
        return [week for week, (state, _) in self.state.items() if state == "held" and week >= floor]

    def _close_what_is_due(self) -> None:
        for week in self._held() if self.next is not None else ():
            fits = self.expected[week] == self.received[week] if week in self.expected else week in self.may_lift
            if fits and self._taken(week):
                self.state[week] = ("closed", "marker" if week in self.expected else "watermark")
        self.may_lift.clear()
        while self.next is not None and self._watermark_passed(self.next):
            self._close("watermark")

    def _watermark_passed(self, week: int) -> bool:
        full = len(self.newest) == self.rules.witnesses
        return full and self.newest[0] - self.rules.allowed_lateness_s >= CALENDAR.end_s(week)

    def _refuse(self, offset: int, reason: str) -> None:
        self.letters.append((offset, reason))
        self.tally[3] += 1


def _time_s(event: Tx | Summary) -> int:
    return event.booked_s if isinstance(event, Tx) else CALENDAR.end_s(event.week) - 1
