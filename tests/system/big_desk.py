"""A bank of 50,000 clients and 200,000 alerts in PostgreSQL, written with COPY: what the desk is measured on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from casework.alerts.episodes import Episode, alert_id_of
from casework.alerts.message import ClientFacts, alert_message
from casework.quiet.budget import alert_worth
from schemas.explanations import weeks_left
from schemas.messages import encode_message
from schemas.verdicts import Baseline, Comparison, Direction, Grade, LeaverScore, Series, Verdict
from schemas.weeks import parse_week
from store.tables.alerts import alert, alert_evidence, alert_explanation, alert_revision
from store.tables.clients import client
from store.tables.ledger import ledger, shard, shard_week
from store.unit_of_work import Store
from tests.api.explained import an_explanation

CLIENTS, ALERTS, BRANCHES, WEEKS = 50_000, 200_000, 100, 66
LAST_WEEK = parse_week("2026-W46")
NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
_TIERS = ("A", "B", "B", "C", "C", "C")
_INDUSTRIES = ("Trading", "Logistics", "Manufacturing", "Retail", "Construction", "Catering", "Shipping")
# Of a client's four alerts the first is its open one; a sixth of these wait, are asleep or somebody has.
_FIRST_STATES = (
    "open",
    "open",
    "open",
    "acknowledged",
    "snoozed",
    "closed",
    "closed",
    "closed",
    "closed",
    "closed",
)


def fill(store: Store) -> None:
    """Everything the pages read: clients, a year and a quarter of volumes, alerts of four episodes a client."""
    _copy(store, client, _clients())
    _copy(store, shard, [(0, LAST_WEEK + 1, b"", None, 0, 1, 0, 0, 0, NOW)])
    closed = (
        (0, week, "closed", None, 1, None, 1, 1, NOW, "marker") for week in range(_first_week(), LAST_WEEK + 1)
    )
    _copy(store, shard_week, closed)
    _copy(store, ledger, _ledger())
    episodes = list(_episodes())
    _copy(store, alert, map(_alert_row, episodes))
    _copy(store, alert_evidence, map(_evidence_row, episodes))
    _copy(store, alert_revision, map(_revision_row, episodes))
    _copy(store, alert_explanation, map(_explanation_row, episodes))
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))


def empty(store: Store) -> None:
    """Let go of it all at once: the next test's row by row would take minutes."""
    names = ", ".join(f'"{table.name}"' for table in (alert, client, ledger, shard, shard_week))
    with store.write() as tx:
        tx.execute(sa.text(f"TRUNCATE {names} CASCADE"))


def branch_of(number: int) -> str:
    return f"B{number % BRANCHES:03d}"


def client_id(number: int) -> str:
    return f"C{number:06d}"


def _first_week() -> int:
    return LAST_WEEK - WEEKS + 1


def _copy(store: Store, table: sa.Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows in the order of the table's columns; columns left out at the end stay null."""
    with store.write() as tx:
        raw = tx.connection.driver_connection
        rows = iter(rows)
        first = next(rows)
        names = ", ".join(f'"{column.name}"' for column in list(table.columns)[: len(first)])
        with raw.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            copy.write_row(first)
            for row in rows:
                copy.write_row(row)


def _clients() -> Iterator[tuple[Any, ...]]:
    for n in range(CLIENTS):
        industry, tier = _INDUSTRIES[n % len(_INDUSTRIES)], _TIERS[n % len(_TIERS)]
        name, opened = f"Client {n:06d} {industry}", "2015-03-02"
        who = (client_id(n), name, "company", branch_of(n), tier, industry, None, opened, None)
        yield (*who, False, 0, _first_week())


def _ledger() -> Iterator[tuple[Any, ...]]:
    for n in range(CLIENTS):
        usual = 1_000_000 * (1 + n % 97)
        for week in range(WEEKS):
            ebb = 100 if week < WEEKS - 20 else 60
            debit = usual * ebb // 100 * (1 + (n + week) % 5) // 3
            yield client_id(n), _first_week() + week, 0, debit, usual * ebb // 100, 5, 4, 1


def _episodes() -> Iterator[Episode]:
    for n in range(ALERTS):
        number, turn = n % CLIENTS, n // CLIENTS
        state = _FIRST_STATES[number // BRANCHES % len(_FIRST_STATES)] if turn == 0 else "closed"
        week = LAST_WEEK - 8 * turn - number % 4
        grade = Grade.ALARM if n % 3 == 0 else Grade.PROMPT
        at_risk = 5_000_000 * (1 + (n * 7919) % 9973)
        verdict = Verdict(
            client_id(number),
            week,
            Direction.FALL,
            grade,
            (_comparison(grade, n),),
            at_risk,
            "standard-1",
            1,
            score=LeaverScore(n * 31 % 97 / 100, "default-1", raised=False),
        )
        yield Episode(
            alert_id=alert_id_of(verdict.client_id, Direction.FALL, week),
            client_id=verdict.client_id,
            direction=Direction.FALL,
            revision=1,
            state=state,
            grade=grade,
            opened_week=week,
            last_week=week,
            quiet_weeks=0,
            value_at_risk_minor=at_risk,
            touched=state not in ("open", "closed"),
            outcome="recovered" if state == "closed" else None,
            evidence={week: verdict},
        )


def _comparison(grade: Grade, n: int) -> Comparison:
    expected = 100_000_00 + n * 100
    return Comparison(
        Series.TURNOVER, Baseline.QUARTER_VS_YEAR, 13, 52, expected * 62 // 100, expected, -38.0, -25.0, grade
    )


def _alert_row(e: Episode) -> tuple[Any, ...]:
    found = {name: getattr(e, name) for name in (column.name for column in alert.columns) if hasattr(e, name)}
    assert e.newest.score is not None
    income_minor, onset = e.value_at_risk_minor // 1000, an_explanation(e.last_week).onset_week
    rank_minor = alert_worth(income_minor, e.newest.score.probability, weeks_left(onset, e.last_week).most)
    found |= {"direction": e.direction.value, "grade": int(e.grade), "rank_minor": rank_minor}
    found |= {"income_at_risk_minor": income_minor, "onset_week": onset}
    return tuple(found.get(column.name) for column in alert.columns)


def _evidence_row(e: Episode) -> tuple[Any, ...]:
    return e.alert_id, e.last_week, int(e.grade), json.dumps(msgspec.to_builtins(e.newest))


def _revision_row(e: Episode) -> tuple[Any, ...]:
    facts = ClientFacts(e.client_id, f"Client {e.client_id}", branch_of(int(e.client_id[1:])), "B")
    return e.alert_id, 1, encode_message(alert_message(e, facts, "HKD"))


def _explanation_row(e: Episode) -> tuple[Any, ...]:
    told = an_explanation(e.last_week)
    explanation = json.dumps(msgspec.to_builtins(told))
    found = (e.alert_id, told.week, 1, told.onset_week, told.label.value, told.strength.value)
    return *found, explanation, told.version
