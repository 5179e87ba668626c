"""A case's page: the task force, its deadlines, tasks and minutes, its remedies and what they brought.

Every form on it leads back to it. One that was refused comes back in its place, with what was typed: see `Back`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import Response

from acts.roles import Permission
from api.alerts.listing import AlertQuery, search_alerts
from api.pagination import MOST
from api.web.alerts.rows import left_of
from api.web.alerts.sentences import sentence
from api.web.cases.case_list import CASES
from api.web.cases.case_view import CaseView, read_case_view
from api.web.cases.remedy_form import RemedyForm, remedy_form
from api.web.cases.timeline import timeline_line
from api.web.forms import FormState
from api.web.language.case_words import MEMBER_ROLES
from api.web.rendering import render
from api.web.visitor import Visitor
from schemas.http_cases import CaseDetailBody, RetentionProposalBody
from schemas.vocabulary import CaseState

WAY: tuple[CaseState, ...] = ("forming", "in_review", "plan", "executing", "monitoring", "closed")
JOINING = tuple(role for role in MEMBER_ROLES if role != "lead")
_OWN_FORMS = frozenset({"suspended", "closed"})  # these ask for more than a note


@dataclass(frozen=True, slots=True)
class Back:
    """The form that comes back. `at`: the id of the task or remedy that it was about; `chosen`: what was ticked."""

    form: FormState | None = None
    at: str = ""
    chosen: frozenset[str] = field(default_factory=frozenset)

    def of(self, name: str, at: str = "") -> FormState | None:
        """The form of this name on the page, where it is the one that came back."""
        return self.form if self.form and (self.form.name, self.at) == (name, at) else None


def path_of_case(case_id: str) -> str:
    return f"{CASES}/{case_id}"


def case_page(visitor: Visitor, case_id: str, back: Back | None = None) -> Response:
    """Raises NotFound, also for another branch's. Its query says which remedy is to be changed or renewed.

    Whose client moved to another branch reads on, and sees no form.
    """
    back = back or Back()
    view = read_case_view(visitor, case_id)
    case = view.case
    query = AlertQuery.model_validate({"limit": MOST})
    found = search_alerts(visitor.tx, visitor.deps, visitor.caller, query, client_id=case.client_id)
    alerts = [(alert, sentence(alert, visitor.language)) for alert in found.items]
    reads_on = visitor.branch not in (None, case.branch_id)
    return render(
        visitor,
        "case.html",
        case=case,
        reads_on=reads_on,
        may=_may_nothing if reads_on else visitor.may,
        back=back,
        way=WAY,
        steps=_steps(case),
        present=[member for member in case.members if member.left_on is None],
        gone=[member for member in case.members if member.left_on is not None],
        roles=JOINING,
        proposed=_proposed(case.retention_proposals),
        left_of=left_of,
        own_alerts=[shown for shown in alerts if shown[0].alert_id in case.alert_ids],
        further_alerts=[
            shown for shown in alerts if shown[0].alert_id not in case.alert_ids and shown[0].state != "closed"
        ],
        remedies=view.remedies[:MOST],
        remedy_form=None if reads_on else _remedy_form(visitor, view, back),
        timeline=[timeline_line(event) for event in reversed(case.timeline)],
    )


def _may_nothing(_permission: Permission) -> bool:
    return False


def _remedy_form(visitor: Visitor, view: CaseView, back: Back) -> RemedyForm | None:
    if view.case.state == "closed" or not visitor.may(Permission.PROPOSE_REMEDIES):
        return None
    return remedy_form(visitor, view, back.of("remedies") or back.of("revise", back.at), back.at)


def _steps(case: CaseDetailBody) -> list[CaseState]:
    """Where a button leads, the furthest first: that is what people come for."""
    return [state for state in reversed(case.next_states) if state not in _OWN_FORMS]


def _proposed(proposals: Sequence[RetentionProposalBody]) -> RetentionProposalBody | None:
    """The latest that there is: of 26 weeks before that of 13."""
    return next((each for each in reversed(proposals) if each.proposal), None)
