"""GET /remedies and what is asked of a case's remedies: to propose one, to list them, and what each would take."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api import etag
from api.auth import Caller, CaseReader, RemedyProposer
from api.changes import Done, Posted, Trace, perform
from api.deps import ApiDeps, Deps
from api.paths import V1
from api.remedies.bodies import terms_of, told
from api.remedies.reading import CaseRemedyQuery, RemedyQuery, case_remedy_page, read_remedy, remedy_page
from casework.alerts.actions import NotAllowedByRules
from casework.cases.case_lifecycle import must_be_open
from casework.remedies import remedy_lifecycle
from casework.remedies.remedy_lifecycle import Remedy
from schemas.errors import NotFound
from schemas.http import Page
from schemas.http_remedies import ProposeBody, RemedyBody
from store.alerts import alert_rows
from store.cases import case_rows, case_search
from store.remedies import remedy_rows, remedy_timeline
from store.unit_of_work import Tx

router = APIRouter(prefix=V1, tags=["remedies"])
CaseId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
RemedyId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


@router.get("/remedies")
def list_remedies(caller: CaseReader, deps: Deps, query: Annotated[RemedyQuery, Query()]) -> Page[RemedyBody]:
    """Remedies by their submission, the oldest first: `state=submitted` is the inbox of approvals."""
    return remedy_page(deps, caller, query)


@router.get("/remedies/{remedy_id}")
def get_remedy(caller: CaseReader, deps: Deps, remedy_id: RemedyId, response: Response) -> RemedyBody:
    """One remedy with its approvals and what it has brought so far."""
    with deps.store.read() as tx:
        body = read_remedy(tx, deps, caller, remedy_id)
    response.headers["ETag"] = etag.etag(body.revision)
    return body


@router.get("/cases/{case_id}/remedies")
def list_case_remedies(
    caller: CaseReader, deps: Deps, case_id: CaseId, query: Annotated[CaseRemedyQuery, Query()]
) -> Page[RemedyBody]:
    """A case's remedies, by their submission, the oldest first."""
    with deps.store.read() as tx:
        case_search.get(tx, case_id, only_branch=caller.branch)
    return case_remedy_page(deps, caller, query, case_id)


@router.post("/cases/{case_id}/remedies", response_model=RemedyBody)
def propose(caller: RemedyProposer, deps: Deps, post: Posted, case_id: CaseId, body: ProposeBody) -> Response:
    """Propose a remedy, as a draft. Concessions need a fee, its price and an end."""

    def work(tx: Tx) -> Done:
        remedy = _proposed(tx, deps, caller, case_id, body)
        facts = alert_rows.client_facts(tx, [remedy.client_id])[remedy.client_id]
        remedy_rows.save(tx, remedy, facts, deps.base_currency, deps.clock())
        remedy_timeline.append(tx, remedy, at=deps.clock(), actor=caller.actor, what="proposed", note=body.reason)
        trace = Trace("remedy.propose", "remedy", remedy.remedy_id, None, told(remedy))
        return Done(read_remedy(tx, deps, caller, remedy.remedy_id), trace, remedy.revision)

    return perform(deps, caller, post, work)


def _proposed(tx: Tx, deps: ApiDeps, caller: Caller, case_id: str, body: ProposeBody) -> Remedy:
    """1. Is the case theirs to see. 2. Keep it from being closed meanwhile. 3. What do they propose."""
    case_search.get(tx, case_id, only_branch=caller.branch)
    case = case_rows.get(tx, case_id, for_update=True)
    must_be_open(case)
    return remedy_lifecycle.propose(
        str(uuid.uuid4()),
        case_id,
        case.client_id,
        body.type,
        terms_of(body, body.type, deps),
        owner=body.owner or caller.actor,
        actor=caller.actor,
        today=deps.today(),
        renews=None if body.renews is None else _renewed(tx, body.renews, case.client_id),
    )


def _renewed(tx: Tx, remedy_id: str, client_id: str) -> Remedy:
    try:
        return remedy_rows.get(tx, remedy_id)
    except NotFound:
        raise NotAllowedByRules("renews", f"{remedy_id} is no remedy of client {client_id}") from None
