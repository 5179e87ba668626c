"""A small bank behind the real application: two branches, a few clients, alerts, dead letters and a held week."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from acts.sign_in.local_key import LocalKey, issue_token
from api.app import create_app
from api.deps import ApiDeps
from api.keys import Keys
from casework.alerts.episodes import Episode, alert_id_of
from casework.cases.case_lifecycle import open_case
from schemas.verdicts import Baseline, Comparison, Direction, Grade, Series, Verdict
from schemas.weeks import WeekCalendar, parse_week
from store.alerts import alert_rows
from store.cases import case_rows
from store.tables.clients import client
from store.tables.ledger import ledger, shard, shard_week
from store.tables.operations import dead_letter
from store.unit_of_work import Store, open_store
from telemetry.metrics import Metrics

NOW = datetime(2026, 1, 13, 2, tzinfo=UTC)
WEEK = parse_week("2026-W02")
CASE = "00000000-0000-4000-8000-00000000000c"
_HELD = {"held": "5 of 7 events"}
CALENDAR = WeekCalendar(ZoneInfo("Asia/Hong_Kong"))


@dataclass
class Clock:
    """Stands still until told."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Bank:
    """What stands in the store. Every method adds to it in a transaction of its own."""

    store: Store

    def two_branches(self) -> None:
        """C1 and C2 in B1, D1 in B2; an alarm on C1 and D1, a prompt on C2; a dead letter; a held week."""
        for client_id, branch in (("C1", "B1"), ("C2", "B1"), ("D1", "B2")):
            self.client(client_id, branch, first_week=WEEK)
        self.alert("C1")
        self.alert("C2", grade=Grade.PROMPT, at_risk=50_000_00)
        self.alert("D1", at_risk=900_000_00)
        self.dead_letter(1)
        self.shard(WEEK)
        self.weeks({WEEK - 1: "closed", WEEK: "held"})

    def client(self, client_id: str, branch: str, **facts: object) -> None:
        row = {"name": f"{client_id} Trading", "kind": "company", "tier": "B", "placeholder": False, "shard": 0}
        with self.store.write() as tx:
            tx.execute(client.insert().values(row | {"client_id": client_id, "branch_id": branch} | facts))

    def alert(
        self, client_id: str, *, at_risk: int = 120_000_00, grade: Grade = Grade.ALARM, **facts: object
    ) -> str:
        """An open alert on the client; its id. `explained`: why, as of its week."""
        why = facts.pop("explained", None)
        direction, week = facts.pop("direction", Direction.FALL), facts.pop("week", WEEK)
        verdict = Verdict(client_id, week, direction, grade, (_fall(grade),), at_risk, "policy-1", 1)
        episode = Episode(
            alert_id=alert_id_of(client_id, direction, week),
            client_id=client_id,
            direction=direction,
            revision=1,
            state="open",
            grade=grade,
            opened_week=week,
            last_week=week,
            quiet_weeks=0,
            value_at_risk_minor=at_risk,
            evidence={week: verdict},
            unsaved_weeks=frozenset({week}),
            **facts,
        )
        with self.store.write() as tx:
            told = alert_rows.load_client_facts(tx, [client_id])[client_id]
            new = {} if why is None else {episode.alert_id: why}
            alert_rows.save_all(tx, [episode], {client_id: told}, "HKD", NOW, new)
        return episode.alert_id

    def case(self, client_id: str, case_id: str = CASE, *alert_ids: str, **facts: object) -> str:
        """A case that is forming: manager-b001 leads, staff-17 belongs to it; its id."""
        staff = [("staff-17", "analyst")]
        case = open_case(
            case_id, client_id, alert_ids=alert_ids, alarm=True, lead="manager-b001", members=staff, at=NOW,
            today=NOW.date(), week=WEEK + 1,
        )  # fmt: skip
        with self.store.write() as tx:
            branch = alert_rows.load_client_facts(tx, [client_id])[client_id].branch_id
            case_rows.save(tx, replace(case, **{"worked_in": branch} | facts))
        return case_id

    def dead_letter(self, number: int, value: bytes | None = b'{"amount":"1,5"}', **facts: object) -> str:
        identity = f"00000000-0000-5000-8000-{number:012d}"
        row = {"topic": "corebank.activity", "partition": 0, "offset": number, "key": b"C1", "reason": "bad_amount"}
        row |= {"detail": "no decimal", "recorded_at": NOW + timedelta(seconds=number)}
        with self.store.write() as tx:
            tx.execute(dead_letter.insert().values(row | {"dead_letter_id": identity, "value": value} | facts))
        return identity

    def weeks(self, states: Mapping[int, str], home: int = 0) -> None:
        row = {"shard": home, "received": 5, "expected": 7, "judged_revision": 0}
        rows = [
            row
            | {"week": week, "state": state, "revision": int(state == "closed"), "hold_reason": _HELD.get(state)}
            for week, state in states.items()
        ]
        with self.store.write() as tx:
            tx.execute(shard_week.insert(), rows)

    def shard(self, next_to_close: int, home: int = 0) -> None:
        zeros = dict.fromkeys(("amendments", "accepted", "duplicates", "late", "dead_letters"), 0)
        row = {"shard": home, "next_to_close": next_to_close, "newest_events_s": b"", "advanced_at": NOW}
        with self.store.write() as tx:
            tx.execute(shard.insert().values(row | zeros))

    def volumes(self, client_id: str, amounts: Mapping[int, tuple[int, int]]) -> None:
        """Debit and credit of each week, minor units; one event each way."""
        row = {"client_id": client_id, "debit_count": 1, "credit_count": 1, "revision": 1, "shard": 0}
        rows = [
            row | {"week": week, "debit_minor": debit, "credit_minor": credit}
            for week, (debit, credit) in amounts.items()
        ]
        with self.store.write() as tx:
            tx.execute(ledger.insert(), rows)


@dataclass
class Api:
    """The real application on a store, and people who use it. Making it takes long: each test gets the same one."""

    app: FastAPI
    store: Store
    key: Keys
    clock: Clock = field(default_factory=Clock)
    metrics: Metrics = field(default_factory=Metrics)
    lacking: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app.state.deps = ApiDeps(
            store=self.store,
            metrics=self.metrics,
            clock=self.clock,
            calendar=CALENDAR,
            base_currency="HKD",
            keys=self.key,
            readiness=lambda: self.lacking,
        )

    def anyone(self) -> TestClient:
        person = TestClient(self.app, raise_server_exceptions=False)
        person.portal = self.app.state.portal
        return person

    def a(self, role: str, branch: str | None = None, user: str = "staff-17") -> TestClient:
        """A person of this role, with a token."""
        assert isinstance(self.key, LocalKey)
        token = issue_token(self.key, user, role, branch, timedelta(hours=1))
        person = self.anyone()
        person.headers["Authorization"] = f"Bearer {token}"
        return person

    def staff(self, branch: str = "B1", user: str = "staff-17") -> TestClient:
        return self.a("branch_staff", branch, user)


def _fall(grade: Grade) -> Comparison:
    return Comparison(Series.CREDIT, Baseline.QUARTER_VS_YEAR, 13, 52, 620_000, 1_000_000, -38.0, -25.0, grade)


@pytest.fixture
def sqlite_store(new_sqlite_store: Callable[[], Store]) -> Iterator[Store]:
    store = new_sqlite_store()
    yield store
    store.close()


@pytest.fixture(scope="session")
def local_key(tmp_path_factory: pytest.TempPathFactory) -> LocalKey:
    return LocalKey(tmp_path_factory.mktemp("key"))


@pytest.fixture(scope="session")
def application(local_key: LocalKey) -> Iterator[FastAPI]:
    """In one event loop, as it is served. Its dependencies are each test's own: see Api."""
    app = create_app(
        ApiDeps(open_store("sqlite://"), Metrics(), Clock(), CALENDAR, "HKD", local_key, dict[str, str | None])
    )
    with TestClient(app) as running:
        app.state.portal = running.portal
        yield app


@pytest.fixture
def bank(sqlite_store: Store) -> Bank:
    return Bank(sqlite_store)


@pytest.fixture
def api(application: FastAPI, sqlite_store: Store, local_key: LocalKey) -> Api:
    return Api(application, sqlite_store, local_key)


@pytest.fixture
def bank_on(application: FastAPI, local_key: LocalKey) -> Callable[[Store], tuple[Bank, Api]]:
    """The same on another store."""
    return lambda store: (Bank(store), Api(application, store, local_key))


@pytest.fixture
def two_branches(bank: Bank) -> Bank:
    bank.two_branches()
    return bank
