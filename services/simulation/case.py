"""One case of the simulated bank, step by step, by the people of its branch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TypeVar

from acts import alerts, cases, remedies, task_forces
from acts.callers import Caller
from acts.performing import Act, ActRequest, Performer
from acts.roles import Role
from casework.cases.case_lifecycle import Case, Swot
from casework.remedies.proposed_terms import ProposedTerms
from schemas.errors import NotFound
from schemas.money import parse_amount
from schemas.vocabulary import CaseState, RemedyType, Retention, TaskKind, Truth
from services.simulation.outcomes import proposed_retention
from store.alerts.alert_search import AlertRow

T = TypeVar("T")
_OFFICE_HOUR = time(10)
_REQUEST = ActRequest(request_id="simulated")


@dataclass
class CaseStory:
    """Days are counted from `seen_on`, when people saw the alert."""

    performer: Performer
    alert: AlertRow
    seen_on: date
    case: Case | None = None
    day: int = 0
    _last_task: str = field(default="", repr=False)

    @property
    def staff(self) -> Caller:
        return self._of_the_branch(Role.BRANCH_STAFF, "staff")

    @property
    def manager(self) -> Caller:
        return self._of_the_branch(Role.BRANCH_MANAGER, "manager")

    @property
    def approver(self) -> Caller:
        return Caller("approver", Role.APPROVER, None)

    def on(self, day: int) -> CaseStory:
        """What follows happens on this day, or now where that is sooner."""
        self.day = day
        return self

    def acknowledged(self) -> CaseStory:
        self._perform(self.staff, partial(alerts.acknowledge, alert_id=self.alert.place.alert_id))
        return self

    def formed(self) -> CaseStory:
        members = [
            (self.staff.actor, "relationship_manager"),
            (f"credit-{self.alert.branch_id.lower()}", "credit"),
        ]
        client_id, alert_ids = self.alert.message.client_id, [self.alert.place.alert_id]
        return self._became(partial(cases.form, client_id=client_id, alert_ids=alert_ids, members=members))

    def moved(self, to: CaseState, note: str | None = None) -> CaseStory:
        return self._became(partial(cases.move, case_id=self._id, to=to, note=note))

    def suspended(self, note: str, weeks: int) -> CaseStory:
        """Until so many weeks from now."""
        until = _today(self.performer) + timedelta(weeks=weeks)
        return self._became(partial(cases.suspend, case_id=self._id, until=until, note=note))

    def reopened(self, note: str) -> CaseStory:
        return self._became(partial(cases.reopen, case_id=self._id, note=note))

    def reviewed(self, minutes: str, decision: str, swot: Swot) -> CaseStory:
        act = partial(task_forces.add_review, case_id=self._id, minutes=minutes, decision=decision, swot=swot)
        return self._became(act)

    def to_do(self, title: str, kind: TaskKind = "other") -> CaseStory:
        due_on = _today(self._then()) + timedelta(days=7)
        owner = self.staff.actor
        act = partial(task_forces.add_task, case_id=self._id, title=title, owner=owner, due_on=due_on, kind=kind)
        self._became(act)
        self._last_task = self._formed.tasks[-1].task_id
        return self

    def done(self, evidence: str) -> CaseStory:
        act = partial(task_forces.finish_task, case_id=self._id, task_id=self._last_task, evidence=evidence)
        return self._became(act, by=self.staff)

    def proposed(
        self,
        kind: RemedyType,
        weeks: int = 13,
        concession_pct: int | None = None,
        *,
        reason: str,
        expected_effect: str = "0",
    ) -> str:
        """A remedy from the next Monday on, submitted; its id."""
        today = _today(self._then())
        starts_on = today + timedelta(days=7 - today.weekday())
        terms = ProposedTerms(
            starts_on=starts_on,
            ends_on=starts_on + timedelta(weeks=weeks),
            cost_minor=0,
            expected_effect_minor=self._minor(expected_effect),
            reason=reason,
        )
        if concession_pct is not None:
            terms = self._with_fee(terms, concession_pct)
        act = partial(remedies.propose, case_id=self._id, kind=kind, proposed=terms)
        remedy = self._perform(self.manager, act)
        self._perform(self.manager, partial(remedies.submit, remedy_id=remedy.remedy_id))
        return remedy.remedy_id

    def approved(self, remedy_id: str, note: str) -> CaseStory:
        self._perform(self.approver, partial(remedies.approve, remedy_id=remedy_id, note=note))
        return self

    def returned(self, remedy_id: str, note: str) -> CaseStory:
        self._perform(self.approver, partial(remedies.send_back, remedy_id=remedy_id, note=note))
        return self

    def closed(self, truth: Truth, otherwise: Retention, cause: str) -> CaseStory:
        """With what the client's volume proposes; `otherwise` where it proposes nothing yet."""
        with self.performer.store.read() as tx:
            proposed = proposed_retention(tx, self._id, _today(self._then()), self.performer.bank.rules.retention)
        act = partial(cases.close, case_id=self._id, truth=truth, retention=proposed or otherwise, cause=cause)
        return self._became(act)

    @property
    def _formed(self) -> Case:
        if self.case is None:
            raise NotFound("case", self.alert.message.client_id)
        return self.case

    @property
    def _id(self) -> str:
        return self._formed.case_id

    def _became(self, act: Act[Case], by: Caller | None = None) -> CaseStory:
        """Where nobody else is named, it is the manager who acts on the case."""
        self.case = self._perform(by or self.manager, act)
        return self

    def _perform(self, caller: Caller, act: Act[T]) -> T:
        return self._then().perform(caller, act, _REQUEST)

    def _then(self) -> Performer:
        """The performer with the clock of the story's day."""
        moment = datetime.combine(
            self.seen_on + timedelta(days=self.day), _OFFICE_HOUR, self.performer.bank.calendar.zone
        )
        happens_at = min(moment, self.performer.clock())
        return replace(self.performer, clock=lambda: happens_at)

    def _with_fee(self, terms: ProposedTerms, concession_pct: int) -> ProposedTerms:
        return replace(
            terms,
            fee_code="ACCT-MAINT",
            list_price_minor=self._minor("1200.00"),
            concession_pct=concession_pct,
            volume_commitment_minor=self._minor("250000.00"),
        )

    def _minor(self, amount: str) -> int:
        return parse_amount(amount, self.performer.bank.base_currency)

    def _of_the_branch(self, role: Role, name: str) -> Caller:
        branch = self.alert.branch_id
        return Caller(f"{name}-{branch.lower()}", role, branch)


def _today(performer: Performer) -> date:
    """The bank's calendar day by the performer's clock."""
    return performer.bank.day_of(performer.clock())
