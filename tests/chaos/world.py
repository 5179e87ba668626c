"""One thread in which everything happens: who takes a step, what time it is, what arrives and what goes wrong are
drawn from one seed.
"""

from __future__ import annotations

import random
from datetime import timedelta

from telemetry.metrics import Metrics
from tests.chaos.broker import DEAF_POLLS, Broker, MemberSource
from tests.chaos.checkers.checking import Checkers, Wrong
from tests.chaos.checkers.ledger import LedgerChecker, WeekChecker
from tests.chaos.checkers.outcomes import AuditChecker, EpisodeChecker, FollowUpChecker, OutboxChecker
from tests.chaos.database import Database
from tests.chaos.faults import Faults, Killed
from tests.chaos.processes import Detect, FollowingUp, Ingest, Process, Relaying, Surroundings, may_pass
from tests.chaos.quarter import Quarter
from tests.chaos.rules import BEGIN, WEEKS, settings
from tests.chaos.staff import Staff

END = BEGIN + timedelta(weeks=WEEKS + 3)  # people have something to do in the end alone
ALL_SENT = END + timedelta(weeks=7)  # with what comes as late as may be
SETTLING_ROUNDS = 40
MOST_STEPS = 100  # of one process in a settling round
DEEPEST_STALL = 2  # so many may stand still while another one goes on


class World:
    """A seed's quarter, its processes and its faults. `active` False: the same quarter, and nothing goes wrong."""

    def __init__(self, seed: int, database: Database, *, active: bool = True) -> None:
        self.quarter = Quarter(seed)
        self.faults = Faults(random.Random(f"faults of {seed}"), active=active)
        self.now = BEGIN
        self.broker = Broker(self.faults)
        self.people_act = active and self.faults.draw.random() < 0.4
        metrics = Metrics()
        around = Surroundings(
            database.store.engine,
            self.faults,
            self.broker,
            settings(branch_weekly_alerts=self.faults.draw.choice([0, 1]) if self.people_act else 0),
            metrics,
            lambda: self.now,
            self._elapsed_s,
            self._stall,
        )
        self.processes = _processes(around)
        self.staff = Staff("staff-1", around, database)
        if self.people_act:
            self.processes.append(self.staff)
        self._running: list[Process] = []  # the last one works, those before it stand still
        self._down: list[Process] = list(self.processes)
        self._unheard: list[MemberSource] = []  # of killed members: the broker does not know yet
        self._sent = 0
        self.checkers = Checkers(
            (
                LedgerChecker(database, self.quarter),
                WeekChecker(database, lambda: self.now),
                EpisodeChecker(database),
                OutboxChecker(database, self.broker),
                AuditChecker(database, self.staff),
                FollowUpChecker(metrics),
            )
        )
        database.empty()
        database.add_people()

    def play(self) -> None:
        """The quarter, then everything comes to rest with nothing going wrong any more."""
        while self.now < END:
            self._pass_time()
            self._go_wrong()
            self._take_step(self._choose())
        self.settle()

    # -- time and what it brings ---------------------------------------------------------------------------------
    def _pass_time(self) -> None:
        """Moments, now and then days, or until a week has just been marked as sent."""
        draw = self.faults.draw
        by = timedelta(seconds=draw.uniform(0, 30))
        if draw.random() < 0.3:
            by = timedelta(hours=draw.uniform(4, 60))
            marked_s = next((at_s for at_s in self.quarter.marked_s if at_s > self.now.timestamp()), None)
            if marked_s is not None and draw.random() < 0.5:
                by = min(by, timedelta(seconds=marked_s - self.now.timestamp() + 1))
        if self.faults.strikes("clock jumped"):
            by += timedelta(days=draw.uniform(1, 20))
        self._move(by)

    def _elapsed_s(self) -> float:
        return (self.now - BEGIN).total_seconds()

    def _move(self, by: timedelta) -> None:
        self.now += by
        sent, moment_s = self.quarter.sent, self.now.timestamp()
        while self._sent < len(sent) and sent[self._sent].at_s <= moment_s:
            each = sent[self._sent]
            self.broker.logs[each.topic, each.partition].append(each.record)
            self._sent += 1

    def _go_wrong(self) -> None:
        """What happens to a whole process, to the group and to the broker."""
        faults, broker = self.faults, self.broker
        if broker.away:
            broker.away = faults.active and faults.draw.random() < 0.8
        elif faults.strikes("broker away"):
            broker.away = True
        if faults.strikes("partitions moved"):
            broker.rebalance()
        if broker.members and faults.strikes("session expired"):
            self._expire(faults.draw.choice(broker.members))
        if self._unheard and (not faults.active or faults.draw.random() < 0.3):
            broker.leave(self._unheard.pop(0))
        if faults.strikes("process killed"):
            self._kill(self._choose())

    def _expire(self, member: MemberSource) -> None:
        member.deaf_polls = self.faults.draw.randint(0, DEAF_POLLS)
        self.broker.leave(member)

    # -- processes -----------------------------------------------------------------------------------------------
    def _choose(self) -> Process:
        free = [each for each in self.processes if each not in self._running]
        return self.faults.draw.choices(free, [each.pace for each in free])[0]

    def _take_step(self, process: Process) -> bool:
        """One step, or the start after a kill; then everything is looked at. Whether another one is worth it."""
        self._running.append(process)
        more = True
        try:
            more = self._work(process)
        except Killed:
            self._kill(process)
        except Exception as error:
            if not may_pass(error):
                raise
        finally:
            self._running.pop()
        self.checkers.check()
        return more

    def _work(self, process: Process) -> bool:
        if process in self._down:
            process.start()
            self._down.remove(process)
            return True
        if self.faults.strikes("process stopped"):
            self._kill(process)  # whatever it does not get done on leaving
            process.stop()
            return True
        return process.step()

    def _kill(self, process: Process) -> None:
        """Nothing of it is left; the broker has not noticed yet."""
        if process not in self._down:
            self._down.append(process)
        if isinstance(process, Ingest) and process.source is not None:
            self._unheard.append(process.source)

    def _stall(self) -> None:
        """A process stands still where it asked for this; others go on, and may take over what it holds."""
        if len(self._running) > DEEPEST_STALL or not self.faults.active:
            return
        process, draw = self._running[-1], self.faults.draw
        if isinstance(process, Ingest) and process.source in self.broker.members and draw.random() < 0.5:
            self._expire(process.source)
        for _ in range(draw.randint(1, 6)):
            self._pass_time()
            self._take_step(self._choose())

    # -- the end -------------------------------------------------------------------------------------------------
    def settle(self) -> None:
        """All that is left is sent, and nothing goes wrong any more: everything must come to its end."""
        self.faults.active = False
        self._move(ALL_SENT - self.now)
        for _ in range(SETTLING_ROUNDS):
            self._move(timedelta(days=5))  # whatever waits for its time is due
            self._go_wrong()
            for process in self.processes:
                self._work_off(process)
            if self._is_at_rest():
                break
        self.checkers.check_at_rest()

    def _work_off(self, process: Process) -> None:
        """Steps of one process for as long as there is something for it to do."""
        for _ in range(MOST_STEPS):
            if not self._take_step(process):
                return

    def _is_at_rest(self) -> bool:
        try:
            self.checkers.check_at_rest()
        except Wrong:
            return False
        return True


def _processes(around: Surroundings) -> list[Process]:
    return [
        Ingest("ingest-1", around),
        Ingest("ingest-2", around),
        Detect("detect-1", around),
        Relaying("relay-1", around),
        Relaying("relay-2", around),
        FollowingUp("follow-up-1", around),
    ]
