"""Everybody asks the API for anything about remedies, in any order, and the store must hold what it promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import msgspec
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from casework.remedies.limits import Authority, LevelLimit
from casework.remedies.remedy_lifecycle import Remedy, age
from schemas.messages import TOPIC_REMEDIES, RemedyMessage
from store import outbox
from store.alerts import alert_rows
from store.remedies import remedy_events, remedy_rows
from store.tables.operations import audit
from store.tables.remedies import remedy_table as remedy_table
from tests.api.conftest import CASE
from tests.api.remedy_desk import MARKETING, OTHER_CASE, REDUCTION, V1, WAIVER, Desk
from tests.casework.remedy_oracle import History, check_limits, check_people, gift

AUTHORITY = Authority(
    period_days=60,
    levels=(
        LevelLimit("branch", 25, 1_000, 60, 1_500),
        LevelLimit("region", 100, 3_000, 120, 9_000),
        LevelLimit("head_office", 100, 6_000, 200, 20_000),
    ),
    branch_amount=2_000,
    branch_ceiling=8_000,
)
IN_MINOR = Authority(
    period_days=60,
    levels=tuple(msgspec.structs.replace(limit, amount=limit.amount * 100) for limit in AUTHORITY.levels),
    branch_amount=200_000,
    branch_ceiling=800_000,
)
SECOND_CASE = "00000000-0000-4000-8000-00000000000e"
CASES = {CASE: "B1", SECOND_CASE: "B1", OTHER_CASE: "B2"}
PEOPLE = {
    "staff-17": ("branch_staff", "B1"),
    "manager-b001": ("branch_manager", "B1"),
    "manager-b001-2": ("branch_manager", "B1"),
    "staff-9": ("branch_staff", "B2"),
    "manager-b002": ("branch_manager", "B2"),
    "approver-1": ("approver", None),
    "approver-2": ("approver", None),
    "auditor-1": ("auditor", None),
}
PROPOSERS, CHECKERS = {"branch_staff", "branch_manager"}, {"branch_manager", "approver"}
ACTS = dict.fromkeys(("revise", "submit", "withdraw"), PROPOSERS)
ACTS |= dict.fromkeys(("approve", "reject", "return", "revoke"), CHECKERS)
people = st.sampled_from(sorted(PEOPLE))


@st.composite
def terms(draw: st.DrawFn) -> dict[str, Any]:
    """A proposal near the limits, with how many days from today it starts and runs."""
    dates = {"in_days": draw(st.sampled_from([0, 0, 5, 30, 60])), "days": draw(st.sampled_from([20, 40, 60, 100]))}
    kind = draw(st.sampled_from([MARKETING, REDUCTION, REDUCTION, WAIVER]))
    if kind is MARKETING:
        return kind | dates | {"cost": draw(st.sampled_from(["0", "400.00", "900.00", "2500.00"]))}
    code = draw(st.sampled_from(["ACCT-MAINT", "acct-maint", "WIRE"]))
    return kind | dates | {"fee_code": code, "list_price": draw(st.sampled_from(["300.00", "1200.00"]))}


class DeskMachine(RuleBasedStateMachine):
    """`outcomes`, over all runs: how often each act had which answer."""

    outcomes: ClassVar[Counter[str]] = Counter()

    def __init__(self, open_desk: Callable[[Authority], Desk]) -> None:
        super().__init__()
        self.desk = open_desk(AUTHORITY)
        self.desk.bank.case("C2", SECOND_CASE)
        self.people = {user: self.desk.api.a(role, branch, user) for user, (role, branch) in PEOPLE.items()}
        self.history: dict[str, History] = {}
        self.changes = 0

    def teardown(self) -> None:
        self.desk.bank.store.close()

    # -- what people do ------------------------------------------------------------------------------------------
    @rule(user=people, case_id=st.sampled_from(sorted(CASES)), what=terms(), owner=people)
    def propose(self, user, case_id, what, owner):
        answer = self.people[user].post(f"{V1}/cases/{case_id}/remedies", json=self.dated(what) | {"owner": owner})
        self.must_fit(user, CASES[case_id], PROPOSERS, answer)
        if answer.status_code == 200:
            self.changes += 1
            self.history[answer.json()["remedy_id"]] = History({user, owner})

    @precondition(lambda self: self.history)
    @rule(user=people, act=st.sampled_from(sorted(ACTS)), what=terms(), which=st.integers(0, 19))
    def try_anything(self, user, act, what, which):
        # By its number: ids are random, and a game must be the same when it is played again.
        self.act(list(self.history)[which % len(self.history)], user, act, what)

    @precondition(lambda self: self.history)
    @rule(act=st.sampled_from([*sorted(ACTS), "revise", "approve"]), what=terms(), newest=st.integers(0, 3))
    def do_what_fits(self, act, what, newest):
        """What may be done with one of the newest, by someone of its branch who may."""
        remedy_id = list(self.history)[-1 - newest % len(self.history)]
        branch = CASES[self.load(remedy_id).case_id]
        by = {"B1": ("staff-17", "manager-b001"), "B2": ("staff-9", "manager-b002")}[branch]
        user = by[0] if ACTS[act] is PROPOSERS else by[1]
        self.act(remedy_id, user, act, what)
        if act == "revise":
            self.act(remedy_id, user, "submit", what)

    @rule(case_id=st.sampled_from([CASE, CASE, SECOND_CASE, SECOND_CASE, OTHER_CASE]), what=terms())
    def ask(self, case_id, what):
        user = "staff-17" if CASES[case_id] == "B1" else "staff-9"
        known = set(self.history)
        self.propose(user, case_id, what, user)
        for remedy_id in set(self.history) - known:
            self.act(remedy_id, user, "submit", what)

    @precondition(lambda self: self.history)
    @rule(order=st.permutations(["manager-b001", "manager-b001-2", "manager-b002", "approver-1", "approver-2"]))
    def approve_all_that_waits(self, order):
        waiting = [remedy_id for remedy_id, remedy in self.load_all().items() if remedy.state == "submitted"]
        for remedy_id in waiting:
            for user in order:
                if self.load(remedy_id).state == "submitted":
                    self.act(remedy_id, user, "approve", {})

    @rule(days=st.sampled_from([1, 10, 45]), follow_up=st.booleans())
    def days_pass(self, days, follow_up):
        self.desk.api.clock.now += timedelta(days=days)
        if follow_up:
            with self.desk.bank.store.write() as tx:
                for remedy in remedy_rows.load_due(tx, self.today):
                    facts = alert_rows.load_client_facts(tx, [remedy.client_id])[remedy.client_id]
                    remedy_events.save_as_of_today(tx, remedy, self.today, facts, "HKD", self.desk.api.clock())

    def act(self, remedy_id: str, user: str, act: str, what: dict[str, Any]) -> None:
        before = self.load(remedy_id)
        body = {"note": "n"} if act not in ("submit", "revise") else {}
        if act == "revise":
            body = {name: value for name, value in self.dated(what).items() if name != "type"}
        answer = self.people[user].post(f"{V1}/remedies/{remedy_id}/{act}", json=body)
        self.must_fit(user, CASES[before.case_id], ACTS[act], answer)
        self.outcomes[f"{act}: {answer.status_code}"] += 1
        after = self.load(remedy_id)
        if after == age(before, self.today):
            return
        assert answer.status_code == 200
        self.changes += 1
        history = self.history[remedy_id]
        if act in ("revise", "submit"):
            history.makers.add(user)
        if act in ("approve", "reject", "return"):
            history.deciders.add(user)
        if act == "approve":
            history.yes.append((user, after.approvals[-1].level, after.terms))
        if after.state in ("draft", "returned"):
            history.yes.clear()

    # -- what must hold ------------------------------------------------------------------------------------------
    def must_fit(self, user: str, branch: str, roles: set[str], answer) -> None:
        role, own = PEOPLE[user]
        if role not in roles:
            assert answer.status_code == 403
        elif own not in (None, branch):
            assert answer.status_code == 404
        else:
            assert answer.status_code in {200, 403, 409, 422}, answer.text

    @invariant()
    def nobody_checked_their_own_and_no_limit_was_passed(self):
        stored = self.load_all()
        for remedy_id, remedy in stored.items():
            check_people(remedy, self.history[remedy_id])
        found = (gift(r, CASES[r.case_id], self.history[r.remedy_id]) for r in stored.values())
        check_limits([each for each in found if each], IN_MINOR)

    @invariant()
    def the_bank_hears_of_each_thing_once(self):
        heard: dict[str, list[str]] = {}
        with self.desk.bank.store.read() as tx:
            for sent in outbox.load_unsent(tx, 1000):
                if sent.message.topic == TOPIC_REMEDIES:
                    message = msgspec.json.decode(sent.message.value, type=RemedyMessage)
                    heard.setdefault(message.remedy_id, []).append(message.state)
            rows = tx.execute(sa.select(remedy_table.c.remedy_id, remedy_table.c.state))
            kept = {row.remedy_id: row.state for row in rows}
        ends = {state: ["approved"] for state in ("approved", "active", "expiring")}
        ends |= {"expired": ["approved", "ended"], "revoked": ["approved", "revoked"]}
        assert heard == {remedy_id: ends[state] for remedy_id, state in kept.items() if state in ends}

    @invariant()
    def every_change_has_its_audit_row(self):
        with self.desk.bank.store.read() as tx:
            rows = sa.select(sa.func.count()).where(audit.c.kind == "remedy", audit.c.action != "remedy.reroute")
            assert tx.scalar(rows) == self.changes

    @rule(who=st.sampled_from([("staff-17", "B1"), ("manager-b002", "B2")]))
    def look_around(self, who):
        user, branch = who
        shown = self.people[user].get(f"{V1}/remedies?limit=200").json()["items"]
        assert {each["remedy_id"]: each["state"] for each in shown} == {
            remedy_id: r.state for remedy_id, r in self.load_all().items() if CASES[r.case_id] == branch
        }

    # -- the bank ------------------------------------------------------------------------------------------------
    @property
    def today(self):
        return self.desk.api.app.state.deps.today()

    def load(self, remedy_id: str) -> Remedy:
        with self.desk.bank.store.read() as tx:
            return age(remedy_rows.get(tx, remedy_id), self.today)

    def load_all(self) -> dict[str, Remedy]:
        """Those of the game, in the order in which they came."""
        with self.desk.bank.store.read() as tx:
            stored = {remedy.remedy_id: age(remedy, self.today) for remedy in remedy_rows.load_where(tx)}
        return {remedy_id: stored[remedy_id] for remedy_id in self.history}

    def dated(self, what: dict[str, Any]) -> dict[str, Any]:
        starts_on = self.today + timedelta(days=what["in_days"])
        ends_on = starts_on + timedelta(days=what["days"])
        rest = {name: value for name, value in what.items() if name not in ("in_days", "days")}
        return rest | {"starts_on": str(starts_on), "ends_on": str(ends_on)}
