"""No sequence of acts breaks the rules of a case: against a model that keeps its own books."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from casework.cases import case_lifecycle, task_force
from casework.cases.case_lifecycle import Case, CaseRules, NoQuorum, Review, Task
from schemas.errors import Conflict, NotAllowedByRules, NotFound

AT = datetime(2026, 1, 13, 2, tzinfo=UTC)
DAY = date(2026, 1, 13)
WEEK = 2924
RULES = CaseRules(quorum=2)
EDGES = {
    "forming": {"in_review"},
    "in_review": {"plan"},
    "plan": {"in_review", "executing"},
    "executing": {"plan", "monitoring"},
    "monitoring": {"plan", "executing"},
    "reopened": {"in_review", "plan"},
}
users = st.sampled_from(["manager-1", "manager-2", "staff-1", "staff-2", "staff-3"])
roles = st.sampled_from(["member", "analyst"])
states = st.sampled_from([*case_lifecycle.NEXT])
task_ids = st.sampled_from(["t-1", "t-2", "t-3"])


class CaseOfOneClient(RuleBasedStateMachine):
    """One case. Beside it: who belongs to it today, who did at the end of each day before, and how it was left."""

    def __init__(self) -> None:
        super().__init__()
        self.today = DAY
        self.case: Case = case_lifecycle.open_case(
            "c-1", "C1", alert_ids=["a"], alarm=False, lead="manager-1", members=[("staff-1", "member")], at=AT,
            today=DAY, week=WEEK,
        )  # fmt: skip
        self.team = {"manager-1": "lead", "staff-1": "member"}
        self.teams: dict[date, dict[str, str]] = {}
        self.alert_ids = {"a"}
        self.left_from: str | None = None

    def act(self, work: Callable[[], Case], *, opens: bool = False) -> bool:
        """Try it; whether it was done. What holds for every act is checked here."""
        before = self.case
        try:
            after = work()
        except (Conflict, NotAllowedByRules, NotFound):
            return False
        assert after is before or after.revision == before.revision + 1
        assert before.state != "closed" or after is before or opens, "a closed case was acted on"
        self.case = after
        return after is not before

    @rule(to=states, has_remedy=st.booleans())
    def move(self, to: str, has_remedy: bool) -> None:
        before = self.case.state
        done = self.act(
            lambda: case_lifecycle.move(self.case, to, today=self.today, rules=RULES, has_remedy=has_remedy)
        )
        if not done:
            return
        assert self.case.state == to
        if before == "suspended":
            assert to == self.left_from
            return
        assert to in EDGES[before], f"{before} became {to}"
        assert len(self.team) >= RULES.quorum, "a step without a quorum"
        assert has_remedy or to != "executing", "nothing was executed"

    @rule(nth=st.integers(0, 3), has_remedy=st.booleans())
    def move_on(self, nth: int, has_remedy: bool) -> None:
        ways = case_lifecycle.next_states(self.case)
        self.move(ways[nth % len(ways)], has_remedy)

    @rule()
    def a_step_that_is_open_needs_a_quorum_alone(self) -> None:
        for to in EDGES.get(self.case.state, ()):
            if len(self.team) >= RULES.quorum:
                assert (
                    case_lifecycle.move(self.case, to, today=self.today, rules=RULES, has_remedy=True).state == to
                )
            else:
                with pytest.raises(NoQuorum):
                    case_lifecycle.move(self.case, to, today=self.today, rules=RULES, has_remedy=True)

    @rule(days=st.sampled_from([-1, 0, 1, 9]))
    def suspend(self, days: int) -> None:
        before = self.case.state
        if self.act(lambda: case_lifecycle.suspend(self.case, self.today + timedelta(days=days), self.today)):
            assert days > 0
            self.left_from = self.left_from if before == "suspended" else before

    @rule(undecided=st.sampled_from([(), (), ("r-1",)]), cause=st.sampled_from(["fees", "service"]))
    def close(self, undecided: tuple[str, ...], cause: str) -> None:
        said = {"truth": "true_decline", "retention": "lost", "cause": cause, "undecided": undecided}
        if self.act(lambda: case_lifecycle.close(self.case, **said, at=AT, week=WEEK)):
            assert not undecided
            assert (self.case.state, self.case.cause) == ("closed", cause)

    @rule(alert_ids=st.sets(st.sampled_from("abcd")))
    def reopen(self, alert_ids: set[str]) -> None:
        before = self.case
        if self.act(lambda: case_lifecycle.reopen(self.case, alert_ids), opens=True):
            assert (before.state, self.case.times_reopened) == ("closed", before.times_reopened + 1)
            self.alert_ids |= alert_ids

    @rule(alert_ids=st.sets(st.sampled_from("abcd")))
    def add_alerts(self, alert_ids: set[str]) -> None:
        if self.act(lambda: case_lifecycle.add_alerts(self.case, alert_ids, alarm=False)):
            self.alert_ids |= alert_ids

    @rule(user=users, role=roles)
    def join(self, user: str, role: str) -> None:
        if self.act(lambda: task_force.join(self.case, user, role, self.today)):
            self.team[user] = role

    @rule(user=users)
    def leave(self, user: str) -> None:
        if self.act(lambda: task_force.leave(self.case, user, self.today)):
            del self.team[user]

    @rule(user=users)
    def hand_over(self, user: str) -> None:
        before = self.case.lead
        if self.act(lambda: task_force.hand_over(self.case, user, self.today)):
            self.team[before], self.team[user] = "member", "lead"

    @rule(days=st.sampled_from([1, 1, 9]))
    def days_pass(self, days: int) -> None:
        for _ in range(days):
            self.teams[self.today] = dict(self.team)
            self.today += timedelta(days=1)

    @rule(many=st.integers(0, 3), strangers=st.lists(users, max_size=2), back=st.sampled_from([-1, 0, 0, 0, 1, 5]))
    def minute(self, many: int, strangers: list[str], back: int) -> None:
        held_on = self.today - timedelta(days=back)
        attendees = [*[*self.team][:many], *strangers]
        review = Review("r", held_on, tuple(attendees), "m", "d", "staff-1")
        if self.act(lambda: task_force.add_review(self.case, review, RULES, self.today)):
            team = self.team if held_on == self.today else self.teams.get(held_on, {})
            assert set(attendees) <= set(team), "a stranger's review"
            assert len(set(attendees)) >= RULES.quorum, "a review without a quorum"

    @rule(task_id=task_ids, owner=users)
    def add_task(self, task_id: str, owner: str) -> None:
        if all(task.task_id != task_id for task in self.case.tasks):
            self.act(lambda: task_force.add_task(self.case, Task(task_id, "t", owner, self.today)))

    @rule(task_id=task_ids, finish=st.booleans())
    def settle_task(self, task_id: str, finish: bool) -> None:
        before = {task.task_id: task.state for task in self.case.tasks}
        done = self.act(
            lambda: (
                task_force.finish_task(self.case, task_id, "e", "staff-1", AT)
                if finish
                else task_force.cancel_task(self.case, task_id)
            )
        )
        assert not done or before[task_id] == "open", "a settled task was settled again"

    @invariant()
    def the_task_force_is_who_joined_and_has_not_left(self) -> None:
        for day, team in [(self.today, self.team), *[*self.teams.items()][-10:]]:
            present = self.case.present(day)
            assert {member.user: member.role for member in present} == team
            assert len(present) == len(team)
        assert self.team[self.case.lead] == "lead"

    @invariant()
    def what_a_state_needs_it_has_and_no_other_has_it(self) -> None:
        case = self.case
        suspended, closed = case.state == "suspended", case.state == "closed"
        assert (case.diary_date is not None, case.resumes_to is not None) == (suspended, suspended)
        ending = (case.closed_at, case.closed_week, case.truth, case.retention, case.cause)
        assert all((value is not None) == closed for value in ending)
        assert suspended is False or case.resumes_to == self.left_from
        assert set(case.alert_ids) == self.alert_ids
        assert all((task.evidence is not None) == (task.state == "done") for task in case.tasks)


@pytest.mark.parametrize(("runs", "steps"), [(40, 30), pytest.param(500, 50, marks=pytest.mark.slow)])
@pytest.mark.timeout(600)
def test_no_sequence_of_acts_breaks_the_rules_of_a_case(runs, steps) -> None:
    thorough = settings(max_examples=runs, stateful_step_count=steps, deadline=None, derandomize=runs < 500)
    run_state_machine_as_test(CaseOfOneClient, settings=thorough)
