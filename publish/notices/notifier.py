"""Notices to people. At least once, never in quiet hours, and nothing else stops because a channel is down."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from zoneinfo import ZoneInfo

import msgspec

from casework.notices.address import scheme_of
from casework.notices.notice_facts import read_facts
from casework.notices.quiet_hours import end_of_quiet
from casework.notices.text import NoticeText, notice_text
from publish.notices.channel import Channel, NotSent
from store.notices import notice_queue
from store.notices.notice_queue import DueNotice
from store.operations.turns import Turn
from store.unit_of_work import Store, is_transient
from telemetry.metrics import Metrics

log = logging.getLogger(__name__)

LEASE = "notify"
LEASE_TTL = timedelta(seconds=60)
RENEW_BEFORE_END = timedelta(seconds=30)  # one send takes half of that at the longest
BATCH = 100
IDLE_S = 2.0
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=1)
TRIES_AT_LEAST = 5  # where this process was down for a day, its first try is not the last


@dataclass(frozen=True, slots=True)
class Down:
    """A person's channel that failed in this round. `given_up`: it has failed for a day."""

    until: datetime
    reason: str
    given_up: bool


class Notifier:
    """One of any number of senders on a database; one at a time holds the lease.

    Failure policy: fails open. A send that fails is counted and tried again later and later, for a day; then the
    notice keeps the reason and is given up. One failure puts off all that the same person waits for.
    """

    def __init__(
        self,
        store: Store,
        channel: Channel,
        metrics: Metrics,
        clock: Callable[[], datetime],
        turn: Turn,
        *,
        zone: ZoneInfo,
        currency: str,
        desk_url: str | None,
    ) -> None:
        self._store = store
        self._channel = channel
        self._metrics = metrics
        self._clock = clock
        self._turn = turn
        self._zone = zone
        self._currency = currency
        self._desk_url = desk_url

    def run_once(self) -> int:
        """Send what is due; how many were sent. 0 as well where another one holds the lease.

        1. Measure. 2. Hold the lease. 3. Read what is due. 4. Send each, and mark it at once.
        """
        self._measure()
        sent = 0
        down: dict[str, Down] = {}  # by person
        for waiting in self._read() if self._turn.is_mine() else ():
            if not self._turn.is_mine():
                break
            sent += self._handle(waiting, down)
        return sent

    def run(self, stop: Event, worked: Callable[[], None] = lambda: None) -> None:
        """Send until `stop` is set, then give the lease back. Calls `worked` after each round; raises where the
        database is away.
        """
        try:
            while not stop.is_set():
                try:
                    sent = self.run_once()
                    worked()
                except Exception as error:
                    if is_transient(error):
                        raise
                    log.exception("notices could not be sent")
                    self._metrics.notice_failures.labels("none").inc()
                    sent = 0
                if not sent:
                    stop.wait(IDLE_S)
        finally:
            self._turn.release()

    def _read(self) -> list[DueNotice]:
        with self._store.read() as tx:
            return notice_queue.load_due(tx, self._clock(), BATCH)

    def _handle(self, waiting: DueNotice, down: dict[str, Down]) -> bool:
        """Whether it was sent. Off it goes, or it waits, or it is given up."""
        now = self._clock()
        loud = now if waiting.kind == "test" else end_of_quiet(now, waiting.reader.quiet, self._zone)
        if waiting.barred is not None:
            self._give_up(waiting, waiting.barred)
        elif loud > now:
            self._store.transact(lambda tx: notice_queue.put_off(tx, waiting.notice_id, loud))
        elif (failed := down.get(waiting.reader.user)) is not None:
            if failed.given_up and now - waiting.written_at >= GIVE_UP_AFTER:
                self._give_up(waiting, failed.reason)
            else:
                self._store.transact(lambda tx: notice_queue.put_off(tx, waiting.notice_id, failed.until))
        else:
            return self._send(waiting, down)
        return False

    def _send(self, waiting: DueNotice, down: dict[str, Down]) -> bool:
        reader = waiting.reader
        try:
            self._channel.send(reader.address, self._text(waiting))
        except NotSent as error:
            self._failed(waiting, error, down)
            return False
        now = self._clock()
        self._store.transact(lambda tx: notice_queue.mark_sent(tx, waiting.notice_id, now))
        self._metrics.notices_sent.labels(waiting.kind, scheme_of(reader.address)).inc()
        return True

    def _text(self, waiting: DueNotice) -> NoticeText:
        """Raises NotSent for facts of another version of this program."""
        try:
            return notice_text(
                waiting.kind,
                read_facts(waiting.facts),
                waiting.reader.language,
                currency=self._currency,
                desk_url=self._desk_url,
            )
        except (msgspec.ValidationError, KeyError):
            raise NotSent("its text could not be made", hopeless=True) from None

    def _failed(self, waiting: DueNotice, error: NotSent, down: dict[str, Down]) -> None:
        now, tries, scheme = self._clock(), waiting.tries + 1, scheme_of(waiting.reader.address)
        self._metrics.notice_failures.labels(scheme).inc()
        log.warning("a notice was not sent", extra={**_log_fields(waiting), "tries": tries, "reason": str(error)})
        too_old = now - waiting.written_at >= GIVE_UP_AFTER and tries >= TRIES_AT_LEAST
        until = now + min(FIRST_PAUSE * 2 ** min(tries - 1, 10), LONGEST_PAUSE)
        if not error.hopeless:
            down[waiting.reader.user] = Down(until, str(error), too_old)
        if error.hopeless or too_old or waiting.kind == "test":
            self._give_up(waiting, str(error))
        else:
            self._store.transact(lambda tx: notice_queue.try_again(tx, waiting.notice_id, until))

    def _give_up(self, waiting: DueNotice, reason: str) -> None:
        self._store.transact(lambda tx: notice_queue.give_up(tx, waiting.notice_id, reason))
        self._metrics.notices_given_up.labels(scheme_of(waiting.reader.address)).inc()
        log.error("a notice was given up", extra={**_log_fields(waiting), "reason": reason})

    def _measure(self) -> None:
        now = self._clock()
        with self._store.read() as tx:
            count, oldest = notice_queue.queue_depth(tx, now)
        self._metrics.notices_waiting.set(count)
        self._metrics.notices_oldest_s.set(0 if oldest is None else max(0.0, (now - oldest).total_seconds()))


def _log_fields(waiting: DueNotice) -> dict[str, object]:
    """What a log line says of a notice: of its reader's address the scheme alone."""
    return {
        "notice_id": waiting.notice_id,
        "kind": waiting.kind,
        "user": waiting.reader.user,
        "scheme": scheme_of(waiting.reader.address),
    }
