"""The product's processes, each a step at a time: its own code on this world's store, broker and clock.

What `services` does around a step is done here too: where the database or the broker is away it is tried again, an
ingest session that failed is followed by a new one, and after a kill everything in memory is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Protocol

from sqlalchemy.engine import Engine

from ingest.consumer import Consumer, Pace
from publish.outbox.relay import Relay
from schemas.errors import BrokerAway, LostPartition, OffsetGone
from services import ingest
from services.detect import Judge
from services.follow_up import process as follow_up
from services.follow_up.process import FollowUp
from services.parts import Parts
from services.settings import Settings
from store.clients.client_master import HomeTaken
from store.operations.turns import Turn
from store.policies import policy_versions
from store.unit_of_work import is_transient
from telemetry.metrics import Metrics
from tests.chaos.broker import Broker, FaultyProducer, MemberSource
from tests.chaos.faults import Faults, FaultyStore
from tests.chaos.rules import EPISODES, POLICY
from tests.ingest.folding.feed import CALENDAR

ENDS_A_SESSION = (LostPartition, HomeTaken, OffsetGone)
_owners = count()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all processes share, and what each is made from."""

    engine: Engine
    faults: Faults
    broker: Broker
    settings: Settings
    metrics: Metrics
    clock: Callable[[], datetime]
    stopwatch: Callable[[], float]
    stall: Callable[[], None]

    def parts(self, *, stalls: bool = True) -> Parts:
        store = FaultyStore(self.engine, self.faults, self.stall if stalls else lambda: None)
        return Parts(self.settings, store, CALENDAR, self.metrics, self.clock)


class Process(Protocol):
    """One process of the product. `start` again after a kill: nothing is left of what was in memory."""

    name: str
    pace: int  # how often it takes a step, beside the others

    def start(self) -> None: ...
    def step(self) -> bool:
        """Whether there may be more to do at once."""

    def stop(self) -> None:
        """As at a rolling update."""


def may_pass(error: Exception) -> bool:
    """Whether `services.outliving` begins the work again after it."""
    return isinstance(error, BrokerAway) or is_transient(error)


class Ingest:
    """A member of the consumer group."""

    pace = 6

    def __init__(self, name: str, around: Surroundings) -> None:
        self.name, self._around = name, around
        self.source: MemberSource | None = None

    def start(self) -> None:
        around, draw = self._around, self._around.faults.draw
        parts = around.parts()
        self.source = MemberSource(around.broker, largest_poll=draw.randint(1, 12))
        lanes = ingest.Lanes(parts, self.source, around.stopwatch)
        pace = Pace(seconds=draw.choice([1, 3600, 4 * 86_400]), events=draw.randint(1, 40), warm_up_s=60)
        self._consumer = Consumer(
            self.source, lanes.open, ingest.REFERENCE, pace, around.metrics, around.clock, around.stopwatch
        )
        self.source.subscribe(ingest.TOPICS, self._consumer)

    def step(self) -> bool:
        assert self.source is not None
        self.source.hands_out_all = not self._around.faults.active
        before = dict(self.source.positions)
        try:
            self._consumer.step()
        except Exception as error:
            if not may_pass(error) and not isinstance(error, ENDS_A_SESSION):
                raise
            self._leave()
            self.start()
        return self.source.positions != before

    def stop(self) -> None:
        assert self.source is not None
        with suppress(*ENDS_A_SESSION):
            self._consumer.save_all()
        self._leave()

    def _leave(self) -> None:
        """Nothing more is saved; the broker hears of it."""
        assert self.source is not None
        self._consumer.lost(sorted(self.source.positions))
        self.source.close()


class Detect:
    """The judge of closed weeks."""

    pace = 6

    def __init__(self, name: str, around: Surroundings) -> None:
        self.name, self._around = name, around

    def start(self) -> None:
        parts = self._around.parts()
        self._judge = Judge(parts, POLICY, EPISODES)
        parts.store.transact(lambda tx: policy_versions.ensure_base_policy(tx, POLICY, parts.clock()))

    def step(self) -> bool:
        return self._judge.judge_next() is not None

    def stop(self) -> None:
        pass


class Relaying:
    """The outbox to the broker."""

    pace = 4

    def __init__(self, name: str, around: Surroundings) -> None:
        self.name, self._around = name, around

    def start(self) -> None:
        around, parts = self._around, self._around.parts()
        producer = FaultyProducer(around.broker, around.stall)
        owner = f"{self.name}:{next(_owners)}"
        self._relay = Relay(parts.store, producer, parts.metrics, parts.clock, owner)

    def step(self) -> bool:
        return self._relay.run_once() > 0

    def stop(self) -> None:
        pass


class FollowingUp:
    """What time alone does."""

    pace = 1

    def __init__(self, name: str, around: Surroundings) -> None:
        self.name, self._around = name, around

    def start(self) -> None:
        parts = self._around.parts()
        owner = f"{self.name}:{next(_owners)}"
        turn = Turn(
            parts.store,
            follow_up.LEASE,
            owner,
            parts.clock,
            ttl=follow_up.LEASE_TTL,
            renew_before_end=follow_up.RENEW_BEFORE_END,
        )
        self._follow_up = FollowUp(parts, turn)

    def step(self) -> bool:
        self._follow_up.run_once()
        return False

    def stop(self) -> None:
        pass
