"""What core banking sends in a simulated quarter: regular weeks, and all that senders get wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS
from schemas.weeks import format_week
from tests.chaos.broker import Record
from tests.chaos.rules import CORRECTION_WEEKS, FIRST_WEEK, PARTITIONS, RULES, WEEKS
from tests.ingest.folding.feed import CALENDAR, DAY_S, Bad, Event, Marker, Summary, Tx
from tests.ingest.folding.plain_shard import PlainShard

CLIENTS = tuple(f"C{number}" for number in range(6))
BY_SUMMARY = {"C4", "C5"}  # these clients' accounts send weekly totals
HOUR_S = 3600
LATE = 2  # place in a tally
HABITS = (
    "repeats", "rewritten repeats", "late", "as late as may be", "too late", "bad", "unreadable", "reused ids",
    "mixed feeds", "reversals", "early markers", "missing markers", "wrong counts", "corrected afterwards",
)  # fmt: skip
HABIT_RATES = (0.0, 0.0, 0.0, 0.03, 0.2)


@dataclass(frozen=True, slots=True)
class Sent:
    """One record on its way: when it reaches the broker, and what an independent reader makes of it."""

    at_s: float
    topic: str
    partition: int
    record: Record
    event: Event | None = None  # None: nothing of activity


@dataclass(frozen=True, slots=True)
class _Planned:
    at_s: float
    event: Event
    rewritten: bool = False  # another writing of the same content
    repeated: bool = False  # surely sent again
    adrift: int = 0  # of a marker: by so much its count is wrong


class Quarter:
    """The records of a seed in the order in which they are sent; the same whatever happens to the product."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.early_weeks: set[tuple[int, int]] = set()  # (partition, week) of markers before its end
        self.corrects_closed_weeks = False  # what an alert went through then depends on when weeks were judged
        self._draw = random.Random(f"senders of {seed}")
        self._rates = {habit: self._draw.choice(HABIT_RATES) for habit in HABITS}
        self._rates["early markers"] = self._draw.choice((0.0, 0.0, 0.6))  # few are read before the week is over
        self._ids = 0
        self.sent = sorted(
            [*self._master(), *(each for number in range(PARTITIONS) for each in self._activity(number))],
            key=lambda each: each.at_s,
        )
        self.marked_s = [each.at_s for each in self.sent if isinstance(each.event, Marker)]

    def _does(self, habit: str) -> bool:
        return self._draw.random() < self._rates[habit]

    def _master(self) -> Iterator[Sent]:
        for number, client_id in enumerate(CLIENTS):
            body = {"client_id": client_id, "name": f"Client {number}", "branch_id": f"B{number % 2}", "tier": "C"}
            record = Record(client_id.encode(), json.dumps(body).encode())
            yield Sent(CALENDAR.start_s(FIRST_WEEK) + 60 * number, TOPIC_CLIENTS, 0, record)

    # -- one partition's records ---------------------------------------------------------------------------------
    def _activity(self, number: int) -> Iterator[Sent]:
        """1. Plan each week. 2. In the order of sending, an independent shard says what each marker has to count.
        3. Last, the right count of whatever is still held.
        """
        planned = [each for week in range(FIRST_WEEK, FIRST_WEEK + WEEKS) for each in self._week(number, week)]
        plain = PlainShard(RULES)
        for offset, each in enumerate(sorted(planned, key=lambda each: each.at_s)):
            event = each.event
            if isinstance(event, Marker):
                event = Marker(event.week, max(0, plain.received[event.week] + each.adrift))
            plain.run([event], offset)
            yield self._sent(number, each.at_s, event, rewritten=each.rewritten)
        self.corrects_closed_weeks |= plain.tally[LATE] > 0
        for week, (state, _) in sorted(plain.state.items()):
            if state == "held":
                end_s = CALENDAR.end_s(FIRST_WEEK + WEEKS) + week
                yield self._sent(number, end_s, Marker(week, plain.received[week]))

    def _week(self, number: int, week: int) -> list[_Planned]:
        """The events of a week, what goes wrong with them, and its marker."""
        end_s, early = CALENDAR.end_s(week), self._does("early markers")
        marked_s = end_s + HOUR_S * (self._draw.uniform(-22, -1) if early else self._draw.uniform(1, 20))
        good = [event for client_id in CLIENTS[number::PARTITIONS] for event in self._bookings(client_id, week)]
        planned = []
        for event in good:
            sent = _Planned(min(self._sending_s(event), marked_s - 1), event)
            planned.append(sent if early else self._perhaps_late(sent, marked_s))
        planned += [again for sent in planned for again in self._again(sent, early=early)]
        planned += [
            _Planned(self._draw.uniform(CALENDAR.start_s(week), marked_s - 1), bad)
            for event in good
            for bad in self._bad(event)
        ]
        if early:
            self.early_weeks.add((number, week))
        return planned + self._markers(week, marked_s, early=early)

    def _bookings(self, client_id: str, week: int) -> Iterator[Tx | Summary]:
        level = 50_000 if self._has_left(client_id, week) else 1_000_000
        account = f"{client_id}-A"
        if client_id in BY_SUMMARY:
            debit, credit = (int(level * self._draw.uniform(0.8, 1.2)) for _ in range(2))
            yield Summary(self._id(), week, client_id, account, debit, credit, 3)
            return
        for _ in range(self._draw.randint(1, 3)):
            minor = int(level * self._draw.uniform(0.8, 1.2))
            direction = self._draw.choice(["debit", "credit"])
            day = self._draw.uniform(0, 6.9)
            yield Tx(self._id(), week, client_id, account, minor, direction, self._does("reversals"), day)

    def _has_left(self, client_id: str, week: int) -> bool:
        """Half of the clients leave in the last month, so that there is something to raise."""
        number = CLIENTS.index(client_id)
        return (number + self.seed) % 2 == 0 and week >= FIRST_WEEK + WEEKS - 4 + number % 2

    def _sending_s(self, event: Tx | Summary) -> float:
        if isinstance(event, Summary):
            return CALENDAR.end_s(event.week) - self._draw.uniform(1, 10) * HOUR_S
        return event.booked_s + self._draw.choice([60, 60, 3 * HOUR_S, 2 * DAY_S]) * self._draw.random()

    def _perhaps_late(self, sent: _Planned, marked_s: float) -> _Planned:
        """Behind the marker, so that a closed week changes; as late as it may be, or later."""
        if self._does("late"):
            return replace(sent, at_s=marked_s + self._draw.uniform(0.1, 40) * DAY_S)
        if "early markers" not in self._busy() and self._does("as late as may be"):
            latest_s = marked_s + DAY_S * (7 * (CORRECTION_WEEKS - 1) + self._draw.uniform(1, 4))
            return replace(sent, at_s=latest_s, repeated=True)
        if "early markers" not in self._busy() and self._does("too late"):
            return replace(sent, at_s=marked_s + 7 * DAY_S * (CORRECTION_WEEKS + 1))
        return sent

    def _busy(self) -> set[str]:
        return {habit for habit, rate in self._rates.items() if rate}

    def _again(self, sent: _Planned, *, early: bool) -> Iterator[_Planned]:
        """The same event again, a correction of it, or another one under its id. `early`: nothing that counts may
        come behind a marker that waits for the end of its week, for whether that has closed depends on the clock.
        """
        event = sent.event
        if sent.repeated or self._does("repeats"):
            yield replace(sent, at_s=sent.at_s + self._soon_s())
        if self._does("rewritten repeats"):
            yield replace(sent, at_s=sent.at_s + self._soon_s(), rewritten=True)
        if early:
            return
        if isinstance(event, Summary) and self._does("corrected afterwards"):
            better = replace(event, id=self._id(), debit=event.debit + 777, revision=event.revision + 1)
            yield _Planned(sent.at_s + self._soon_s() + 2 * DAY_S, better)
        if isinstance(event, Tx) and self._does("reused ids"):
            yield _Planned(sent.at_s + self._soon_s(), replace(event, minor=event.minor + 1))
        if isinstance(event, Tx) and self._does("mixed feeds"):
            yield _Planned(sent.at_s + 1, Summary(self._id(), event.week, event.client, event.account, 5, 5, 1))

    def _soon_s(self) -> float:
        return self._draw.choice([1, 600, DAY_S, 3 * DAY_S]) * self._draw.random()

    def _bad(self, event: Tx | Summary) -> Iterator[Bad]:
        if isinstance(event, Tx) and self._does("bad"):
            reason = self._draw.choice(["not_json", "bad_amount", "bad_currency", "bad_key", "in_future"])
            traced = reason not in {"not_json", "in_future"}
            yield Bad(reason, event.week if traced else None, None if reason == "not_json" else self._id())
        if self._does("unreadable"):
            yield Bad("unreadable_record")

    def _markers(self, week: int, marked_s: float, *, early: bool) -> list[_Planned]:
        if not early and week < FIRST_WEEK + WEEKS - 1 and self._does("missing markers"):
            return []
        marker = Marker(week, 0)
        if not early and self._does("wrong counts"):
            wrong = _Planned(marked_s, marker, adrift=self._draw.choice([-1, 1, 2]))
            return [wrong, _Planned(marked_s + self._draw.uniform(0.1, 9) * DAY_S, marker)]
        return [_Planned(marked_s, marker)]

    def _id(self) -> str:
        self._ids += 1
        return f"E{self._ids}"

    def _sent(self, number: int, at_s: float, event: Event, *, rewritten: bool = False) -> Sent:
        return Sent(at_s, TOPIC_ACTIVITY, number, _record(event, number, rewritten=rewritten), event)


def _record(event: Event, partition: int, *, rewritten: bool) -> Record:
    """The event as core banking writes it."""
    if isinstance(event, Bad):
        return _bad_record(event)
    if isinstance(event, Marker):
        name = format_week(event.week)
        body = {"type": "week_closed", "event_id": f"M-{name}-{partition}", "week": name}
        return Record(b"", json.dumps(body | {"expected_events": event.expected}).encode())
    body = _transaction(event) if isinstance(event, Tx) else _summary(event)
    if rewritten:
        return Record(event.client.encode(), json.dumps(dict(reversed(body.items())), indent=1).encode())
    return Record(event.client.encode(), json.dumps(body).encode())


def _transaction(event: Tx) -> dict[str, object]:
    return {
        "type": "transaction", "event_id": event.id, "client_id": event.client, "account_id": event.account,
        "booked_at": datetime.fromtimestamp(event.booked_s, UTC).isoformat(), "direction": event.direction,
        "amount": _amount(event.minor), "currency": "HKD", "reversal": event.reversal,
    }  # fmt: skip


def _summary(event: Summary) -> dict[str, object]:
    return {
        "type": "weekly_summary", "event_id": event.id, "client_id": event.client, "account_id": event.account,
        "week": format_week(event.week), "debit_amount": _amount(event.debit), "debit_count": event.count,
        "credit_amount": _amount(event.credit), "credit_count": 0, "currency": "HKD", "revision": event.revision,
    }  # fmt: skip


def _bad_record(event: Bad) -> Record:
    if event.reason == "unreadable_record":
        return Record(None, None, readable=False)
    if event.reason == "not_json":
        return Record(b"C0", b'{"type":"transaction","amount":')
    week = FIRST_WEEK + 500 if event.reason == "in_future" else event.week
    assert week is not None
    body = _transaction(Tx(event.event_id or "", week, "C0", "C0-A"))
    wrong = {"bad_amount": {"amount": "1.2.3"}, "bad_currency": {"currency": "QQQ"}}.get(event.reason, {})
    return Record(b"somebody else" if event.reason == "bad_key" else b"C0", json.dumps(body | wrong).encode())


def _amount(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"
