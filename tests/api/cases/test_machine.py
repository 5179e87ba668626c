"""No sequence of requests opens two cases of a client, acts in another branch or on what is closed, skips a quorum.

Two branches, their people at random, the real application on SQLite; a model keeps its own books.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from schemas.verdicts import Direction
from schemas.weeks import parse_week
from store.tables.alerts import alert
from store.tables.cases import case_alert, client_case
from store.tables.clients import client
from store.tables.operations import audit

WEEK = parse_week("2026-W02")
HOME = {"C1": "B1", "C2": "B1", "D1": "B2"}
PEOPLE = {"manager-b1": "B1", "staff-b1": "B1", "manager-b2": "B2", "staff-b2": "B2"}
QUORUM = 2
WORKED_ON = {"in_review", "plan", "executing", "monitoring"}
CLOSING = {"truth": "true_decline", "retention": "lost", "cause": "fees"}
TASK = {"title": "call", "owner": "staff-17", "due_on": "2026-03-01"}
ACTS = {
    "members": [{"user": "staff-4"}, {"user": "staff-17"}],
    "members/leave": [{"user": "staff-17"}, {"user": "staff-4"}, {"user": "manager-b1"}],
    "lead": [{"lead": "staff-17"}],
    "tasks": [TASK],
    "reviews": [{"minutes": "m", "decision": "d"}],
    "alerts": [{}],
    "close": [CLOSING],
}
MANAGERS_ALONE = {"members", "members/leave", "lead", "close"}
people = st.sampled_from(sorted(PEOPLE))
clients = st.sampled_from(sorted(HOME))
any_case = st.integers(0, 5)
steps = st.sampled_from(["in_review", "plan", "executing", "monitoring", "suspended", "reopened", "forming"])


class TwoBranches(RuleBasedStateMachine):
    """The model: the client of each case, which are closed, and what each person may see of it."""

    scenes: Iterator

    def __init__(self) -> None:
        super().__init__()
        self.bank, self.api = next(self.scenes)
        for client_id, branch in HOME.items():
            self.bank.client(client_id, branch, first_week=WEEK)
            self.bank.alert(client_id)
        self.people = {
            user: self.api.a("branch_manager" if "manager" in user else "branch_staff", branch, user)
            for user, branch in PEOPLE.items()
        }
        self.case_ids: list[str] = []
        self.client_of: dict[str, str] = {}
        self.closed: set[str] = set()
        self.weeks = itertools.count(WEEK + 1)

    def teardown(self) -> None:
        self.bank.store.close()

    def post(self, user: str, path: str, body: dict, *, owner: str, needs_manager: bool = False):
        """What holds for every change: nobody's fault is the service's; other people's things are not there."""
        answer = self.people[user].post(f"/api/v1/{path}", json=body)
        assert answer.status_code in {200, 403, 404, 409, 422}, answer.text
        if needs_manager and "manager" not in user:
            assert answer.status_code == 403, "staff did a manager's act"
        elif PEOPLE[user] != HOME[owner]:
            assert answer.status_code == 404, "another branch was let in"
        else:
            assert answer.status_code not in {403, 404}
        return answer

    @rule(user=people, client_id=clients, members=st.sampled_from([[], [{"user": "staff-17"}]]))
    def form(self, user: str, client_id: str, members: list) -> None:
        body = {"client_id": client_id, "members": members}
        answer = self.post(user, "cases", body, owner=client_id, needs_manager=True)
        if answer.status_code != 200:
            return
        case = answer.json()
        there = [c for c in self.case_ids if self.client_of[c] == client_id and c not in self.closed]
        assert there == [], "a second open case"
        assert case["state"] == ("reopened" if case["case_id"] in self.case_ids else "forming")
        if case["case_id"] not in self.case_ids:
            self.case_ids.append(case["case_id"])
        self.client_of[case["case_id"]] = client_id
        self.closed.discard(case["case_id"])

    @rule(user=people, nth=any_case, act=st.sampled_from(sorted(ACTS)), which=st.integers(0, 2))
    def act(self, user: str, nth: int, act: str, which: int) -> None:
        if not self.case_ids:
            return
        case_id = self.case_ids[nth % len(self.case_ids)]
        body = ACTS[act][which % len(ACTS[act])]
        owner = self.client_of[case_id]
        answer = self.post(user, f"cases/{case_id}/{act}", body, owner=owner, needs_manager=act in MANAGERS_ALONE)
        if case_id in self.closed and act != "close":  # the same closing again is the one there was
            assert answer.status_code != 200, "a closed case was acted on"
        if answer.status_code == 200:
            if act == "close":
                self.closed.add(case_id)
            if act == "reviews":
                assert len(set(answer.json()["reviews"][-1]["attendees"])) >= QUORUM

    @rule(user=people, nth=any_case, to=steps)
    def move(self, user: str, nth: int, to: str) -> None:
        if not self.case_ids:
            return
        case_id = self.case_ids[nth % len(self.case_ids)]
        before = self.api.a("auditor").get(f"/api/v1/cases/{case_id}").json()
        body = {"to": to} | ({"until": "2027-01-04"} if to == "suspended" else {})
        owner = self.client_of[case_id]
        answer = self.post(user, f"cases/{case_id}/transitions", body, owner=owner, needs_manager=to == "reopened")
        if answer.status_code != 200:
            return
        after = answer.json()
        assert case_id not in self.closed or to == "reopened", "a closed case was moved"
        self.closed.discard(case_id)
        if to in WORKED_ON and before["state"] not in ("suspended", to):
            present = {m["user"] for m in after["members"] if m["left_on"] is None}
            assert len(present) >= QUORUM, "a step without a quorum"

    @rule(client_id=clients, weeks=st.sampled_from([1, 1, 9, 30]))
    def another_alert(self, client_id: str, weeks: int) -> None:
        """Time passes, and the client falls again where its alert was closed."""
        self.api.clock.now += timedelta(weeks=weeks)
        week = next(itertools.islice(self.weeks, weeks - 1, None))
        with self.bank.store.read() as tx:
            there = (alert.c.client_id == client_id, alert.c.state != "closed")
            if tx.scalar(sa.select(sa.func.count()).select_from(alert).where(*there)):
                return
        self.bank.alert(client_id, direction=Direction.FALL, week=week)

    @rule(user=people, client_id=clients)
    def close_the_alert(self, user: str, client_id: str) -> None:
        with self.bank.store.read() as tx:
            newest = sa.select(alert.c.alert_id).where(alert.c.client_id == client_id)
            alert_id = tx.scalar(newest.order_by(alert.c.opened_week.desc()).limit(1))
        self.post(user, f"alerts/{alert_id}/close", {"outcome": "true_decline"}, owner=client_id)

    @rule(user=people)
    def acknowledge_all_that_there_is(self, user: str) -> None:
        with self.bank.store.read() as tx:
            homes = {row[0]: HOME[row[1]] for row in tx.execute(sa.select(alert.c.alert_id, alert.c.client_id))}
        body = {"act": "acknowledge", "alert_ids": list(homes)}
        done = self.people[user].post("/api/v1/alerts/bulk", json=body).json()
        theirs = {r["alert_id"] for r in done["refused"] if r["status"] == 404}
        assert theirs == {alert_id for alert_id, branch in homes.items() if branch != PEOPLE[user]}

    @invariant()
    def a_client_has_one_open_case_and_it_is_the_one_we_know(self) -> None:
        with self.bank.store.read() as tx:
            still = (client_case.c.state != "closed",)
            found = tx.execute(sa.select(client_case.c.client_id, client_case.c.case_id).where(*still)).all()
        assert len({row.client_id for row in found}) == len(found)
        assert {row.case_id for row in found} == set(self.case_ids) - self.closed

    @invariant()
    def an_alert_that_is_in_a_case_is_in_an_open_one_of_its_client(self) -> None:
        with self.bank.store.read() as tx:
            in_case = set(tx.scalars(sa.select(alert.c.alert_id).where(alert.c.state == "in_case")))
            same = sa.and_(client_case.c.case_id == case_alert.c.case_id, client_case.c.state != "closed")
            taken = sa.select(case_alert.c.alert_id, client_case.c.client_id, alert.c.client_id)
            rows = tx.execute(taken.join(client_case, same).join(alert, alert.c.alert_id == case_alert.c.alert_id))
            homes = {row[0]: row[1:] for row in rows}
        assert in_case <= set(homes)
        assert all(case_of == alert_of for case_of, alert_of in homes.values())

    @invariant()
    def the_trail_has_nobody_in_another_branch(self) -> None:
        case_of, alert_of = client_case.alias(), alert.alias()
        owner = sa.func.coalesce(case_of.c.client_id, alert_of.c.client_id)
        with self.bank.store.read() as tx:
            found = tx.execute(
                sa.select(audit.c.actor, client.c.branch_id)
                .outerjoin(case_of, case_of.c.case_id == audit.c.key)
                .outerjoin(alert_of, alert_of.c.alert_id == audit.c.key)
                .outerjoin(client, client.c.client_id == owner)
            )
            assert all(PEOPLE[actor] == branch for actor, branch in found)


@pytest.fixture
def scenes(bank_on, new_sqlite_store) -> Iterator:
    """A new bank and the API on it, as often as it is asked for."""
    return (bank_on(new_sqlite_store()) for _ in itertools.count())


@pytest.mark.parametrize(
    ("runs", "length"), [(12, 20), pytest.param(100, 50, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
def test_no_sequence_of_requests_gets_around_the_rules_of_cases(scenes, runs, length) -> None:
    machine = type("TwoBranchesHere", (TwoBranches,), {"scenes": scenes})
    thorough = settings(
        max_examples=runs, stateful_step_count=length, deadline=None, derandomize=runs < 100,
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=thorough)
