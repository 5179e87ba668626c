"""Remedies as people ask for them in the tests: who they are, and what they send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from casework.remedies import remedy_lifecycle
from casework.remedies.terms import FeeTerms, Terms
from store.alerts import alert_rows
from store.remedies import remedy_rows
from tests.api.conftest import CASE, NOW, WEEK, Api, Bank

V1 = "/api/v1"
OTHER_CASE = "00000000-0000-4000-8000-00000000000d"
WAIVER = {
    "type": "fee_waiver",
    "fee_code": "ACCT-MAINT",
    "list_price": "1200.00",
    "starts_on": "2026-02-01",
    "ends_on": "2026-05-01",
    "volume_commitment": "400000.00",
    "expected_effect": "150000.00",
}
REDUCTION = WAIVER | {"type": "fee_reduction", "concession_pct": 20}  # 240.00 a month: for the branch to decide
MARKETING = {"type": "marketing", "cost": "500.00", "starts_on": "2026-02-01"}


WAITING, RUNNING = "00000000-0000-4000-8000-000000000ea1", "00000000-0000-4000-8000-000000000ea2"


def two_remedies(bank: Bank) -> None:
    """WAITING for the branch's yes, and RUNNING; both of staff-1, on a case of C3 in B1."""
    client_id, case_id = "C3", OTHER_CASE
    bank.client(client_id, "B1", first_week=WEEK)
    bank.case(client_id, case_id)
    for remedy_id, fee_code in ((WAITING, "F1"), (RUNNING, "F2")):
        terms = Terms(date(2026, 2, 1), date(2026, 5, 1), 0, 0, None, FeeTerms(fee_code, 120_000, 20, 1, 1))
        made = {"owner": "staff-1", "actor": "staff-1", "today": NOW.date()}
        draft = remedy_lifecycle.propose(remedy_id, case_id, client_id, "fee_reduction", terms, **made)
        steps = [draft, remedy_lifecycle.submit(draft, ("branch",), "staff-1", NOW.date())]
        if remedy_id == RUNNING:
            by = frozenset({"branch"})
            steps.append(remedy_lifecycle.approve(steps[-1], ("branch",), by, "manager-b009", NOW.date(), None))
        with bank.store.write() as tx:
            facts = alert_rows.load_client_facts(tx, [client_id])[client_id]
            for step in steps:
                remedy_rows.save(tx, step, facts, "HKD", NOW)


@dataclass
class Desk:
    """Two branches with a case each, and everybody who has to do with remedies."""

    bank: Bank
    api: Api

    def __post_init__(self) -> None:
        for client_id, branch in (("C1", "B1"), ("C2", "B1"), ("D1", "B2")):
            self.bank.client(client_id, branch, first_week=WEEK)
        self.bank.case("C1", CASE, self.bank.alert("C1"))
        self.bank.case("D1", OTHER_CASE)
        self.staff = self.api.staff("B1", "staff-17")
        self.manager = self.api.a("branch_manager", "B1", "manager-b001")
        self.other_manager = self.api.a("branch_manager", "B2", "manager-b002")
        self.approver = self.api.a("approver", user="approver-1")
        self.second_approver = self.api.a("approver", user="approver-2")

    def propose(self, terms: dict[str, Any] = REDUCTION, case_id: str = CASE, by=None, **changes: Any) -> str:
        """A new draft; its path."""
        answer = (by or self.staff).post(f"{V1}/cases/{case_id}/remedies", json=terms | changes)
        assert answer.status_code == 200, answer.text
        return f"{V1}/remedies/{answer.json()['remedy_id']}"

    def submit(self, terms: dict[str, Any] = REDUCTION, case_id: str = CASE, by=None, **changes: Any) -> str:
        """One that waits for approval; its path."""
        remedy = self.propose(terms, case_id, by, **changes)
        answer = (by or self.staff).post(f"{remedy}/submit")
        assert answer.status_code == 200, answer.text
        return remedy

    def approve(self, terms: dict[str, Any] = REDUCTION, by=None, **changes: Any) -> str:
        """One that was approved; its path."""
        remedy = self.submit(terms, **changes)
        answer = (by or self.manager).post(f"{remedy}/approve")
        assert answer.status_code == 200, answer.text
        return remedy
