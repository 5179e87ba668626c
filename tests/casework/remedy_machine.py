"""Everybody does anything with remedies, in any order: a game that nobody must be able to win."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from casework.remedies import limits, remedy_lifecycle
from casework.remedies.claims import claim_of, find_claim
from casework.remedies.limits import Authority, LevelLimit, LimitExceeded
from casework.remedies.remedy_lifecycle import Remedy
from casework.remedies.terms import FeeTerms, Terms
from schemas.errors import EbbwatchError
from tests.casework.remedy_oracle import History, check_limits, check_people, gift

START = date(2026, 1, 13)
AUTHORITY = Authority(
    period_days=10,
    levels=(
        LevelLimit("branch", 25, 300, 5, 500),
        LevelLimit("region", 100, 1_500, 12, 4_000),
        LevelLimit("head_office", 100, 4_000, 25, 9_000),
    ),
    branch_amount=900,
    branch_ceiling=4_500,
)
BRANCHES = {"C1": "B1", "C2": "B1", "D1": "B2"}
BRANCH, EVERY, NONE = frozenset({"branch"}), frozenset({"branch", "region", "head_office"}), frozenset()
LEVELS = {
    "staff-1": NONE,
    "staff-2": NONE,
    "manager-1": BRANCH,
    "manager-2": BRANCH,
    "approver-1": EVERY,
    "approver-2": EVERY,
}
people = st.sampled_from(sorted(LEVELS))
proposers = st.sampled_from(["staff-1", "staff-2", "manager-1", "manager-2"])
clients = st.sampled_from(["C1", "C1", "C2", "C2", "D1"])
UNDECIDED = ("draft", "returned", "submitted")
RUNNING = ("approved", "active", "expiring")


@st.composite
def terms(draw: st.DrawFn) -> tuple[str, int, Terms]:
    """A type, in how many days from today it starts, and terms near the limits: a day's fee is 1.2 a percent."""
    kind = draw(
        st.sampled_from(["fee_reduction"] * 4 + ["fee_waiver", "marketing", "marketing", "executive_visit"])
    )
    length = draw(st.integers(1, 13))
    cost, fee = 0, None
    if kind in ("fee_reduction", "fee_waiver"):
        pct = 100 if kind == "fee_waiver" else draw(st.sampled_from([10, 20, 25, 50, 60]))
        fee = FeeTerms(draw(st.sampled_from(["F1", "F1", "f1", "F2"])), 3_650, pct, 1, 1)
    if kind != "executive_visit":
        cost = draw(st.sampled_from([0, 0, 100, 250, 800, 2_500]))
    in_days = draw(st.sampled_from([0, 0, 1, 3, 5, 8, 12, 20, 25]))
    return kind, in_days, Terms(START, START + timedelta(days=length), cost, 0, None, fee)


def in_state(*states: str) -> st.SearchStrategy[str]:
    """The id of a remedy in one of these states (half: one yes of two); of any where there is none."""
    return st.runner().flatmap(lambda machine: st.sampled_from(machine.having(*states)))


@dataclass
class Book:
    """The bank's remedies, kept as the service keeps them."""

    today: date = START
    remedies: dict[str, Remedy] = field(default_factory=dict)
    approvals: list[tuple[date, str, str, int]] = field(default_factory=list)  # day, checker, remedy, total

    def claims(self, branch: str):
        for each in self.remedies.values():
            found = find_claim(each.remedy_id, each.client_id, each.state, each.terms, each.ended_on)
            if found and BRANCHES[each.client_id] == branch:
                yield found

    def route(self, remedy: Remedy):
        mine = claim_of(remedy.remedy_id, remedy.client_id, remedy.terms)
        return limits.route(mine, list(self.claims(BRANCHES[remedy.client_id])), AUTHORITY, 1)

    def approved(self, checker: str) -> int:
        since = self.today - timedelta(days=AUTHORITY.period_days)
        return sum(total for day, who, _, total in self.approvals if who == checker and day >= since)

    def keep(self, remedy: Remedy) -> None:
        before = self.remedies.get(remedy.remedy_id)
        assert remedy.revision == (before.revision + 1 if before else 1)
        self.remedies[remedy.remedy_id] = remedy
        holding = {approval.checker for approval in remedy.approvals}
        gone = remedy.state in ("rejected", "withdrawn")
        self.approvals = [
            each for each in self.approvals if each[2] != remedy.remedy_id or (each[1] in holding and not gone)
        ]

    def reroute(self, branch: str) -> None:
        for remedy in list(self.remedies.values()):
            if remedy.state == "submitted" and BRANCHES[remedy.client_id] == branch:
                try:
                    changed = remedy_lifecycle.reroute(remedy, self.route(remedy))
                except LimitExceeded:
                    continue
                if changed is not remedy:
                    self.keep(changed)


class RemedyMachine(RuleBasedStateMachine):
    """`outcomes`, over all runs: how often each act was done, and was refused for what."""

    outcomes: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.book = Book()
        self.history: dict[str, History] = {}

    def try_to(self, name: str, remedy_id: str, act) -> Remedy | None:
        """What comes of an act, kept; None where it is refused."""
        before = self.book.remedies[remedy_id]
        try:
            after = act(before)
        except EbbwatchError as refused:
            self.outcomes[f"{name}: {type(refused).__name__}"] += 1
            return None
        if after is before:
            return None
        self.outcomes[f"{name}: {after.state}"] += 1
        self.book.keep(after)
        if after.state in ("draft", "returned"):
            self.history[remedy_id].yes.clear()
        return after

    def having(self, *states: str) -> list[str]:
        found = [
            each.remedy_id
            for each in self.book.remedies.values()
            if each.state in states or ("half" in states and each.state == "submitted" and each.approvals)
        ]
        return found or list(self.book.remedies) or ["none"]

    def dated(self, in_days: int, said: Terms) -> Terms:
        start = self.book.today + timedelta(days=in_days)
        return replace(said, starts_on=start, ends_on=start + timedelta(days=said.days))

    def proposed(self, client, what, maker, owner, renews: Remedy | None = None) -> str | None:
        kind, in_days, said = what
        remedy_id = f"R{len(self.history)}"
        of = (remedy_id, "K1", client, kind, self.dated(in_days, said))
        try:
            draft = remedy_lifecycle.propose(*of, owner=owner, actor=maker, today=self.book.today, renews=renews)
        except EbbwatchError as refused:
            self.outcomes[f"propose: {type(refused).__name__}"] += 1
            return None
        self.book.keep(draft)
        self.history[remedy_id] = History({maker, owner})
        return remedy_id

    def submitted(self, remedy_id: str, actor: str) -> None:
        def act(remedy: Remedy) -> Remedy:
            remedy_lifecycle.submit(remedy, (), actor, self.book.today)
            return remedy_lifecycle.submit(remedy, self.book.route(remedy), actor, self.book.today)

        after = self.try_to("submit", remedy_id, act)
        if after:
            self.history[remedy_id].makers.add(actor)
            self.book.reroute(BRANCHES[after.client_id])

    def approved(self, remedy_id: str, checker: str) -> None:
        def act(remedy: Remedy) -> Remedy:
            remedy_lifecycle.approve(remedy, remedy.route, LEVELS[checker], checker, self.book.today, None)
            route = self.book.route(remedy)
            so_far = self.book.approved(checker)
            limits.check_checker(remedy.terms.total_minor, so_far, LEVELS[checker], AUTHORITY, 1)
            return remedy_lifecycle.approve(remedy, route, LEVELS[checker], checker, self.book.today, None)

        after = self.try_to("approve", remedy_id, act)
        if after:
            self.book.approvals.append((self.book.today, checker, remedy_id, after.terms.total_minor))
            self.history[remedy_id].deciders.add(checker)
            self.history[remedy_id].yes.append((checker, after.approvals[-1].level, after.terms))
            self.book.reroute(BRANCHES[after.client_id])

    @rule(client=clients, what=terms(), maker=proposers, owner=proposers)
    def propose(self, client, what, maker, owner):
        self.proposed(client, what, maker, owner)

    @rule(client=clients, what=terms(), maker=proposers)
    def ask(self, client, what, maker):
        remedy_id = self.proposed(client, what, maker, maker)
        if remedy_id:
            self.submitted(remedy_id, maker)

    def agreed(self, remedy_id: str) -> None:
        """By whoever may, as long as the limits let them."""
        for checker in ("manager-2", "approver-1", "approver-2"):
            self.approved(remedy_id, checker)

    @rule(client=clients, what=terms())
    def ask_and_agree(self, client, what):
        remedy_id = self.proposed(client, what, "staff-1", "staff-1")
        if remedy_id:
            self.submitted(remedy_id, "staff-1")
            self.agreed(remedy_id)

    @precondition(lambda self: self.book.remedies)
    @rule(order=st.randoms(use_true_random=False))
    def agree_to_all_that_waits(self, order):
        waiting = [each.remedy_id for each in self.book.remedies.values() if each.state == "submitted"]
        order.shuffle(waiting)
        for remedy_id in waiting:
            self.agreed(remedy_id)

    @precondition(lambda self: self.book.remedies)
    @rule(ended=in_state("expired", "revoked", "expiring"), what=terms(), maker=proposers)
    def renew(self, ended, what, maker):
        renewed = self.book.remedies[ended]
        remedy_id = self.proposed(renewed.client_id, what, maker, maker, renewed)
        if remedy_id:
            self.submitted(remedy_id, maker)

    @precondition(lambda self: self.book.remedies)
    @rule(remedy_id=in_state("draft", "returned"), actor=people)
    def submit(self, remedy_id, actor):
        self.submitted(remedy_id, actor)

    @precondition(lambda self: self.book.remedies)
    @rule(remedy_id=st.one_of(in_state("half"), in_state("submitted")), checker=people)
    def approve(self, remedy_id, checker):
        self.approved(remedy_id, checker)

    @precondition(lambda self: self.book.remedies)
    @rule(remedy_id=st.one_of(in_state("half"), in_state(*UNDECIDED)), what=terms(), actor=people, owner=people)
    def revise(self, remedy_id, what, actor, owner):
        _, in_days, said = what
        # Of the type that it is: another would always be refused.
        now = self.book.remedies[remedy_id].terms.fee
        pct = min(now.concession_pct, 99 if now.concession_pct < 100 else 100) if now else 0
        said = replace(said, fee=now and replace(said.fee or now, concession_pct=pct))
        revised = self.dated(in_days, said)
        if self.try_to(
            "revise", remedy_id, lambda r: remedy_lifecycle.revise(r, revised, owner, actor, self.book.today)
        ):
            self.history[remedy_id].makers |= {actor, owner}

    @precondition(lambda self: self.book.remedies)
    @rule(
        remedy_id=in_state("submitted"),
        checker=people,
        act=st.sampled_from([remedy_lifecycle.reject, remedy_lifecycle.send_back]),
    )
    def refuse(self, remedy_id, checker, act):
        if self.try_to(act.__name__, remedy_id, lambda r: act(r, LEVELS[checker], checker, "no")):
            self.history[remedy_id].deciders.add(checker)

    @precondition(lambda self: self.book.remedies)
    @rule(undecided=in_state(*UNDECIDED), running=in_state(*RUNNING), gone=st.booleans())
    def end(self, undecided, running, gone):
        if gone:
            self.try_to("withdraw", undecided, lambda r: remedy_lifecycle.withdraw(r, None))
        else:
            self.try_to("revoke", running, lambda r: remedy_lifecycle.revoke(r, self.book.today, "no"))

    @precondition(lambda self: self.book.remedies)
    @rule(running=in_state(*RUNNING), what=terms(), some=st.integers(1, 6))
    def end_after_a_while_and_ask_again(self, running, what, some):
        self.days_pass(some)
        self.try_to("revoke", running, lambda r: remedy_lifecycle.revoke(r, self.book.today, "no"))
        self.ask_and_agree(self.book.remedies[running].client_id, what)

    @rule(some=st.integers(1, 6))
    def days_pass(self, some):
        self.book.today += timedelta(days=some)
        for remedy in list(self.book.remedies.values()):
            aged = remedy_lifecycle.age(remedy, self.book.today)
            if aged is not remedy:
                self.book.keep(aged)

    @invariant()
    def nobody_checked_their_own(self):
        for remedy_id, remedy in self.book.remedies.items():
            check_people(remedy, self.history[remedy_id])

    @invariant()
    def nobody_has_more_than_was_allowed(self):
        found = (gift(r, BRANCHES[r.client_id], self.history[i]) for i, r in self.book.remedies.items())
        check_limits([each for each in found if each], AUTHORITY)

    @invariant()
    def no_checker_approved_more_than_they_may(self):
        most = {limit.level: limit.checker_amount for limit in AUTHORITY.levels}
        for checker, levels in LEVELS.items():
            for last in {day for day, who, _, _ in self.book.approvals if who == checker}:
                first = last - timedelta(days=AUTHORITY.period_days)
                total = sum(t for day, who, _, t in self.book.approvals if who == checker and first <= day <= last)
                assert total <= max(most[level] for level in levels)
