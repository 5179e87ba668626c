"""What one round of follow-up goes by, and how it works through many things, each in a transaction of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from acts.bank import Bank, BankRules
from acts.callers import TIME_ALONE
from acts.performing import ActContext, Performer
from casework.notices.notice_facts import Facts
from casework.notices.notice_making import Notice, combine, notices_for
from casework.notices.recipients import Preference
from schemas.errors import Conflict, NotFound, StaleRevision
from schemas.vocabulary import NoticeKind
from schemas.weeks import Week
from store.cases import follow_up
from store.notices import notice_preferences, notice_queue
from store.unit_of_work import Store, Tx, is_transient

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """One look at everything, at one moment of the bank's clock. `failed(step)` counts what went wrong."""

    store: Store
    now: datetime
    bank: Bank
    mine: Callable[[], bool]  # whether it is still this process's turn
    failed: Callable[[str], None]

    @property
    def rules(self) -> BankRules:
        return self.bank.rules

    @property
    def zone(self) -> ZoneInfo:
        return self.bank.calendar.zone

    @property
    def today(self) -> date:
        """The calendar day in the bank's zone."""
        return self.bank.day_of(self.now)

    @property
    def week(self) -> Week:
        return self.bank.calendar.week_at(self.now)

    def each(self, step: str, keys: Iterable[str], act: Callable[[ActContext, str], bool]) -> int:
        """Perform `act` for each key, in a transaction of its own; how many changed anything.

        Failure policy: what a person was quicker with is left alone; what breaks is counted, and holds up no other.
        Raises where the database is away.
        """
        performer = Performer(self.store, self.bank, lambda: self.now)
        done = 0
        for key in keys:
            if not self.mine():
                break
            try:
                done += performer.perform(TIME_ALONE, partial(_act_on, act, key))
            except (StaleRevision, Conflict, NotFound) as error:
                log.info("left alone", extra={"step": step, "key": key, "reason": str(error)})
            except Exception as error:
                if is_transient(error):
                    raise
                log.exception("follow-up failed", extra={"step": step, "key": key})
                self.failed(step)
        return done

    def people(self) -> list[Preference]:
        """All who want to be told of anything."""
        with self.store.read() as tx:
            return notice_preferences.load_all(tx)

    def notices(
        self, people: Iterable[Preference], kind: NoticeKind, subject_key: str, facts: Facts
    ) -> list[Notice]:
        """Of one thing, for those of `people` who want to hear of its kind."""
        return notices_for(people, kind, subject_key, facts, self.now, self.zone)

    def write_notices(self, wanted: Sequence[Notice], mark: tuple[str, str] | None = None) -> int:
        """Write those that have not been written yet, many of a kind as one; how many. `mark`: the step, and what
        it saw.
        """
        with self.store.read() as tx:
            fresh = notice_queue.without_stored(tx, wanted)
            seen = mark is None or follow_up.find_mark(tx, mark[0]) == mark[1]
        if not fresh and seen:
            return 0

        sent, folded = combine(fresh)

        def write(tx: Tx) -> int:
            if mark is not None:
                follow_up.save_mark(tx, *mark)
            notice_queue.add_notices(tx, folded, self.now, folded=True)
            return notice_queue.add_notices(tx, sent, self.now)

        return self.store.transact(write)


def _act_on(act: Callable[[ActContext, str], bool], key: str, context: ActContext) -> bool:
    return act(context, key)
