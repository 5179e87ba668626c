"""A case's page: the task force, its deadlines, tasks and minutes, its remedies and what they brought.

Every form on it leads back to it. One that was refused comes back in its place, with what was typed: see `Back`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import Request, Response

from api.alerts.listing import AlertQuery, alert_page
from api.cases.reading import case_detail
from api.deps import ApiDeps
from api.pagination import MOST
from api.remedies.reading import CaseRemedyQuery, case_remedy_page
from api.roles import Permission, may
from api.web.alerts.sentences import sentence
from api.web.cases.case_list import CASES
from api.web.cases.timeline import Moment, moments
from api.web.forms import Shown
from api.web.language.case_words import MEMBER_ROLES
from api.web.remedies.form import RemedyForm, remedy_form
from api.web.rendering import render
from api.web.sign_in.session import Visitor
from schemas.http_alerts import AlertBody
from schemas.http_cases import CaseDetailBody, CaseStateName, MembershipBody, RetentionProposalBody

WAY: tuple[CaseStateName, ...] = ("forming", "in_review", "plan", "executing", "monitoring", "closed")
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
    request: Request, visitor: Visitor, deps: ApiDeps, case_id: str, back: Back | None = None
) -> Response:
    """Raises NotFound, also for another branch's. Its query says which remedy is to be changed or renewed."""
    back = back or Back()
    with deps.store.read() as tx:
        case = case_detail(deps, visitor.caller, tx, case_id)
    remedies = case_remedy_page(
        deps, visitor.caller, CaseRemedyQuery.model_validate({"limit": MOST}), case_id
    ).items
    alerts = _alerts(visitor, deps, case)
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
        own_alerts=[
            (alert, sentence(alert, visitor.language)) for alert in alerts if alert.alert_id in case.alert_ids
        ],
        further_alerts=[
            (alert, sentence(alert, visitor.language))
            for alert in alerts
            if alert.alert_id not in case.alert_ids and alert.state != "closed"
        ],
        remedies=remedies,
        remedy_form=_remedy_form(request, visitor, deps, case, back),
        timeline=_timeline(case),
    )


def _alerts(visitor: Visitor, deps: ApiDeps, case: CaseDetailBody) -> Sequence[AlertBody]:
    query = AlertQuery.model_validate({"limit": MOST})
    return alert_page(deps, visitor.caller, query, client_id=case.client_id).items


def _remedy_form(
    request: Request, visitor: Visitor, deps: ApiDeps, case: CaseDetailBody, back: Back
) -> RemedyForm | None:
    if case.state == "closed" or not may(visitor.caller.role, Permission.PROPOSE_REMEDIES):
        return None
    returned = back.of("remedies") or back.of("revise", back.at)
    return remedy_form(request, visitor, deps, case, returned, back.at)


def _steps(case: CaseDetailBody) -> list[CaseStateName]:
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
