"""The form in which a remedy is proposed, changed or renewed, and beside it what a concession would have to bring.

Its address says what it begins with: `?change=` or `?renew=` a remedy, or the figures of a what-if.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from api.pagination import LIMIT
from api.remedies.what_if import WhatIfQuery, what_if_bodies
from api.web.amounts import body_with_amounts
from api.web.cases.case_view import CaseView
from api.web.forms import BadFields, FormState, Sent
from api.web.visitor import Visitor
from casework.remedies.remedy_lifecycle import RENEWABLE, UNDECIDED
from schemas.errors import NotAllowedByRules
from schemas.http_remedies import RemedyBody, WhatIfBody

AMOUNTS = ("cost", "expected_effect", "list_price", "volume_commitment")
ASKED = ("list_price", "concession_pct", "starts_on", "ends_on", "cost", "service_cost")
_ASKED_AMOUNTS = ("list_price", "cost", "service_cost")
_TERMS = ("owner", "reason", "fee_code", "concession_pct", *AMOUNTS)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What was asked, and the answers; none while a figure is missing or does not fit."""

    asked: FormState
    answers: Sequence[WhatIfBody]


@dataclass(frozen=True, slots=True)
class RemedyForm:
    """`values` is what it begins with, by field; `returned` is the form that came back with what was wrong."""

    values: Mapping[str, str]
    returned: FormState | None
    change: RemedyBody | None
    renewable: Sequence[RemedyBody]
    what_if: WhatIf
    is_open: bool


def remedy_form(visitor: Visitor, view: CaseView, returned: FormState | None, at: str) -> RemedyForm:
    """`at`: the id of the remedy that a returned form was to change, empty for a new one."""
    query = {name: value.strip() for name, value in visitor.request.query_params.items()}
    renewable = [each for each in view.client_remedies if each.state in RENEWABLE][:LIMIT]
    change = _undecided(view, at or query.get("change", ""))
    renew = next((each for each in renewable if each.remedy_id == query.get("renew")), None)
    values = _first_values(visitor.today, visitor.caller.actor, change, renew)
    figures = {name: value for name, value in query.items() if name in ASKED and value}
    if figures:
        kind = "fee_waiver" if figures.get("concession_pct", "100") == "100" else "fee_reduction"
        values = {"type": kind} | values | figures
    asked = values | ({name: value for name, value in returned.values.items() if value} if returned else {})
    answer = partial(what_if_bodies, visitor.deps, view.at_risk_minor, view.proposed)
    return RemedyForm(
        values=defaultdict(str, values),
        returned=returned,
        change=change,
        renewable=renewable,
        what_if=asked_what_if(visitor, asked, answer, show_errors=bool(figures)),
        is_open=bool(returned or change or renew or figures),
    )


def asked_what_if(
    visitor: Visitor,
    values: Mapping[str, str],
    answer: Callable[[WhatIfQuery], Sequence[WhatIfBody]],
    *,
    show_errors: bool,
) -> WhatIf:
    """The answers to `values`. Without a price nothing was asked."""
    sent = Sent(visitor, {name: [values[name]] for name in ASKED if values.get(name)})
    if sent.one("list_price") is None:
        return WhatIf(sent.state(), ())
    try:
        return WhatIf(sent.state(), answer(body_with_amounts(sent, WhatIfQuery, _ASKED_AMOUNTS)))
    except (BadFields, NotAllowedByRules) as error:
        return WhatIf(sent.state(error if show_errors else None), ())


def _undecided(view: CaseView, remedy_id: str) -> RemedyBody | None:
    """The case's remedy that can still be changed; None for any other."""
    return next((r for r in view.remedies if r.remedy_id == remedy_id and r.state in UNDECIDED), None)


def _first_values(today: date, actor: str, change: RemedyBody | None, renew: RemedyBody | None) -> dict[str, str]:
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
    following = {"starts_on": start.isoformat()}
    if renew.ends_on is not None:
        following["ends_on"] = (start + (renew.ends_on - renew.starts_on)).isoformat()
    return following
