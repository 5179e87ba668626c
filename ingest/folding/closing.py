"""When a week closes, and when it is held instead. Source: docs/ingest.md; docs/decisions/0003."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from ingest.arrays import Int64
from schemas.weeks import WeekCalendar
from store.ledger.shards import OtherShard

LOOK_BACK_WEEKS = 8  # a branch's usual count is its mean over these


@dataclass(frozen=True, slots=True)
class ClosingRules:
    """Settings of week closing; the reasons are in docs/ingest.md, "Closing a week"."""

    allowed_lateness_s: int
    witnesses: int = 8
    correction_weeks: int = 8
    idle_grace_s: float = 3600.0
    branch_hold_share: float = 0.1
    branch_hold_min_events: int = 20
    no_rate_hold_share: float = 0.01

    @property
    def memory_weeks(self) -> int:
        """How many closed weeks a shard keeps in memory: those it may amend and those it compares with."""
        return max(self.correction_weeks, LOOK_BACK_WEEKS)


class Witnesses:
    """The k newest event times of a shard: one absurd timestamp is one witness and moves nothing by itself."""

    def __init__(self, rules: ClosingRules, saved: bytes) -> None:
        self._k = rules.witnesses
        self._lateness_s = rules.allowed_lateness_s
        self._newest = np.sort(np.frombuffer(saved, "<i8").astype(np.int64))[-self._k :]

    def add(self, times_s: Int64) -> None:
        """Take in the times of distinct events, UTC seconds."""
        if len(self._newest) == self._k:
            times_s = times_s[times_s > self._newest[0]]
        if len(times_s):
            self._newest = np.sort(np.concatenate([self._newest, times_s]))[-self._k :]

    def missing(self, end_s: int) -> int:
        """How many more events past `end_s` and the allowed lateness it takes to close the week that ends there."""
        return self._k - int((self._newest >= end_s + self._lateness_s).sum())

    def past(self, times_s: Int64, end_s: int) -> Int64:
        """Positions of the times that witness that `end_s` is past."""
        return np.flatnonzero(times_s >= end_s + self._lateness_s)

    @property
    def watermark_s(self) -> int | None:
        """Up to here all is in, as far as k events can tell; None while there are fewer."""
        return int(self._newest[0]) - self._lateness_s if len(self._newest) == self._k else None

    def dump(self) -> bytes:
        return self._newest.astype("<i8").tobytes()


def refusals_to_hold(received: int, without_rate: int, rules: ClosingRules, *, nothing_taken: bool) -> str | None:
    """Why a week is held whose events came and were not taken in; None: no reason. A count that fits proves nothing
    then: its clients would look silent.
    """
    if received and nothing_taken:
        return f"all {received} events that came were refused"
    if without_rate > rules.no_rate_hold_share * received:
        return f"{without_rate} of {received} events have no exchange rate"
    return None


def thin_branches(
    now: Mapping[str, float], before: Sequence[Mapping[str, float]], rules: ClosingRules
) -> str | None:
    """Why a week without a sender's count is held: branches far below their usual bookings. None: no reason.

    `now` is the week's bookings by branch, `before` those of up to LOOK_BACK_WEEKS weeks before it.
    """
    if not before:
        return None
    found = []
    for branch_id, count in now.items():
        usual = sum(week.get(branch_id, 0.0) for week in before) / len(before)
        if usual >= rules.branch_hold_min_events and count < rules.branch_hold_share * usual:
            found.append(f"branch {branch_id} has {count:.0f} bookings, usually {usual:.0f}")
    return "; ".join(sorted(found)) or None


def others_complete_until_s(
    others: Iterable[OtherShard], now: datetime, grace: timedelta, calendar: WeekCalendar
) -> int | None:
    """How far every other shard that is not idle has come, UTC seconds; None where all are idle.

    A shard has come as far as its watermark or the weeks it has closed, whichever is later.
    """
    awake = [other for other in others if now - other.advanced_at < grace]
    if not awake:
        return None
    return min(_come_to_s(other, calendar) for other in awake)


def _come_to_s(other: OtherShard, calendar: WeekCalendar) -> int:
    closed_to_s = 0 if other.next_to_close is None else calendar.start_s(other.next_to_close)
    return max(closed_to_s, other.watermark_s or 0)
