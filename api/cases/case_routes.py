"""Cases: forming a task force about a client, moving the case on, and closing it with what it turned out to be."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from acts import cases
from acts.callers import Caller
from acts.performing import Act, ActContext, ActRequest
from acts.roles import Permission, may
from api import etag
from api.auth import CaseFormer, CaseReader, CaseWorker
from api.cases.reading import CaseQuery, get_case_detail, search_cases
from api.changes import Posted, Shown, answer_act
from api.deps import ApiDeps, Deps
from api.paths import V1, UuidPath
from casework.cases.case_lifecycle import Case
from schemas.errors import Forbidden, NotAllowedByRules
from schemas.http import Page
from schemas.http_cases import (
    AddAlertsBody,
    CaseBody,
    CaseDetailBody,
    CloseCaseBody,
    OpenCaseBody,
    TransitionBody,
)

router = APIRouter(prefix=f"{V1}/cases", tags=["cases"])


@router.get("")
def list_cases(caller: CaseReader, deps: Deps, query: Annotated[CaseQuery, Query()]) -> Page[CaseBody]:
    """Cases, the newest first."""
    with deps.store.read() as tx:
        return search_cases(tx, deps, caller, query)


@router.post("", response_model=CaseDetailBody)
def open_case(caller: CaseFormer, deps: Deps, post: Posted, body: OpenCaseBody) -> Response:
    """Form a task force about a client's alerts. What was closed within the last half-year is opened again."""
    return answer_with_case(deps, caller, post, form_act(body))


@router.get("/{case_id}")
def get_case(caller: CaseReader, deps: Deps, case_id: UuidPath, response: Response) -> CaseDetailBody:
    """One case with its task force, tasks, minutes, deadlines and timeline."""
    with deps.store.read() as tx:
        found = get_case_detail(tx, deps, caller, case_id)
    response.headers["ETag"] = etag.format_etag(found.revision)
    return found


@router.post("/{case_id}/transitions", response_model=CaseDetailBody)
def move_case(caller: CaseWorker, deps: Deps, post: Posted, case_id: UuidPath, body: TransitionBody) -> Response:
    """Move it on, suspend it until a day, or open it again; it is closed by `close` alone."""
    return answer_with_case(deps, caller, post, transition_act(caller, case_id, body))


@router.post("/{case_id}/alerts", response_model=CaseDetailBody)
def add_alerts(caller: CaseWorker, deps: Deps, post: Posted, case_id: UuidPath, body: AddAlertsBody) -> Response:
    """Further alerts of the client belong to it."""
    act = partial(cases.add_alerts, case_id=case_id, alert_ids=body.alert_ids)
    return answer_with_case(deps, caller, post, act)


@router.post("/{case_id}/close", response_model=CaseDetailBody)
def close_case(caller: CaseFormer, deps: Deps, post: Posted, case_id: UuidPath, body: CloseCaseBody) -> Response:
    """End it, and its alerts with it, with what it turned out to be."""
    return answer_with_case(deps, caller, post, close_act(case_id, body))


def form_act(body: OpenCaseBody) -> Act[Case]:
    """The act that a body asks for."""
    members = [(member.user, member.role) for member in body.members]
    return partial(cases.form, client_id=body.client_id, alert_ids=body.alert_ids, lead=body.lead, members=members)


def close_act(case_id: str, body: CloseCaseBody) -> Act[Case]:
    """The act that a body asks for."""
    return partial(
        cases.close, case_id=case_id, truth=body.truth, retention=body.retention, cause=body.cause, note=body.note
    )


def transition_act(caller: Caller, case_id: str, body: TransitionBody) -> Act[Case]:
    """The act that a body asks for. Raises NotAllowedByRules, Forbidden."""
    if body.to == "closed":
        raise NotAllowedByRules("to", "a case is closed by POST close, with what it turned out to be")
    if body.to == "suspended":
        if body.until is None:
            raise NotAllowedByRules("until", "a suspended case needs its diary date")
        return partial(cases.suspend, case_id=case_id, until=body.until, note=body.note)
    if body.until is not None:
        raise NotAllowedByRules("until", "only a suspended case has a diary date")
    if body.to == "reopened":
        if not may(caller.role, Permission.FORM_CASES):
            raise Forbidden(f"{caller.role} may not {Permission.FORM_CASES}")
        return partial(cases.reopen, case_id=case_id, note=body.note)
    return partial(cases.move, case_id=case_id, to=body.to, note=body.note)


def answer_with_case(deps: ApiDeps, caller: Caller, post: ActRequest, act: Act[Case]) -> Response:
    """Perform the act, and show the case as it then is."""

    def show(context: ActContext, case: Case) -> Shown:
        return Shown(get_case_detail(context.tx, deps, caller, case.case_id), case.revision)

    return answer_act(deps, caller, post, act, show)
