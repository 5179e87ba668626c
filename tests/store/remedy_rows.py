"""Remedies for the tests of the store: cases of three clients, and remedies in every state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

import sqlalchemy as sa

from casework.alerts.message import ClientFacts
from casework.remedies import remedy_lifecycle
from casework.remedies.remedy_lifecycle import Remedy
from casework.remedies.terms import FeeTerms, Terms
from schemas.vocabulary import RemedyState
from store.remedies import remedy_rows
from store.tables.cases import client_case
from store.tables.clients import client
from store.unit_of_work import Store

AT = datetime(2026, 1, 13, 2, tzinfo=UTC)
TODAY = date(2026, 1, 13)
FACTS = {
    "C1": ClientFacts("C1", "C1 Trading", "B1", "A"),
    "C2": ClientFacts("C2", "C2 Trading", "B1", "A"),
    "D1": ClientFacts("D1", "D1 Trading", "B2", "A"),
}
CASES = {each: f"00000000-0000-4000-8000-0000000000{each.lower()}" for each in FACTS}
FEE = FeeTerms("ACCT-MAINT", 120_000, 100, 40_000_000, 2_800_000)
TERMS = Terms(date(2026, 2, 1), date(2026, 5, 1), 0, 15_000_000, "they asked for it", FEE)
ALL = frozenset({"branch", "region", "head_office"})


def fill(store: Store) -> Store:
    """The clients, two in B1 and one in B2, each with a case."""
    told = {"kind": "company", "placeholder": False, "shard": 0}
    row = {"revision": 1, "state": "plan", "origin": "alert", "alarm": True, "lead": "manager-b001"}
    row |= {"opened_at": AT, "opened_week": 2900, "times_reopened": 0}
    with store.write() as tx:
        for facts in FACTS.values():
            named = {"client_id": facts.client_id, "name": facts.name, "branch_id": facts.branch_id, "tier": "A"}
            tx.execute(sa.insert(client).values(told | named))
        for client_id, case_id in CASES.items():
            tx.execute(sa.insert(client_case).values(row | {"case_id": case_id, "client_id": client_id}))
    return store


def draft(number: int = 1, terms: Terms = TERMS, client_id: str = "C1") -> Remedy:
    remedy_id = f"00000000-0000-4000-8000-{number:012d}"
    kind = "fee_waiver" if terms.fee else "marketing"
    of = (remedy_id, CASES[client_id], client_id, kind, terms)
    return remedy_lifecycle.propose(*of, owner="staff-17", actor="staff-17", today=TODAY)


def steps_to(state: RemedyState, first: Remedy, checker: str = "manager-b001") -> list[Remedy]:
    """Every revision until it is in a state."""
    waiting = remedy_lifecycle.submit(first, ("branch",), "staff-17", TODAY)
    given = remedy_lifecycle.approve(waiting, ("branch",), ALL, checker, TODAY, None)
    ends = {
        "draft": [],
        "submitted": [waiting],
        "returned": [waiting, remedy_lifecycle.send_back(waiting, ALL, checker, "n")],
        "rejected": [waiting, remedy_lifecycle.reject(waiting, ALL, checker, "n")],
        "withdrawn": [remedy_lifecycle.withdraw(first, None)],
        "approved": [waiting, given],
        "active": [waiting, given, remedy_lifecycle.age(given, first.terms.starts_on)],
        "expired": [waiting, given, remedy_lifecycle.age(given, first.terms.ends_on or date.max)],
        "revoked": [waiting, given, remedy_lifecycle.revoke(given, date(2026, 3, 1), "n")],
    }
    return [first, *ends[state]]


def save(store: Store, steps: Iterable[Remedy], at: datetime = AT) -> Remedy:
    """Keep each; the last one."""
    for step in steps:
        with store.write() as tx:
            remedy_rows.save(tx, step, FACTS[step.client_id], "HKD", at)
    return step


def spread(terms: Terms, starts_on: date, ends_on: date | None) -> Terms:
    """The same at another time, without a fee where there is no end."""
    return replace(terms, starts_on=starts_on, ends_on=ends_on, fee=terms.fee if ends_on else None)
