"""What is done with a case as a whole: moved on, suspended, closed; and with its task force and alerts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Request, Response

from api.cases.case_members import hand_over, join, leave
from api.cases.case_routes import CaseId, add_alerts, close_case, move_case
from api.deps import ApiDeps, Deps
from api.roles import Permission
from api.web.cases.case_page import Back, case_page, path_of_case
from api.web.flash import Flash
from api.web.forms import Sent, SentForm
from api.web.language.words import N_
from api.web.sign_in.session import Visitor, needing_page
from schemas.http_cases import AddAlertsBody, CloseCaseBody, HandOverBody, LeaveBody, MemberBody, TransitionBody

router = APIRouter(include_in_schema=False)
Reader = Annotated[Visitor, needing_page(Permission.READ_CASES)]
Former = Annotated[Visitor, needing_page(Permission.FORM_CASES)]
Worker = Annotated[Visitor, needing_page(Permission.WORK_ON_CASES)]
ONE = "/desk/cases/{case_id}"


@router.get(ONE)
def one_case(request: Request, visitor: Reader, deps: Deps, case_id: CaseId) -> Response:
    """Everything about one case."""
    return case_page(request, visitor, deps, case_id)


@router.post(f"{ONE}/transitions")
def move(request: Request, visitor: Worker, deps: Deps, sent: SentForm, case_id: CaseId) -> Response:
    """On to the state that the button names."""

    def act() -> Response:
        sent.must_have("to")
        return move_case(visitor.caller, deps, sent.post, case_id, sent.body(TransitionBody, only=("to", "note")))

    return attempt(request, visitor, deps, sent, case_id, act, Flash(N_("The case has moved on.")))


@router.post(f"{ONE}/suspend")
def suspend(request: Request, visitor: Worker, deps: Deps, sent: SentForm, case_id: CaseId) -> Response:
    """Leave it until a day."""

    def act() -> Response:
        sent.must_have("until")
        body = sent.body(TransitionBody, only=("until", "note"), to="suspended")
        return move_case(visitor.caller, deps, sent.post, case_id, body)

    return attempt(request, visitor, deps, sent, case_id, act, Flash(N_("Suspended until its day.")))


@router.post(f"{ONE}/close")
def close(request: Request, visitor: Former, deps: Deps, sent: SentForm, case_id: CaseId) -> Response:
    """End it with what it turned out to be."""
    return attempt(
        request,
        visitor,
        deps,
        sent,
        case_id,
        lambda: close_case(visitor.caller, deps, sent.post, case_id, sent.body(CloseCaseBody)),
        Flash(N_("The case is closed, and its alerts with it.")),
    )


@router.post(f"{ONE}/alerts")
def take_alerts(request: Request, visitor: Worker, deps: Deps, sent: SentForm, case_id: CaseId) -> Response:
    """Further alerts of the client belong to it."""

    def act() -> Response:
        sent.must_have("alert_ids")
        return add_alerts(visitor.caller, deps, sent.post, case_id, sent.body(AddAlertsBody))

    return attempt(request, visitor, deps, sent, case_id, act, Flash(N_("Taken into the case.")), "#alerts")


@router.post(f"{ONE}/members")
def add_member(request: Request, visitor: Former, deps: Deps, sent: SentForm, case_id: CaseId) -> Response:
    """Somebody joins, or has another role."""
    return attempt(
        request,
        visitor,
        deps,
        sent,
        case_id,
        lambda: join(visitor.caller, deps, sent.post, case_id, sent.body(MemberBody)),
        Flash(N_("The task force has changed.")),
        "#task-force",
    )


@router.post(f"{ONE}/leave")
def drop_member(request: Request, visitor: Former, deps: Deps, sent: SentForm, case_id: CaseId) -> Response:
    """Somebody leaves."""
    return attempt(
        request,
        visitor,
        deps,
        sent,
        case_id,
        lambda: leave(visitor.caller, deps, sent.post, case_id, sent.body(LeaveBody)),
        Flash(N_("The task force has changed.")),
        "#task-force",
    )


@router.post(f"{ONE}/lead")
def change_lead(request: Request, visitor: Former, deps: Deps, sent: SentForm, case_id: CaseId) -> Response:
    """Somebody else leads."""
    return attempt(
        request,
        visitor,
        deps,
        sent,
        case_id,
        lambda: hand_over(visitor.caller, deps, sent.post, case_id, sent.body(HandOverBody)),
        Flash(N_("The case was handed over.")),
        "#task-force",
    )


def attempt(
    request: Request,
    visitor: Visitor,
    deps: ApiDeps,
    sent: Sent,
    case_id: str,
    act: Callable[[], Response],
    done: Flash,
    part: str = "",
    at: str = "",
) -> Response:
    """Act, and back to the case: to `part` of it where it worked, else with the form and what was wrong with it."""
    return sent.attempt(
        act,
        done=done,
        back_to=path_of_case(case_id) + part,
        again=lambda form: case_page(
            request,
            visitor,
            deps,
            case_id,
            Back(form, at, frozenset(sent.all("alert_ids") + sent.all("attendees"))),
        ),
    )
