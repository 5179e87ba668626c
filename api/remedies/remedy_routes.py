"""GET /remedies and what is asked of a case's remedies: to propose one, to list them, and what each would take."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from acts import remedies
from api import etag
from api.auth import CaseReader, RemedyProposer
from api.changes import Posted
from api.deps import Deps
from api.paths import V1, UuidPath
from api.remedies.bodies import read_proposed_terms
from api.remedies.reading import (
    CaseRemedyQuery,
    RemedyQuery,
    get_remedy_body,
    search_case_remedies,
    search_remedies,
)
from api.remedies.remedy_decisions import answer_with_remedy
from schemas.http import Page
from schemas.http_remedies import ProposeBody, RemedyBody
from store.cases import case_search

router = APIRouter(prefix=V1, tags=["remedies"])


@router.get("/remedies")
def list_remedies(caller: CaseReader, deps: Deps, query: Annotated[RemedyQuery, Query()]) -> Page[RemedyBody]:
    """Remedies by their submission, the oldest first: `state=submitted` is the inbox of approvals."""
    with deps.store.read() as tx:
        return search_remedies(tx, deps, caller, query)


@router.get("/remedies/{remedy_id}")
def get_remedy(caller: CaseReader, deps: Deps, remedy_id: UuidPath, response: Response) -> RemedyBody:
    """One remedy with its approvals and what it has brought so far."""
    with deps.store.read() as tx:
        body = get_remedy_body(tx, deps, caller, remedy_id)
    response.headers["ETag"] = etag.format_etag(body.revision)
    return body


@router.get("/cases/{case_id}/remedies")
def list_case_remedies(
    caller: CaseReader, deps: Deps, case_id: UuidPath, query: Annotated[CaseRemedyQuery, Query()]
) -> Page[RemedyBody]:
    """A case's remedies, by their submission, the oldest first."""
    with deps.store.read() as tx:
        case_search.get(tx, case_id, only_branch=caller.branch, member=caller.actor)
        return search_case_remedies(tx, deps, query, case_id)


@router.post("/cases/{case_id}/remedies", response_model=RemedyBody)
def propose(caller: RemedyProposer, deps: Deps, post: Posted, case_id: UuidPath, body: ProposeBody) -> Response:
    """Propose a remedy, as a draft. Concessions need a fee, its price and an end."""

    act = partial(
        remedies.propose,
        case_id=case_id,
        kind=body.type,
        proposed=read_proposed_terms(body, deps.base_currency),
        owner=body.owner,
        renews=body.renews,
    )
    return answer_with_remedy(deps, caller, post, act)
