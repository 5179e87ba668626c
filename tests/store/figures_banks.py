"""Small random banks with everything in them that figures are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa

from casework.alerts.holdout import lot
from schemas.weeks import WeekCalendar, monday
from store.tables.alerts import alert, alert_opening, alert_telling
from store.tables.cases import case_alert, case_event, case_task, client_case
from store.tables.clients import client
from store.tables.ledger import ledger, shard, shard_week
from store.tables.operations import audit
from store.tables.remedies import remedy_table
from store.unit_of_work import Store

W = 2900  # the oldest open week, of the shard that is furthest
TODAY = monday(W) + timedelta(days=2)
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
FIRST = W - 100
OUTCOMES = (None, "true_diversion", "true_decline", "false_alarm", "inconclusive", "recovered", "withdrawn")
TRUTHS = ("true_diversion", "true_diversion", "true_decline", "false_alarm", "expected_event")
RETENTIONS = ("saved", "saved", "partly_saved", "lost", "lost", "self_recovered", "not_attempted")
CALENDAR = WeekCalendar(ZoneInfo("Asia/Hong_Kong"))
Rows = list[dict[str, Any]]


@dataclass
class SmallBank:
    """Rows of each table, as they are in it."""

    clients: Rows = field(default_factory=list)
    shards: dict[int, int] = field(default_factory=dict)  # oldest open week
    week_states: dict[tuple[int, int], str] = field(default_factory=dict)
    ledger: Rows = field(default_factory=list)
    alerts: Rows = field(default_factory=list)
    openings: Rows = field(default_factory=list)
    tellings: Rows = field(default_factory=list)
    acts: Rows = field(default_factory=list)
    cases: Rows = field(default_factory=list)
    case_alerts: Rows = field(default_factory=list)
    events: Rows = field(default_factory=list)
    tasks: Rows = field(default_factory=list)
    remedies: Rows = field(default_factory=list)
    salt: int = 0  # of the ids, by which the hold-out is drawn
    made: int = 0

    def new_id(self) -> str:
        self.made += 1
        return str(uuid5(UUID(int=self.salt), str(self.made)))

    def keep(self, store: Store) -> None:
        """In place of whatever the store held."""
        zeros = dict.fromkeys(("amendments", "accepted", "duplicates", "late", "dead_letters"), 0)
        shards = [
            zeros | {"shard": n, "next_to_close": week, "newest_events_s": b"", "advanced_at": NOW}
            for n, week in self.shards.items()
        ]
        weeks = [
            {"shard": n, "week": week, "state": state, "received": 0, "revision": 0, "judged_revision": 0}
            for (n, week), state in self.week_states.items()
        ]
        kept = {
            client: self.clients, shard: shards, shard_week: weeks, ledger: self.ledger, alert: self.alerts,
            alert_opening: self.openings, alert_telling: self.tellings, audit: self.acts, client_case: self.cases,
            case_alert: self.case_alerts,
            case_event: self.events,
            case_task: self.tasks, remedy_table: self.remedies,
        }  # fmt: skip
        with store.write() as tx:
            for table in reversed(kept):
                tx.execute(sa.delete(table))
            for table, rows in kept.items():
                if rows:
                    tx.execute(sa.insert(table), rows)


def a_bank(seed: int) -> SmallBank:
    """The same for the same seed. Drawn evenly: what hypothesis draws itself is small and alike."""
    random = Random(seed)
    bank = SmallBank(shards={0: W, 1: W - random.choice((0, 3, 30))}, salt=seed)
    for number in range(random.randint(1, 5)):
        _add_client(bank, random, number, np.random.default_rng(seed + number))
    for (home, week), _ in list(_weeks_of(bank).items()):
        if random.random() < 0.01:
            bank.week_states[home, week] = random.choice(("held", "closed"))
    for row in list(bank.clients):
        for _ in range(random.randint(0, 6)):
            _add_alert(bank, random, row)
        for _ in range(random.randint(0, 4)):
            _add_case(bank, random, row)
    return bank


def _weeks_of(bank: SmallBank) -> Mapping[tuple[int, int], None]:
    return dict.fromkeys(
        (home, week) for home, open_from in bank.shards.items() for week in range(FIRST, open_from)
    )


def _add_client(bank: SmallBank, random: Random, number: int, amounts: np.random.Generator) -> None:
    began = random.choice((None, FIRST, FIRST, FIRST, FIRST, W - 60, W - 20))
    gone = random.choice((None, None, None, W - 30, W - 8)) if began is not None else None
    home = random.randint(0, 1)
    client_id = f"C{number}"
    bank.clients.append(
        {
            "client_id": client_id, "name": client_id, "kind": "company", "branch_id": random.choice(("B1", "B2")),
            "tier": "A", "placeholder": False, "shard": None if began is None else home, "first_week": began,
            "last_week": gone, "closed_on": None if gone is None else monday(gone),
        }
    )  # fmt: skip
    if began is None:
        return
    silent_from = random.choice((W, W, W - 6, W - 40))
    scale = random.choice((1, 1000, 10**12))
    for week in range(began, min(bank.shards[home] + 1, W + 1) if gone is None else gone + 1):
        moved = week < silent_from
        debit, credit = (int(amounts.integers(0, 50 + week % 7)) * scale * moved for _ in range(2))
        bank.ledger.append(
            {
                "client_id": client_id, "week": week, "shard": home, "debit_minor": debit, "credit_minor": credit,
                "debit_count": int(moved), "credit_count": 0, "revision": 1,
            }
        )  # fmt: skip


def _add_alert(bank: SmallBank, random: Random, owner: dict[str, Any]) -> None:
    alert_id = bank.new_id()
    direction, outcome = random.choice(("fall", "fall", "rise")), random.choice(OUTCOMES)
    open_already = any(
        (a["client_id"], a["direction"], a["state"]) == (owner["client_id"], direction, "open") for a in bank.alerts
    )
    week, grade, at_risk = W - random.randint(1, 75), random.randint(1, 2), random.randint(0, 2000)
    bank.alerts.append(
        {
            "alert_id": alert_id, "client_id": owner["client_id"], "direction": direction, "revision": 1,
            "state": "open" if outcome is None and not open_already else "closed", "grade": grade,
            "opened_week": week, "last_week": week, "quiet_weeks": 0, "value_at_risk_minor": at_risk,
            "touched": False, "outcome": outcome, "told": random.random() < 0.8,
        }
    )  # fmt: skip
    if bank.alerts[-1]["told"] and random.random() < 0.2:
        bank.tellings.append({"alert_id": alert_id, "week": week + random.randint(1, 30), "at": NOW})
    if random.random() < 0.9:
        policy = random.choice(("standard-1", "standard-2"))
        row = {"alert_id": alert_id, "policy_version": policy, "grade": random.randint(1, grade)}
        bank.openings.append(row | {"value_at_risk_minor": at_risk, "lot": lot(alert_id)})
    for _ in range(random.randint(0, 2)):
        bank.acts.append(
            {
                "at": _at(random, week + 1), "actor": "staff-17", "role": "branch_staff", "action": "alert.snooze",
                "kind": random.choice(("alert", "alert", "case")), "key": alert_id,
            }
        )  # fmt: skip


def _add_case(bank: SmallBank, random: Random, owner: dict[str, Any]) -> None:
    mine = [c for c in bank.cases if c["client_id"] == owner["client_id"]]
    is_open = all(c["state"] == "closed" for c in mine) and random.random() < 0.3
    week = W - random.randint(1, 60)
    case_id = bank.new_id()
    ended = min(W, week + random.randint(0, 30))
    bank.cases.append(
        {
            "case_id": case_id, "client_id": owner["client_id"], "revision": 1, "origin": "alert", "alarm": True,
            "lead": "manager-b001", "opened_at": _at(random, week), "opened_week": week, "times_reopened": 0,
            "state": random.choice(("forming", "plan")) if is_open else "closed",
            "closed_at": None if is_open else _at(random, ended), "closed_week": None if is_open else ended,
            "truth": None if is_open else random.choice(TRUTHS),
            "retention": None if is_open else random.choice(RETENTIONS),
            "cause": None if is_open else "fees",
        }
    )  # fmt: skip
    for _ in range(random.choice((0, 0, 1, 2))):
        bank.cases[-1]["times_reopened"] += 1
        event = {"case_id": case_id, "at": _at(random, week + random.randint(0, 12)), "actor": "ebbwatch"}
        bank.events.append(event | {"what": random.choice(("reopened", "moved")), "state": "reopened"})
    theirs = [a["alert_id"] for a in bank.alerts if a["client_id"] == owner["client_id"]]
    for alert_id in random.sample(theirs, random.randint(0, len(theirs))):
        bank.case_alerts.append({"case_id": case_id, "alert_id": alert_id})
    for place in range(random.randint(0, 2)):
        _add_task(bank, random, case_id, place, week)
    for _ in range(random.randint(0, 3)):
        _add_remedy(bank, random, case_id, owner["client_id"], week)


def _add_task(bank: SmallBank, random: Random, case_id: str, place: int, week: int) -> None:
    done = random.random() < 0.7
    bank.tasks.append(
        {
            "task_id": bank.new_id(), "case_id": case_id, "place": place,
            "title": "call", "owner": "staff-17", "due_on": TODAY, "kind": random.choice(("contact", "other")),
            "state": "done" if done else "open", "done_at": _at(random, week + 2) if done else None,
        }
    )  # fmt: skip


def _add_remedy(bank: SmallBank, random: Random, case_id: str, client_id: str, week: int) -> None:
    kind = random.choice(("fee_reduction", "marketing", "no_action"))
    state = random.choice(
        ("draft", "submitted", "approved", "active", "expiring", "expired", "revoked", "rejected")
    )
    starts_on = monday(week) + timedelta(days=random.randint(0, 200))
    ends_on = starts_on + timedelta(days=random.randint(1, 300))
    fee = {
        "fee_code": "ACCT",
        "list_price_minor": random.randint(0, 10**6),
        "concession_pct": random.randint(1, 99),
    }
    fee |= {"volume_commitment_minor": 0, "break_even_minor": 0}
    nothing: dict[str, Any] = dict.fromkeys(fee)
    bank.remedies.append(
        {
            "remedy_id": bank.new_id(), "case_id": case_id,
            "client_id": client_id, "revision": 1, "type": kind, "state": state, "owner": "staff-17",
            "maker": "staff-17", "terms_version": 1, "starts_on": starts_on,
            "ends_on": ends_on if kind == "fee_reduction" or random.random() < 0.5 else None,
            "cost_minor": 0, "expected_effect_minor": 0, "total_minor": random.randint(0, 10**7), "route": [],
            "ended_on": starts_on + timedelta(days=random.randint(-5, 100)) if state == "revoked" else None,
            "proposed_at": NOW, **(fee if kind == "fee_reduction" else nothing),
        }
    )  # fmt: skip


def _at(random: Random, week: int) -> datetime:
    day: date = monday(week) + timedelta(days=random.randint(0, 20))
    return datetime(day.year, day.month, day.day, random.randint(0, 23), random.randint(0, 59), tzinfo=UTC)
