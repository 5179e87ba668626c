"""A case's page: the task force, its deadlines, tasks and minutes, its remedies and what they brought.

Every form on it leads back to it. One that was refused comes back in its place, with what was typed: see `Back`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import Request, Response

from acts.roles import Permission, may
from api.alerts.listing import AlertQuery, search_alerts
from api.deps import ApiDeps
from api.pagination import MOST
from api.reading import Snapshot
from api.web.alerts.sentences import sentence
from api.web.cases.case_list import CASES
from api.web.cases.case_view import CaseView, read_case_view
from api.web.cases.timeline import Moment, moments
from api.web.forms import Shown
from api.web.language.case_words import MEMBER_ROLES
from api.web.remedies.form import RemedyForm, remedy_form
from api.web.rendering import render
from api.web.sign_in.session import Visitor
from schemas.http_cases import CaseDetailBody, MembershipBody, RetentionProposalBody
from schemas.vocabulary import CaseState

WAY: tuple[CaseState, ...] = ("forming", "in_review", "plan", "executing", "monitoring", "closed")
_OWN_FORMS = frozenset({"suspended", "closed"})  # these ask for more than a note


@dataclass(frozen=True, slots=True)
class Back:
    """The form that comes back. `at`: the id of the task or remedy that it was about; `chosen`: what was ticked."""

    form: Shown | None = None
    at: str = ""
    chosen: frozenset[str] = field(default_factory=frozenset)

    def of(self, name: str, at: str = "") -> Shown | None:
        """The form of this name on the page, where it is the one that came back."""
        return self.form if self.form and (self.form.name, self.at) == (name, at) else None


@dataclass(frozen=True, slots=True)
class Rights:
    """What the visitor's role may do with cases. What the state allows is another question; the API decides."""

    form: bool
    work: bool
    propose: bool
    check: bool
    revoke: bool


def rights_of(visitor: Visitor) -> Rights:
    role = visitor.caller.role
    return Rights(
        form=may(role, Permission.FORM_CASES),
        work=may(role, Permission.WORK_ON_CASES),
        propose=may(role, Permission.PROPOSE_REMEDIES),
        check=may(role, Permission.CHECK_REMEDIES),
        revoke=may(role, Permission.REVOKE_REMEDIES),
    )


def path_of_case(case_id: str) -> str:
    return f"{CASES}/{case_id}"


def case_page(
    request: Request, visitor: Visitor, deps: ApiDeps, reading: Snapshot, case_id: str, back: Back | None = None
) -> Response:
    """Raises NotFound, also for another branch's. Its query says which remedy is to be changed or renewed."""
    back = back or Back()
    view = read_case_view(reading.tx, deps, visitor.caller, case_id)
    case = view.case
    query = AlertQuery.model_validate({"limit": MOST})
    alerts = [
        (alert, sentence(alert, visitor.language))
        for alert in search_alerts(reading.tx, deps, visitor.caller, query, client_id=case.client_id).items
    ]
    return render(
        request,
        "case.html",
        visitor=visitor,
        case=case,
        back=back,
        rights=rights_of(visitor),
        today=deps.today(),
        way=WAY,
        steps=_steps(case),
        present=[member for member in case.members if _is_present(member)],
        gone=[member for member in case.members if not _is_present(member)],
        roles=[role for role in MEMBER_ROLES if role != "lead"],
        proposed=_proposed(case.retention_proposals),
        own_alerts=[shown for shown in alerts if shown[0].alert_id in case.alert_ids],
        further_alerts=[
            shown for shown in alerts if shown[0].alert_id not in case.alert_ids and shown[0].state != "closed"
        ],
        remedies=view.remedies[:MOST],
        remedy_form=_remedy_form(request, visitor, deps, view, back),
        timeline=_timeline(case),
    )


def _remedy_form(
    request: Request, visitor: Visitor, deps: ApiDeps, view: CaseView, back: Back
) -> RemedyForm | None:
    if view.case.state == "closed" or not may(visitor.caller.role, Permission.PROPOSE_REMEDIES):
        return None
    returned = back.of("remedies") or back.of("revise", back.at)
    return remedy_form(request, visitor, deps, view, returned, back.at)


def _steps(case: CaseDetailBody) -> list[CaseState]:
    """Where a button leads, the furthest first: that is what people come for."""
    return [state for state in reversed(case.next_states) if state not in _OWN_FORMS]


def _is_present(member: MembershipBody) -> bool:
    return member.left_on is None


def _proposed(proposals: Sequence[RetentionProposalBody]) -> RetentionProposalBody | None:
    """The latest that there is: of 26 weeks before that of 13."""
    return next((each for each in reversed(proposals) if each.proposal), None)


def _timeline(case: CaseDetailBody) -> list[Moment]:
    """The newest first."""
    return moments(case.timeline)[::-1]
