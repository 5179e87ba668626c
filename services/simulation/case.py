"""One case of the simulated bank, step by step, by the people of its branch through the API's own functions."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, cast

from fastapi import Response

from api.alerts import alert_routes
from api.auth import Caller
from api.cases import case_routes, case_tasks
from api.changes import Post
from api.deps import ApiDeps
from api.remedies import remedy_decisions, remedy_routes
from api.roles import Role
from schemas.errors import NotFound
from schemas.http_alerts import AlertBody
from schemas.http_cases import (
    CaseDetailBody,
    CaseStateName,
    CloseCaseBody,
    EvidenceOfTaskBody,
    MemberBody,
    MinutesBody,
    NewTaskBody,
    OpenCaseBody,
    Retention,
    SwotBody,
    TransitionBody,
    Truth,
)
from schemas.http_remedies import ApproveBody, DecisionBody, ProposeBody, RemedyTypeName

_OFFICE_HOUR = time(10)
_FEE = {"fee_code": "ACCT-MAINT", "list_price": "1200.00", "volume_commitment": "250000.00"}
_POST = Post(if_match=None, key=None, fingerprint="", request_id="simulated")


@dataclass
class CaseStory:
    """Days are counted from `seen_on`, when people saw the alert."""

    deps: ApiDeps
    alert: AlertBody
    seen_on: date
    case: CaseDetailBody | None = None
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
        alert_routes.acknowledge(self.staff, self._then(), _POST, self.alert.alert_id)
        return self

    def formed(self) -> CaseStory:
        members = [
            MemberBody(user=self.staff.actor, role="relationship_manager"),
            MemberBody(user=f"credit-{self.alert.branch_id.lower()}", role="credit"),
        ]
        body = OpenCaseBody(client_id=self.alert.client_id, alert_ids=[self.alert.alert_id], members=members)
        return self._became(case_routes.open_case(self.manager, self._then(), _POST, body))

    def moved(self, to: CaseStateName, note: str | None = None, until: date | None = None) -> CaseStory:
        body = TransitionBody.model_validate({"to": to, "note": note, "until": until and until.isoformat()})
        return self._became(case_routes.move_case(self.manager, self._then(), _POST, self._id, body))

    def reviewed(self, minutes: str, decision: str, swot: SwotBody) -> CaseStory:
        body = MinutesBody(minutes=minutes, decision=decision, swot=swot)
        return self._became(case_tasks.add_review(self.manager, self._then(), _POST, self._id, body))

    def to_do(self, title: str, kind: Literal["contact", "analysis", "other"] = "other") -> CaseStory:
        due_on = (self._then().today() + timedelta(days=7)).isoformat()
        body = NewTaskBody.model_validate(
            {"title": title, "owner": self.staff.actor, "due_on": due_on, "kind": kind}
        )
        self._became(case_tasks.add_task(self.manager, self._then(), _POST, self._id, body))
        self._last_task = self._formed.tasks[-1].task_id
        return self

    def done(self, evidence: str) -> CaseStory:
        body = EvidenceOfTaskBody(evidence=evidence)
        return self._became(
            case_tasks.finish_task(self.staff, self._then(), _POST, self._id, self._last_task, body)
        )

    def proposed(
        self, kind: RemedyTypeName, weeks: int = 13, concession_pct: int | None = None, **terms: Any
    ) -> str:
        """A remedy from the next Monday on, submitted; its id."""
        then = self._then()
        starts_on = then.today() + timedelta(days=7 - then.today().weekday())
        fee = {} if concession_pct is None else {"concession_pct": concession_pct, **_FEE}
        when = {"starts_on": starts_on.isoformat(), "ends_on": (starts_on + timedelta(weeks=weeks)).isoformat()}
        body = ProposeBody.model_validate({"type": kind, **when, **fee, **terms})
        answer = _told(remedy_routes.propose(self.manager, then, _POST, self._id, body))
        remedy_decisions.submit(self.manager, then, _POST, answer["remedy_id"])
        return cast("str", answer["remedy_id"])

    def approved(self, remedy_id: str, note: str) -> CaseStory:
        remedy_decisions.approve(self.approver, self._then(), _POST, remedy_id, ApproveBody(note=note))
        return self

    def returned(self, remedy_id: str, note: str) -> CaseStory:
        remedy_decisions.send_back(self.approver, self._then(), _POST, remedy_id, DecisionBody(note=note))
        return self

    def closed(self, truth: Truth, otherwise: Retention, cause: str) -> CaseStory:
        """With what the service proposes of the client's volume; `otherwise` where it proposes nothing yet."""
        now = case_routes.get_case(self.manager, self._then(), self._id, Response())
        proposals = [found.proposal for found in now.retention_proposals if found.proposal is not None]
        body = CloseCaseBody(truth=truth, retention=proposals[-1] if proposals else otherwise, cause=cause)
        return self._became(case_routes.close_case(self.manager, self._then(), _POST, self._id, body))

    @property
    def _formed(self) -> CaseDetailBody:
        if self.case is None:
            raise NotFound("case", self.alert.client_id)
        return self.case

    @property
    def _id(self) -> str:
        return self._formed.case_id

    def _became(self, answer: Response) -> CaseStory:
        self.case = CaseDetailBody.model_validate(_told(answer))
        return self

    def _then(self) -> ApiDeps:
        """The dependencies with the clock of the story's day."""
        zone = self.deps.calendar.zone
        moment = datetime.combine(self.seen_on + timedelta(days=self.day), _OFFICE_HOUR, zone)
        told_at = min(moment, self.deps.clock())
        return replace(self.deps, clock=lambda: told_at)

    def _of_the_branch(self, role: Role, name: str) -> Caller:
        branch = self.alert.branch_id
        return Caller(f"{name}-{branch.lower()}", role, branch)


def _told(answer: Response) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(bytes(answer.body))
    return told
