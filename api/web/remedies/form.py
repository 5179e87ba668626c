"""The form in which a remedy is proposed, changed or renewed, and beside it what a concession would have to bring.

Its address says what it begins with: `?change=` or `?renew=` a remedy, or the figures of a what-if.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import Request

from api.deps import ApiDeps
from api.remedies.reading import RemedyQuery, read_remedy, remedy_page
from api.remedies.what_if import WhatIfQuery, what_if
from api.web.forms import BadFields, Sent, Shown
from api.web.language.amounts import body_with_amounts
from api.web.sign_in.session import Visitor
from casework.alerts.actions import NotAllowedByRules
from casework.remedies.remedy_lifecycle import UNDECIDED
from schemas.errors import NotFound
from schemas.http_cases import CaseDetailBody
from schemas.http_remedies import RemedyBody, WhatIfBody

AMOUNTS = ("cost", "expected_effect", "list_price", "volume_commitment")
ASKED = ("list_price", "concession_pct", "starts_on", "ends_on", "cost", "service_cost")
_ASKED_AMOUNTS = ("list_price", "cost", "service_cost")
_TERMS = (
    "owner",
    "reason",
    "fee_code",
    "list_price",
    "concession_pct",
    "volume_commitment",
    "cost",
    "expected_effect",
)
_ID = re.compile(r"[0-9a-f-]{36}")
_ENDED = ("expiring", "expired", "revoked")


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What was asked, and the answers; none while a figure is missing or does not fit."""

    asked: Shown
    answers: Sequence[WhatIfBody]


@dataclass(frozen=True, slots=True)
class RemedyForm:
    """`values` is what it begins with, by field; `returned` is the form that came back with what was wrong."""

    values: Mapping[str, str]
    returned: Shown | None
    change: RemedyBody | None
    renewable: Sequence[RemedyBody]
    what_if: WhatIf
    is_open: bool


def remedy_form(
    request: Request, visitor: Visitor, deps: ApiDeps, case: CaseDetailBody, returned: Shown | None, at: str
) -> RemedyForm:
    """`at`: the id of the remedy that a returned form was to change, empty for a new one."""
    query = {name: value.strip() for name, value in request.query_params.items()}
    renewable = _renewable(visitor, deps, case.client_id)
    change = _undecided(visitor, deps, at or query.get("change", ""), case.case_id)
    renew = next((each for each in renewable if each.remedy_id == query.get("renew")), None)
    values = _begun(deps.today(), visitor.caller.actor, change, renew)
    figures = {name: value for name, value in query.items() if name in ASKED and value}
    if figures:
        values |= figures
        values.setdefault(
            "type", "fee_waiver" if figures.get("concession_pct", "100") == "100" else "fee_reduction"
        )
    told = {**values, **_typed(returned)}
    return RemedyForm(
        values=defaultdict(str, values),
        returned=returned,
        change=change,
        renewable=renewable,
        what_if=asked_what_if(request, visitor, deps, case.case_id, told, tell_errors=bool(figures)),
        is_open=bool(returned or change or renew or figures),
    )


def asked_what_if(
    request: Request, visitor: Visitor, deps: ApiDeps, case_id: str, values: Mapping[str, str], *, tell_errors: bool
) -> WhatIf:
    """The answers to `values`. Without a price nothing was asked."""
    sent = Sent(request, {name: [values[name]] for name in ASKED if values.get(name)})
    shown = sent.shown(BadFields(()))
    if sent.one("list_price") is None:
        return WhatIf(shown, ())
    try:
        query = body_with_amounts(sent, WhatIfQuery, _ASKED_AMOUNTS)
        return WhatIf(shown, what_if(visitor.caller, deps, case_id, query).items)
    except (BadFields, NotAllowedByRules) as error:
        return WhatIf(sent.shown(error) if tell_errors else shown, ())


def _typed(returned: Shown | None) -> dict[str, str]:
    return {name: value for name, value in returned.values.items() if value} if returned else {}


def _renewable(visitor: Visitor, deps: ApiDeps, client_id: str) -> Sequence[RemedyBody]:
    query = RemedyQuery.model_validate({"state": _ENDED, "client_id": client_id})
    return remedy_page(deps, visitor.caller, query).items


def _undecided(visitor: Visitor, deps: ApiDeps, remedy_id: str, case_id: str) -> RemedyBody | None:
    """The case's remedy that can still be changed; None for any other."""
    if not _ID.fullmatch(remedy_id):
        return None
    try:
        with deps.store.read() as tx:
            found = read_remedy(tx, deps, visitor.caller, remedy_id)
    except NotFound:
        return None
    return found if found.case_id == case_id and found.state in UNDECIDED else None


def _begun(today: date, actor: str, change: RemedyBody | None, renew: RemedyBody | None) -> dict[str, str]:
    """What the fields hold at first."""
    values = {"starts_on": today.isoformat(), "owner": actor}
    like = change or renew
    if like is None:
        return values
    values |= {name: str(value) for name in _TERMS if (value := getattr(like, name)) not in (None, "0.00")}
    values |= {"type": like.type, "starts_on": like.starts_on.isoformat()}
    if like.ends_on is not None:
        values["ends_on"] = like.ends_on.isoformat()
    if change is None and renew is not None:
        values |= {"renews": renew.remedy_id, "owner": actor, "reason": ""} | _following(renew, today)
    return values


def _following(renew: RemedyBody, today: date) -> dict[str, str]:
    """As long as the one before, from its end on."""
    end = renew.ended_on or renew.ends_on
    start = today if end is None else max(end, today)
    if renew.ends_on is None:
        return {"starts_on": start.isoformat()}
    return {
        "starts_on": start.isoformat(),
        "ends_on": (start + (renew.ends_on - renew.starts_on)).isoformat(),
    }
