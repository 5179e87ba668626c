"""Figures worked out again, row by row in plain Python, as docs/decisions/0018 defines them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.store.figures_banks import CALENDAR, TODAY, SmallBank

TRUE = ("true_diversion", "true_decline")
SETTLING = (*TRUE, "expected_event", "new_normal", "data_fault", "false_alarm")


class Oracle:
    """One bank and period; every method is one figure of one branch."""

    def __init__(self, bank: SmallBank, first: int, end: int) -> None:
        self.bank, self.first, self.end = bank, first, end
        self.clients = {row["client_id"]: row for row in bank.clients}
        self.moved = {
            (row["client_id"], row["week"]): row["debit_minor"] + row["credit_minor"] for row in bank.ledger
        }
        self.alert_rows = {row["alert_id"]: row for row in bank.alerts}
        self.openings = {row["alert_id"]: row for row in bank.openings}
        self.told_later = {row["alert_id"]: row["week"] for row in bank.tellings}

    def branch_of(self, row: dict[str, Any]) -> str:
        return self.clients[row["client_id"]]["branch_id"]

    def within(self, week: int | None) -> bool:
        return week is not None and self.first <= week < self.end

    def of(self, branch: str, rows: Iterable[dict[str, Any]], week: str) -> list[dict[str, Any]]:
        return [row for row in rows if self.branch_of(row) == branch and self.within(row[week])]

    def closed(self, client_id: str, first: int, end: int) -> bool:
        home = self.clients[client_id]["shard"]
        return all(
            self.bank.week_states.get((home, week), "closed" if week < self.bank.shards[home] else "open")
            == "closed"
            for week in range(first, end)
        )

    def sum(self, client_id: str, first: int, end: int) -> int:
        return sum(self.moved.get((client_id, week), 0) for week in range(first, end))

    # -- counts --------------------------------------------------------------------------------------------------
    def alerts(self, branch: str) -> Counter[Any]:
        return Counter((a["grade"], a["outcome"]) for a in self._counted(branch))

    def _counted(self, branch: str) -> list[dict[str, Any]]:
        """What nobody was told of, while it is open, is not there yet."""
        rows = self.of(branch, self.bank.alerts, "opened_week")
        return [a for a in rows if a["told"] or a["state"] == "closed"]

    def _appeared(self, a: dict[str, Any]) -> int:
        return self.told_later.get(a["alert_id"], a["opened_week"])

    def judged(self, branch: str) -> Counter[Any]:
        return Counter(
            (self.openings.get(a["alert_id"], {}).get("policy_version"), a["outcome"] in TRUE)
            for a in self._counted(branch)
            if a["outcome"] in SETTLING
        )

    def cases_opened(self, branch: str) -> Counter[Any]:
        return Counter(c["state"] for c in self.of(branch, self.bank.cases, "opened_week"))

    def cases_closed(self, branch: str) -> Counter[Any]:
        return Counter((c["truth"], c["retention"]) for c in self.of(branch, self.bank.cases, "closed_week"))

    # -- money ---------------------------------------------------------------------------------------------------
    def regained(self, branch: str) -> list[int]:
        """Turnover a week that each kept case regained, of those that can be measured."""
        found = []
        for case in self.of(branch, self.bank.cases, "closed_week"):
            if case["truth"] in TRUE and case["retention"] in ("saved", "partly_saved"):
                found += self._regained(case["client_id"], self._measured_from(case))
        return found

    def _measured_from(self, case: dict[str, Any]) -> int:
        again = [
            CALENDAR.week_at(event["at"]) for event in self.bank.events
            if (event["case_id"], event["what"]) == (case["case_id"], "reopened")
        ]  # fmt: skip
        return max(again, default=case["opened_week"])

    def _regained(self, client_id: str, opened: int) -> list[int]:
        began = self.clients[client_id]["first_week"]
        if began is None or opened - max(opened - 13, began) < 4:
            return []
        before = range(max(opened - 13, began), opened)
        if not self.closed(client_id, before.start, before.stop):
            return []
        usual = Fraction(self.sum(client_id, before.start, before.stop), len(before))
        for weeks in (26, 13):
            if self.closed(client_id, opened + 1, opened + 1 + weeks):
                last = opened + 1 + weeks
                return [round(Fraction(self.sum(client_id, last - 13, last), 13) - usual)]
        return []

    def spent(self, branch: str) -> int:
        closed = {c["case_id"] for c in self.of(branch, self.bank.cases, "closed_week")}
        return sum(
            self._spent(r) for r in self.bank.remedies if r["case_id"] in closed and r["type"] != "no_action"
        )

    def _spent(self, r: dict[str, Any]) -> int:
        if r["state"] in ("approved", "active", "expiring", "expired"):
            return r["total_minor"] if r["starts_on"] <= TODAY else 0
        if r["state"] != "revoked" or r["ended_on"] <= r["starts_on"]:
            return 0
        if r["ends_on"] is None or r["ended_on"] >= r["ends_on"]:
            return r["total_minor"]
        days, all_days = (r["ended_on"] - r["starts_on"]).days, (r["ends_on"] - r["starts_on"]).days
        return round(Fraction(r["total_minor"] * days, all_days))

    def concessions(self, branch: str) -> tuple[int, int]:
        """How many run today; the sum of their list prices times percent."""
        running = [
            r["list_price_minor"] * r["concession_pct"]
            for r in self.bank.remedies
            if r["fee_code"] and self.branch_of(r) == branch and r["state"] in ("approved", "active", "expiring")
            and r["starts_on"] <= TODAY < r["ends_on"]
        ]  # fmt: skip
        return len(running), sum(running)

    # -- time ----------------------------------------------------------------------------------------------------
    def acknowledged(self, branch: str) -> list[tuple[int, int]]:
        found = []
        for a in self._counted(branch):
            acts = [act["at"] for act in self.bank.acts if act["kind"] == "alert" and act["key"] == a["alert_id"]]
            acts += [c["opened_at"] for c in self.bank.cases if self._holds(c, a["alert_id"])]
            if acts:
                found.append((self._appeared(a), _seconds(min(acts))))
        return sorted(found)

    def _holds(self, case: dict[str, Any], alert_id: str) -> bool:
        return {"case_id": case["case_id"], "alert_id": alert_id} in self.bank.case_alerts

    def _first_alert(self, case: dict[str, Any]) -> int | None:
        weeks = [self._appeared(a) for a in self.bank.alerts if self._holds(case, a["alert_id"])]
        return min(weeks, default=None)

    def formed(self, branch: str) -> list[tuple[int, int]]:
        cases = self.of(branch, self.bank.cases, "opened_week")
        found = [(self._first_alert(c), _seconds(c["opened_at"])) for c in cases]
        return sorted((week, at) for week, at in found if week is not None)

    def contacted(self, branch: str) -> list[tuple[int, int]]:
        found = []
        for c in self.of(branch, self.bank.cases, "opened_week"):
            done = [
                t["done_at"] for t in self.bank.tasks
                if (t["case_id"], t["kind"], t["state"]) == (c["case_id"], "contact", "done")
            ]  # fmt: skip
            week = self._first_alert(c)
            if done and week is not None:
                found.append((week, _seconds(min(done))))
        return sorted(found)

    def leads(self, branch: str) -> list[int | None]:
        """Weeks of lead of each end; None where no alert told of it."""
        ends = {}
        lost = {c["client_id"] for c in self.of(branch, self.bank.cases, "closed_week") if c["retention"] == "lost"}
        for client_id, row in self.clients.items():
            if row["branch_id"] != branch:
                continue
            if row["closed_on"] is not None:
                if row["closed_on"] <= TODAY and self.within(row["last_week"]):
                    ends[client_id] = row["last_week"]
            elif client_id in lost:
                active = [r["week"] for r in self.bank.ledger if r["client_id"] == client_id and r["debit_count"]]
                if active and self.bank.shards[row["shard"]] - 1 - max(active) >= 4:
                    ends[client_id] = max(active)
        return [self._lead(client_id, end) for client_id, end in ends.items()]

    def _lead(self, client_id: str, end: int) -> int | None:
        told = [
            a["opened_week"] for a in self.bank.alerts
            if (a["client_id"], a["direction"]) == (client_id, "fall") and a["outcome"] != "withdrawn"
            and end - 52 <= a["opened_week"] <= end
        ]  # fmt: skip
        return end - min(told) if told else None

    # -- the hold-out --------------------------------------------------------------------------------------------
    def arms(self, branch: str, lots: int, below: int) -> dict[bool, tuple[int, int]]:
        """By whether they were held out: how many alerts, and of how many the client was kept."""
        found = {True: (0, 0), False: (0, 0)}
        for a in self.of(branch, self.bank.alerts, "opened_week"):
            opening = self.openings.get(a["alert_id"])
            if opening is None or a["direction"] != "fall" or opening["grade"] != 1:
                continue
            if not a["told"] or a["alert_id"] in self.told_later:
                continue
            kept = self._kept(a) if opening["value_at_risk_minor"] < below else None
            if kept is not None:
                count, good = found[opening["lot"] < lots]
                found[opening["lot"] < lots] = (count + 1, good + kept)
        return found

    def _kept(self, a: dict[str, Any]) -> bool | None:
        owner, week = self.clients[a["client_id"]], a["opened_week"]
        if owner["first_week"] is None:
            return None
        began, end = max(week - 64, owner["first_week"]), week + 27
        if not self.closed(a["client_id"], began, week - 12) or not self.closed(a["client_id"], end - 13, end):
            return None
        usual = self.sum(a["client_id"], began, week - 12)
        if week - 12 - began < 13 or usual == 0:
            return None
        if owner["last_week"] is not None and owner["last_week"] < end:
            return False
        return Fraction(self.sum(a["client_id"], end - 13, end), 13) >= Fraction(60, 100) * Fraction(
            usual, week - 12 - began
        )


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
