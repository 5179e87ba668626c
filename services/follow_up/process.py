"""`ebbwatch follow-up`: what time alone does, and what people have to be told of.

Every minute of the bank's clock, one step after the other, each in transactions of its own. Each is safe to do
again: killed between two steps it goes on with the first, and two processes at once do everything once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Event

from services.bank_rules import bank_of
from services.follow_up.budget import admit
from services.follow_up.cases import (
    age_remedies,
    follow_clients,
    open_missed_departures,
    reopen_cases,
    resume_cases,
)
from services.follow_up.deadlines import tell_deadlines
from services.follow_up.digest import tell_digest
from services.follow_up.notices import tell_alarms, tell_approvals, tell_assigned, tell_endings, tell_moved
from services.follow_up.round import Round
from services.outliving import Outliving
from services.parts import Parts, Work, run_process, utc_now
from store.cases import follow_up
from store.ledger.backlog import find_backlog
from store.notices import notice_queue
from store.operations.turns import Turn
from store.sign_in import sign_in_attempts, web_sessions
from store.unit_of_work import Tx, is_transient

LEASE = "follow-up"
LEASE_TTL = timedelta(minutes=3)
RENEW_BEFORE_END = timedelta(minutes=2)  # longer than any one step takes
EVERY = timedelta(minutes=1)  # of the bank's clock, which beside a simulated bank runs faster than the world's
LOOK_S = 1.0  # between two looks at that clock
KEEP_NOTICES = timedelta(days=92)  # longer than anything is news: what is forgotten would be told again

log = logging.getLogger(__name__)


def forget(current: Round) -> int:
    """Once an hour: old notices; sessions and sign-ins that have run out, by the world's clock, not the bank's."""
    now, hour = utc_now(), f"{current.now:%Y-%m-%dT%H}"
    with current.store.read() as tx:
        if follow_up.find_mark(tx, "forget") == hour:
            return 0

    def work(tx: Tx) -> int:
        follow_up.save_mark(tx, "forget", hour)
        gone = notice_queue.forget_sent(tx, current.now - KEEP_NOTICES)
        return gone + web_sessions.forget_expired(tx, now) + sign_in_attempts.forget_expired(tx, now)

    return current.store.transact(work)


STEPS: tuple[Callable[[Round], int], ...] = (
    age_remedies,
    resume_cases,
    reopen_cases,
    open_missed_departures,
    follow_clients,
    admit,
    tell_alarms,
    tell_moved,
    tell_assigned,
    tell_approvals,
    tell_endings,
    tell_deadlines,
    tell_digest,
    forget,
)


class FollowUp:
    """One of any number of processes on a database; one at a time holds the lease and works.

    Failure policy: a step that fails is counted, and tried again in the next round; the others go on. Where the
    database is away, the round is given up.
    """

    def __init__(self, parts: Parts, turn: Turn) -> None:
        self._parts = parts
        self._turn = turn
        self._bank = bank_of(parts.settings, parts.calendar)
        for step in ("round", *(each.__name__ for each in STEPS)):
            parts.metrics.follow_up_done.labels(step)
            parts.metrics.follow_up_failures.labels(step)

    def run_once(self) -> bool:
        """One round, whether it was this process's turn for all of it."""
        current = self.begin_round()
        for step in STEPS:
            if not self._turn.is_mine():
                return False
            self._do(step, current)
        self._measure_backlog(current)
        self._parts.metrics.follow_up_last_s.set(utc_now().timestamp())
        return True

    def run(self, stop: Event, worked: Callable[[], None] = lambda: None) -> None:
        """A round whenever a minute of the bank's clock has passed, until `stop` is set. Calls `worked` after each;
        raises where the database is away.
        """
        last = None
        try:
            while not stop.is_set():
                now = self._parts.clock()
                if last is None or now >= last + EVERY:
                    last = now
                    self._guarded_round()
                    worked()
                stop.wait(LOOK_S)
        finally:
            self._turn.release()

    def _guarded_round(self) -> None:
        try:
            self.run_once()
        except Exception as error:
            if is_transient(error):
                raise
            log.exception("a round of follow-up failed")
            self._failed("round")

    def _do(self, step: Callable[[Round], int], current: Round) -> None:
        name = step.__name__
        try:
            done = step(current)
        except Exception as error:
            if is_transient(error):
                raise
            log.exception("follow-up failed", extra={"step": name})
            self._failed(name)
            return
        if done:
            self._parts.metrics.follow_up_done.labels(name).inc(done)
            log.info("followed up", extra={"step": name, "count": done})

    def begin_round(self) -> Round:
        """What stands now."""
        return Round(self._parts.store, self._parts.clock(), self._bank, self._turn.is_mine, self._failed)

    def _measure_backlog(self, current: Round) -> None:
        """Whether the detector does its work: another process tells, since one that stands still says nothing."""
        with current.store.read() as tx:
            backlog = find_backlog(tx)
        since, metrics = backlog.oldest_closed_at, self._parts.metrics
        metrics.weeks_unjudged.set(backlog.weeks)
        metrics.unjudged_age_s.set(0 if since is None else max(0.0, (current.now - since).total_seconds()))

    def _failed(self, step: str) -> None:
        self._parts.metrics.follow_up_failures.labels(step).inc()


def follow_up_work(parts: Parts) -> Work:
    """A lease says which of several works; leases go by the real clock. Raises BadSetting."""
    turn = Turn(parts.store, LEASE, parts.owner, utc_now, ttl=LEASE_TTL, renew_before_end=RENEW_BEFORE_END)
    follow_up_rounds = FollowUp(parts, turn)
    outliving = Outliving("follow-up", parts.metrics)
    return lambda stop: outliving.run(stop, lambda: follow_up_rounds.run(stop, outliving.worked))


def main() -> None:
    run_process("follow-up", follow_up_work)
