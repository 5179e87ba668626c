"""What is done with a case as a whole: moved on, suspended, closed; and with its task force and alerts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request, Response

from acts import cases, task_forces
from acts.performing import Act
from acts.roles import Permission
from api.cases.case_routes import close_act, transition_act
from api.deps import ApiDeps, Deps
from api.paths import UuidPath
from api.reading import Reading, Snapshot
from api.web.cases.case_page import Back, case_page, path_of_case
from api.web.flash import Flash
from api.web.forms import Sent, SentForm
from api.web.language.words import N_
from api.web.sign_in.session import Visitor, needing_page
from casework.cases.case_lifecycle import Case
from schemas.http_cases import AddAlertsBody, CloseCaseBody, HandOverBody, LeaveBody, MemberBody, TransitionBody

router = APIRouter(include_in_schema=False)
Reader = Annotated[Visitor, needing_page(Permission.READ_CASES)]
Former = Annotated[Visitor, needing_page(Permission.FORM_CASES)]
Worker = Annotated[Visitor, needing_page(Permission.WORK_ON_CASES)]
ONE = "/desk/cases/{case_id}"


@router.get(ONE)
def one_case(request: Request, visitor: Reader, deps: Deps, reading: Reading, case_id: UuidPath) -> Response:
    """Everything about one case."""
    return case_page(request, visitor, deps, reading, case_id)


@router.post(f"{ONE}/transitions")
def move(
    request: Request, visitor: Worker, deps: Deps, reading: Reading, sent: SentForm, case_id: UuidPath
) -> Response:
    """On to the state that the button names."""

    def act() -> Act[Case]:
        sent.must_have("to")
        return transition_act(visitor.caller, case_id, sent.body(TransitionBody, only=("to", "note")))

    done = Flash(N_("The case has moved on."))
    return attempt(request, visitor, deps, reading, sent, case_id, act, done)


@router.post(f"{ONE}/suspend")
def suspend(
    request: Request, visitor: Worker, deps: Deps, reading: Reading, sent: SentForm, case_id: UuidPath
) -> Response:
    """Leave it until a day."""

    def act() -> Act[Case]:
        sent.must_have("until")
        body = sent.body(TransitionBody, only=("until", "note"), to="suspended")
        return transition_act(visitor.caller, case_id, body)

    done = Flash(N_("Suspended until its day."))
    return attempt(request, visitor, deps, reading, sent, case_id, act, done)


@router.post(f"{ONE}/close")
def close(
    request: Request, visitor: Former, deps: Deps, reading: Reading, sent: SentForm, case_id: UuidPath
) -> Response:
    """End it with what it turned out to be."""

    def act() -> Act[Case]:
        return close_act(case_id, sent.body(CloseCaseBody))

    done = Flash(N_("The case is closed, and its alerts with it."))
    return attempt(request, visitor, deps, reading, sent, case_id, act, done)


@router.post(f"{ONE}/alerts")
def take_alerts(
    request: Request, visitor: Worker, deps: Deps, reading: Reading, sent: SentForm, case_id: UuidPath
) -> Response:
    """Further alerts of the client belong to it."""

    def act() -> Act[Case]:
        sent.must_have("alert_ids")
        return partial(cases.add_alerts, case_id=case_id, alert_ids=sent.body(AddAlertsBody).alert_ids)

    done = Flash(N_("Taken into the case."))
    return attempt(request, visitor, deps, reading, sent, case_id, act, done, "#alerts")


@router.post(f"{ONE}/members")
def add_member(
    request: Request, visitor: Former, deps: Deps, reading: Reading, sent: SentForm, case_id: UuidPath
) -> Response:
    """Somebody joins, or has another role."""

    def act() -> Act[Case]:
        body = sent.body(MemberBody)
        return partial(task_forces.join, case_id=case_id, user=body.user, role=body.role)

    done = Flash(N_("The task force has changed."))
    return attempt(request, visitor, deps, reading, sent, case_id, act, done, "#task-force")


@router.post(f"{ONE}/leave")
def drop_member(
    request: Request, visitor: Former, deps: Deps, reading: Reading, sent: SentForm, case_id: UuidPath
) -> Response:
    """Somebody leaves."""

    def act() -> Act[Case]:
        return partial(task_forces.leave, case_id=case_id, user=sent.body(LeaveBody).user)

    done = Flash(N_("The task force has changed."))
    return attempt(request, visitor, deps, reading, sent, case_id, act, done, "#task-force")


@router.post(f"{ONE}/lead")
def change_lead(
    request: Request, visitor: Former, deps: Deps, reading: Reading, sent: SentForm, case_id: UuidPath
) -> Response:
    """Somebody else leads."""

    def act() -> Act[Case]:
        return partial(task_forces.hand_over, case_id=case_id, lead=sent.body(HandOverBody).lead)

    done = Flash(N_("The case was handed over."))
    return attempt(request, visitor, deps, reading, sent, case_id, act, done, "#task-force")


def attempt(
    request: Request,
    visitor: Visitor,
    deps: ApiDeps,
    reading: Snapshot,
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
        visitor.caller,
        act,
        done=done,
        back_to=path_of_case(case_id) + part,
        again=lambda form: case_page(request, visitor, deps, reading, case_id, Back(form, at, chosen)),
    )
