"""Two branches at the desk, each with a client that has an alert, and everybody who has to do with cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient

from tests.api.conftest import CASE, WEEK, Bank
from tests.api.web.conftest import Desk
from tests.api.web.filling import send

ONE = f"/desk/cases/{CASE}"
WAIVER = {
    "type": "fee_waiver",
    "fee_code": "ACCT-MAINT",
    "list_price": "1,200.00",
    "concession_pct": "100",
    "starts_on": "2026-02-01",
    "ends_on": "2026-05-01",
    "volume_commitment": "400 000",
    "expected_effect": "150000.00",
}
REDUCTION = WAIVER | {"type": "fee_reduction", "concession_pct": "20"}  # for the branch to decide


@dataclass
class CaseDesk:
    """C1 of B1 has a case that is forming; C2 of B1 has a prompt, D1 of B2 an alarm, and neither a case."""

    desk: Desk

    def __post_init__(self) -> None:
        self.bank = Bank(self.desk.store)
        for client_id, branch in (("C1", "B1"), ("C2", "B1"), ("D1", "B2")):
            self.bank.client(client_id, branch, first_week=WEEK)
        self.alert = self.bank.alert("C1")
        self.bank.case("C1", CASE, self.alert)
        self.staff = self.desk.a("branch_staff", "B1", "staff-17")
        self.manager = self.desk.a("branch_manager", "B1", "manager-b001")
        self.other = self.desk.a("branch_manager", "B2", "manager-b002")
        self.approver = self.desk.a("approver", None, "approver-1")
        self.auditor = self.desk.a("auditor", None, "auditor-1")

    def later(self, **by: float) -> None:
        """The bank's clock goes on."""
        self.desk.app.state.deps.clock.now += timedelta(**by)

    def act(self, person: TestClient, name: str, **typed: Any) -> Any:
        """Send the form of that name on the case's page."""
        return send(person, ONE, f"{ONE}/{name}", **typed)

    def done(self, person: TestClient, name: str, **typed: Any) -> str:
        """The same; the page that follows."""
        answer = self.act(person, name, **typed)
        assert answer.status_code == 303, answer.text
        return person.get(answer.headers["location"]).text

    def propose(self, terms: dict[str, str] = REDUCTION, person: TestClient | None = None, **changes: Any) -> str:
        """A new draft; its address."""
        person = person or self.staff
        before = self._remedies(person)
        self.done(person, "remedies", **terms | changes)
        (new,) = self._remedies(person) - before
        return f"/desk/remedies/{new}"

    def submit(self, terms: dict[str, str] = REDUCTION, person: TestClient | None = None, **changes: Any) -> str:
        """One that waits for approval; its address."""
        remedy = self.propose(terms, person, **changes)
        answer = send(person or self.staff, ONE, f"{remedy}/submit")
        assert answer.status_code == 303, answer.text
        return remedy

    def _remedies(self, person: TestClient) -> set[str]:
        parts = person.get(ONE).text.split('id="remedy-')[1:]
        return {part[:36] for part in parts} - {part[:36] for part in parts if part.startswith("form")}
