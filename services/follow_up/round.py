"""What one round of follow-up goes by, and how it works through many things, each in a transaction of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from api.deps import BankRules
from casework.notices.telling import Notice, Preference, Roles, combine
from schemas.errors import Conflict, NotFound, StaleRevision
from schemas.weeks import Week, WeekCalendar
from store import audit
from store.cases import follow_up
from store.notices import notice_preferences, notice_queue
from store.unit_of_work import Store, Tx

ACTOR, ROLE = "ebbwatch", "service"  # of what time alone does, in timelines and in the audit trail

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """One look at everything, at one moment of the bank's clock. `failed(step)` counts what went wrong."""

    store: Store
    now: datetime
    calendar: WeekCalendar
    currency: str
    rules: BankRules
    roles: Roles
    mine: Callable[[], bool]  # whether it is still this process's turn
    failed: Callable[[str], None]

    @property
    def today(self) -> date:
        """The calendar day in the bank's zone."""
        return self.now.astimezone(self.calendar.zone).date()

    @property
    def week(self) -> Week:
        return self.calendar.week_at(self.now)

    def each(self, step: str, keys: Iterable[str], work: Callable[[Tx, str], bool]) -> int:
        """`work` for each key, in a transaction of its own; how many changed anything.

        Failure policy: what a person was quicker with is left alone; what breaks is counted, and holds up no other.
        """
        done = 0
        for key in keys:
            if not self.mine():
                break
            try:
                done += self.store.transact(partial(_one, work, key))
            except (StaleRevision, Conflict, NotFound) as error:
                log.info("left alone", extra={"step": step, "key": key, "reason": str(error)})
            except Exception:
                log.exception("follow-up failed", extra={"step": step, "key": key})
                self.failed(step)
        return done

    def people(self) -> list[Preference]:
        """All who want to be told of anything."""
        with self.store.read() as tx:
            return notice_preferences.everybody(tx)

    def tell(self, wanted: Sequence[Notice], mark: tuple[str, str] | None = None) -> int:
        """Write what has not been told yet, much of a kind as one; how many. `mark`: the step, and what it saw."""
        with self.store.read() as tx:
            fresh = notice_queue.untold(tx, wanted)
            seen = mark is None or follow_up.seen(tx, mark[0]) == mark[1]
        if not fresh and seen:
            return 0

        sent, folded = combine(fresh)

        def write(tx: Tx) -> int:
            if mark is not None:
                follow_up.mark_seen(tx, *mark)
            notice_queue.write(tx, folded, self.now, folded=True)
            return notice_queue.write(tx, sent, self.now)

        return self.store.transact(write)

    def record(
        self, tx: Tx, action: str, kind: str, key: str, before: Mapping[str, Any] | None, after: Mapping[str, Any]
    ) -> None:
        """A row of the audit trail for what time alone has done."""
        audit.record(tx, audit.Entry(self.now, ACTOR, ROLE, action, kind, key, before, after, request_id=None))


def _one(work: Callable[[Tx, str], bool], key: str, tx: Tx) -> bool:
    return work(tx, key)
