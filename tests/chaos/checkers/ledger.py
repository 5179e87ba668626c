"""The ledger of each partition beside a plain one, and its weeks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from schemas.events import TOPIC_ACTIVITY
from schemas.weeks import format_week
from tests.chaos.checkers.checking import Wrong, compare
from tests.chaos.database import Database
from tests.chaos.quarter import Quarter
from tests.chaos.rules import PARTITIONS, RULES
from tests.ingest.folding.feed import CALENDAR, Event
from tests.ingest.folding.plain_shard import PlainShard


class LedgerChecker:
    """Each partition's rows are those of its events up to the stored offset, taken one by one, each once."""

    def __init__(self, database: Database, quarter: Quarter) -> None:
        self._database = database
        self._early = quarter.early_weeks
        self._events: dict[int, list[Event]] = {
            number: [each.event for each in quarter.sent if each.event is not None and each.partition == number]
            for number in range(PARTITIONS)
        }
        self._plain = [PlainShard(RULES) for _ in range(PARTITIONS)]
        self._reached = [0] * PARTITIONS

    def check(self) -> None:
        for number, offset in self._database.rows(
            "SELECT partition, next_offset FROM topic_offset WHERE topic = ?", TOPIC_ACTIVITY
        ):
            self._check_partition(number, offset)

    def check_at_rest(self) -> None:
        for number in range(PARTITIONS):
            if self._reached[number] != len(self._events[number]):
                raise Wrong("offsets", f"{number} stands at {self._reached[number]} of {len(self._events[number])}")
            found, wanted = self._ledger(number), self._plain[number].rows()
            compare("ledger", f"zero rows of {number}", found, wanted)
            states = dict(self._database.rows("SELECT week, state FROM shard_week WHERE shard = ?", number))
            compare(
                "weeks", f"states of {number}", states, {w: s for w, (s, _) in self._plain[number].state.items()}
            )

    def _check_partition(self, number: int, offset: int) -> None:
        plain, reached = self._plain[number], self._reached[number]
        if offset < reached:
            raise Wrong("offsets", f"{number} went back from {reached} to {offset}")
        if offset > len(self._events[number]):
            raise Wrong("offsets", f"{number} stands at {offset}, its log ends at {len(self._events[number])}")
        plain.run(self._events[number][reached:offset], reached)
        self._reached[number] = offset
        self._compare_all(number, plain)

    def _compare_all(self, number: int, plain: PlainShard) -> None:
        found = {key: row for key, row in self._ledger(number).items() if any(row)}
        wanted = {key: tuple(row) for key, row in plain.ledger.items() if any(row)}
        compare("ledger", f"sums and counts of {number}", found, wanted)
        tally = self._database.rows(
            "SELECT accepted, duplicates, late, dead_letters FROM shard WHERE shard = ?", number
        )
        compare("ledger", f"tally of {number}", dict(enumerate(tally)), {0: tuple(plain.tally)})
        letters = self._database.rows(
            "SELECT offset, reason FROM dead_letter WHERE topic = ? AND partition = ?", TOPIC_ACTIVITY, number
        )
        compare("dead letters", f"of {number}", Counter(letters), Counter(plain.letters))
        received = dict(self._database.rows("SELECT week, received FROM shard_week WHERE shard = ?", number))
        wanted_counts = {week: count for week, count in plain.received.items() if week in plain.state}
        compare("weeks", f"counts of {number}", +Counter(received), +Counter(wanted_counts))
        self._compare_states(number, plain)

    def _compare_states(self, number: int, plain: PlainShard) -> None:
        """A week whose marker came before its end closes when it is over, which may still be to come."""
        rows = self._database.rows("SELECT week, state FROM shard_week WHERE shard = ?", number)
        first_early = min((week for at, week in self._early if at == number), default=None)
        for week, state in rows:
            wanted = plain.state.get(week, ("open", None))[0]
            waits = state == "open" and first_early is not None and week >= first_early
            if state != wanted and not waits:
                raise Wrong("weeks", f"{format_week(week)} of {number} is {state}, by the model {wanted}")

    def _ledger(self, number: int) -> dict[tuple[str, int], tuple[int, ...]]:
        rows = self._database.rows(
            "SELECT client_id, week, debit_minor, credit_minor, debit_count, credit_count FROM ledger"
            " WHERE shard = ?",
            number,
        )
        return {(row[0], row[1]): row[2:] for row in rows}


class WeekChecker:
    """Weeks close once, in order, never before they are over; and are judged in order."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._closed: dict[tuple[int, int], int] = {}  # revision by (shard, week)

    def check(self) -> None:
        rows = self._database.rows(
            "SELECT shard, week, state, revision, judged_revision FROM shard_week ORDER BY shard, week"
        )
        open_from: dict[int, int] = {}
        unjudged_from: dict[int, int] = {}
        for shard, week, state, revision, judged in rows:
            name = f"{format_week(week)} of {shard}"
            if state == "open":
                open_from.setdefault(shard, week)
            elif shard in open_from:
                raise Wrong("weeks", f"{name} is {state}, an earlier one is open")
            self._check_closed(shard, week, state, revision)
            if judged > revision:
                raise Wrong("weeks", f"{name} was judged at revision {judged}, it has {revision}")
            if state != "closed" or not judged:
                unjudged_from.setdefault(shard, week)
            elif shard in unjudged_from:
                raise Wrong("weeks", f"{name} was judged before an earlier one")

    def check_at_rest(self) -> None:
        """What could be judged was."""
        waiting = self._database.rows(
            "SELECT shard, week, state, revision, judged_revision FROM shard_week ORDER BY week"
        )
        stuck = {shard for shard, _, state, _, _ in waiting if state != "closed"}
        for shard, week, _, revision, judged in waiting:
            if shard not in stuck and judged != revision:
                raise Wrong("weeks", f"{format_week(week)} of {shard} was not judged at {revision}")

    def _check_closed(self, shard: int, week: int, state: str, revision: int) -> None:
        name, before = f"{format_week(week)} of {shard}", self._closed.get((shard, week))
        if state == "closed":
            if before is None and self._clock().timestamp() < CALENDAR.end_s(week):
                raise Wrong("weeks", f"{name} was closed before it was over")
            if before is not None and revision < before:
                raise Wrong("weeks", f"{name} went back to revision {revision}")
            self._closed[shard, week] = revision
        elif before is not None:
            raise Wrong("weeks", f"{name} is {state} again")
