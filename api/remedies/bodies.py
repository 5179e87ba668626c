"""Remedies as people write them, and as they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from api.deps import ApiDeps
from casework.alerts.actions import NotAllowedByRules
from casework.remedies.break_even import of_fee
from casework.remedies.remedy_lifecycle import Remedy
from casework.remedies.terms import CONCESSIONS, FeeTerms, RemedyType, Terms
from schemas.http_remedies import ApprovalBody, EffectBody, RemedyBody, RenewedBody, TermsBody
from schemas.money import NotMoney, format_amount, parse_amount
from store.remedies.remedy_search import RemedyRow

_FEE = ("fee_code", "list_price", "concession_pct", "volume_commitment")


def terms_of(body: TermsBody, kind: RemedyType, deps: ApiDeps) -> Terms:
    """What a body proposes. Raises NotAllowedByRules for a part that its type needs, or does not have."""
    return Terms(
        starts_on=body.starts_on or deps.today(),
        ends_on=body.ends_on,
        cost_minor=minor("cost", body.cost, deps.base_currency),
        expected_effect_minor=minor("expected_effect", body.expected_effect, deps.base_currency),
        reason=body.reason,
        fee=_fee_of(body, kind, deps),
    )


def minor(field: str, amount: str, currency: str) -> int:
    """Minor units. Raises NotAllowedByRules at `field`."""
    try:
        return parse_amount(amount, currency)
    except NotMoney as error:
        raise NotAllowedByRules(field, str(error)) from None


def _fee_of(body: TermsBody, kind: RemedyType, deps: ApiDeps) -> FeeTerms | None:
    if kind not in CONCESSIONS:
        _check_no_fee(body, kind)
        return None
    said = {name: getattr(body, name) for name in _FEE}
    if kind == "fee_waiver" and said["concession_pct"] is None:
        said["concession_pct"] = 100
    for name, value in said.items():
        if value is None:
            raise NotAllowedByRules(name, f"a {kind} needs it")
    list_price = minor("list_price", said["list_price"], deps.base_currency)
    pct: int = said["concession_pct"]
    worked_out = of_fee(list_price, pct, deps.rules.margin_bps)
    given = body.break_even
    return FeeTerms(
        fee_code=said["fee_code"],
        list_price_minor=list_price,
        concession_pct=pct,
        volume_commitment_minor=minor("volume_commitment", said["volume_commitment"], deps.base_currency),
        break_even_minor=worked_out if given is None else minor("break_even", given, deps.base_currency),
    )


def _check_no_fee(body: TermsBody, kind: RemedyType) -> None:
    for name in (*_FEE, "break_even"):
        if getattr(body, name) is not None:
            raise NotAllowedByRules(name, f"{kind} has no fee")


def remedy_body(
    row: RemedyRow,
    currency: str,
    effects: Mapping[str, Sequence[EffectBody]],
    renewed: Mapping[str, Remedy],
) -> RemedyBody:
    """`effects` by remedy_id, of those that have begun; `renewed` has the one that it renews, where it does."""
    remedy, terms = row.remedy, row.remedy.terms
    before = None if remedy.renews is None else renewed[remedy.renews]
    return RemedyBody(
        remedy_id=remedy.remedy_id,
        revision=remedy.revision,
        case_id=remedy.case_id,
        client_id=remedy.client_id,
        client_name=row.client_name,
        branch_id=row.branch_id,
        type=remedy.type,
        state=remedy.state,
        owner=remedy.owner,
        maker=remedy.maker,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        cost=format_amount(terms.cost_minor, currency),
        expected_effect=format_amount(terms.expected_effect_minor, currency),
        reason=terms.reason,
        **_fee_fields(terms.fee, currency),
        given_up=format_amount(terms.given_up_minor, currency),
        total=format_amount(terms.total_minor, currency),
        currency=currency,
        terms_version=remedy.terms_version,
        route=list(remedy.route),
        next_level=remedy.next_level if remedy.state == "submitted" else None,
        approvals=[
            ApprovalBody(level=each.level, checker=each.checker, at=row.approved_at[each.level])
            for each in remedy.approvals
        ],
        renews=remedy.renews,
        ended_on=remedy.ended_on,
        note=remedy.note,
        proposed_at=row.proposed_at,
        submitted_at=row.submitted_at,
        effects=list(effects.get(remedy.remedy_id, ())),
        renewed=None if before is None else _renewed_body(before, effects),
    )


def told(remedy: Remedy) -> dict[str, Any]:
    """What the audit trail says of it: all that a person can change."""
    names = ("revision", "state", "owner", "terms_version", "terms", "route", "approvals", "ended_on", "note")
    fields: dict[str, Any] = msgspec.to_builtins({name: getattr(remedy, name) for name in names})
    return fields


def _fee_fields(fee: FeeTerms | None, currency: str) -> dict[str, Any]:
    names = ("list_price", "volume_commitment", "break_even")
    if fee is None:
        return dict.fromkeys(("fee_code", "concession_pct", *names))
    amounts = {name: format_amount(getattr(fee, f"{name}_minor"), currency) for name in names}
    return {"fee_code": fee.fee_code, "concession_pct": fee.concession_pct, **amounts}


def _renewed_body(remedy: Remedy, effects: Mapping[str, Sequence[EffectBody]]) -> RenewedBody:
    return RenewedBody(
        remedy_id=remedy.remedy_id,
        type=remedy.type,
        state=remedy.state,
        starts_on=remedy.terms.starts_on,
        ends_on=remedy.terms.ends_on,
        ended_on=remedy.ended_on,
        effects=list(effects.get(remedy.remedy_id, ())),
    )
