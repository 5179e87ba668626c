"""A person at the desk: acts on alerts, and asks again with the same key where no answer came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from acts import alerts
from acts.callers import Caller
from acts.performing import Act, ActContext, ActRequest, Performer
from acts.roles import Role
from casework.alerts.episodes import Episode
from schemas.errors import EbbwatchError
from services.bank_rules import bank_of
from store.idempotency import KEPT_FOR, Answer
from tests.chaos.database import Database
from tests.chaos.processes import Surroundings
from tests.ingest.folding.feed import CALENDAR

MANAGER = Caller("U-manager", Role.BRANCH_MANAGER, None)


@dataclass(frozen=True, slots=True)
class Asked:
    """An act on the revision that the person sees. Given up where no answer comes for as long as keys are kept."""

    request: ActRequest
    act: Act[Episode]
    at: datetime


class Staff:
    """A process like the others: killed, it is the request that ends, and the person asks again."""

    pace = 10

    def __init__(self, name: str, around: Surroundings, database: Database) -> None:
        self.name, self._around, self._database = name, around, database
        self._asked: Asked | None = None
        self._count = 0
        self.answered: dict[str, int] = {}  # audit rows that each request was told of
        self.unanswered: set[str] = set()

    def start(self) -> None:
        around = self._around
        bank = bank_of(around.settings, CALENDAR)
        self._performer = Performer(around.parts(stalls=False).store, bank, around.clock)

    def step(self) -> bool:
        asked = self._asked or self._choose()
        if asked is None:
            return False
        self._asked, key = asked, asked.request.key or ""
        self.unanswered.add(key)
        if self._around.clock() - asked.at >= KEPT_FOR:
            self._asked = None
        elif self._is_answered(asked, key):
            self._asked = None
            self.unanswered.discard(key)
        return False

    def stop(self) -> None:
        pass

    def _is_answered(self, asked: Asked, key: str) -> bool:
        try:
            answer, _ = self._performer.perform_once(MANAGER, asked.act, asked.request, _count_entries)
            rows = answer.status - 200
        except EbbwatchError:  # somebody was quicker, or the rules refuse it
            rows = 0
        if self._around.faults.strikes("answer lost"):
            return False
        self.answered[key] = rows
        return True

    def _choose(self) -> Asked | None:
        """Something to do with one of the alerts that are not closed."""
        draw, at = self._around.faults.draw, self._around.clock()
        found = self._database.rows(
            "SELECT alert_id, revision FROM alert WHERE state <> 'closed' ORDER BY alert_id"
        )
        if not found:
            return None
        alert_id, revision = draw.choice(found)
        until = (at + timedelta(days=draw.randint(1, 30))).date()
        act = draw.choice(
            [
                lambda context: alerts.acknowledge(context, alert_id),
                lambda context: alerts.assign(context, alert_id, "U-somebody"),
                lambda context: alerts.snooze(context, alert_id, until, "they said so"),
                lambda context: alerts.close(context, alert_id, "false_alarm"),
            ]
        )
        self._count += 1
        key = f"{self.name}-{self._count}"
        return Asked(ActRequest((revision,), key, key, request_id=key), act, at)


def _count_entries(context: ActContext, _episode: Episode) -> Answer:
    return Answer(200 + len(context.entries), {}, b"")
