"""What is done with a case as a whole: moved on, suspended, closed; and with its task force and alerts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, Response

from acts import cases, task_forces
from acts.performing import Act
from api.cases.case_routes import close_act, transition_act
from api.paths import UuidPath
from api.web.cases.case_page import Back, case_page, path_of_case
from api.web.flash import Flash
from api.web.forms import Sent, SentForm
from api.web.visitor import CaseFormer, CaseReader, CaseWorker, Visitor
from casework.cases.case_lifecycle import Case
from language.marking import N_
from schemas.http_cases import AddAlertsBody, CloseCaseBody, HandOverBody, LeaveBody, MemberBody, TransitionBody

router = APIRouter(include_in_schema=False)
ONE = "/desk/cases/{case_id}"
_TASK_FORCE_CHANGED = Flash(N_("The task force has changed."))


@router.get(ONE)
def one_case(visitor: CaseReader, case_id: UuidPath) -> Response:
    """Everything about one case."""
    return case_page(visitor, case_id)


@router.post(f"{ONE}/transitions")
def move(visitor: CaseWorker, sent: SentForm, case_id: UuidPath) -> Response:
    """On to the state that the button names."""

    def act() -> Act[Case]:
        sent.must_have("to")
        return transition_act(visitor.caller, case_id, sent.body(TransitionBody, only=("to", "note")))

    return attempt(visitor, sent, case_id, act, Flash(N_("The case has moved on.")))


@router.post(f"{ONE}/suspend")
def suspend(visitor: CaseWorker, sent: SentForm, case_id: UuidPath) -> Response:
    """Leave it until a day."""

    def act() -> Act[Case]:
        sent.must_have("until")
        body = sent.body(TransitionBody, only=("until", "note"), to="suspended")
        return transition_act(visitor.caller, case_id, body)

    return attempt(visitor, sent, case_id, act, Flash(N_("Suspended until its day.")))


@router.post(f"{ONE}/close")
def close(visitor: CaseFormer, sent: SentForm, case_id: UuidPath) -> Response:
    """End it with what it turned out to be."""
    done = Flash(N_("The case is closed, and its alerts with it."))
    return attempt(visitor, sent, case_id, lambda: close_act(case_id, sent.body(CloseCaseBody)), done)


@router.post(f"{ONE}/alerts")
def take_alerts(visitor: CaseWorker, sent: SentForm, case_id: UuidPath) -> Response:
    """Further alerts of the client belong to it."""

    def act() -> Act[Case]:
        sent.must_have("alert_ids")
        return partial(cases.add_alerts, case_id=case_id, alert_ids=sent.body(AddAlertsBody).alert_ids)

    return attempt(visitor, sent, case_id, act, Flash(N_("Taken into the case.")), "#alerts")


@router.post(f"{ONE}/members")
def add_member(visitor: CaseFormer, sent: SentForm, case_id: UuidPath) -> Response:
    """Somebody joins, or has another role."""

    def act() -> Act[Case]:
        body = sent.body(MemberBody)
        return partial(task_forces.join, case_id=case_id, user=body.user, role=body.role)

    return attempt(visitor, sent, case_id, act, _TASK_FORCE_CHANGED, "#task-force")


@router.post(f"{ONE}/leave")
def drop_member(visitor: CaseFormer, sent: SentForm, case_id: UuidPath) -> Response:
    """Somebody leaves."""

    def act() -> Act[Case]:
        return partial(task_forces.leave, case_id=case_id, user=sent.body(LeaveBody).user)

    return attempt(visitor, sent, case_id, act, _TASK_FORCE_CHANGED, "#task-force")


@router.post(f"{ONE}/lead")
def change_lead(visitor: CaseFormer, sent: SentForm, case_id: UuidPath) -> Response:
    """Somebody else leads."""

    def act() -> Act[Case]:
        return partial(task_forces.hand_over, case_id=case_id, lead=sent.body(HandOverBody).lead)

    return attempt(visitor, sent, case_id, act, Flash(N_("The case was handed over.")), "#task-force")


def attempt(
    visitor: Visitor,
    sent: Sent,
    case_id: str,
    act: Callable[[], Act[Case]],
    done: Flash,
    part: str = "",
    at: str = "",
) -> Response:
    """Act, and back to the case: to `part` of it where it worked, else with the form and what was wrong with it."""
    chosen = frozenset(sent.all("alert_ids") + sent.all("attendees"))
    return sent.attempt(
        act,
        done=done,
        back_to=path_of_case(case_id) + part,
        again=lambda form: case_page(visitor, case_id, Back(form, at, chosen)),
    )
