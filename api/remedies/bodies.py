"""Remedies as people write them, and as they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from casework.remedies.proposed_terms import ProposedTerms
from casework.remedies.remedy_lifecycle import Remedy
from casework.remedies.terms import FeeTerms
from schemas.errors import NotAllowedByRules
from schemas.http_remedies import ApprovalBody, EffectBody, RemedyBody, RenewedBody, TermsBody
from schemas.money import NotMoney, format_amount, parse_amount
from store.remedies.remedy_search import RemedyRow


def read_proposed_terms(body: TermsBody, currency: str) -> ProposedTerms:
    """What a body proposes. Raises NotAllowedByRules for an amount that is none."""

    def optional(field: str) -> int | None:
        amount = getattr(body, field)
        return None if amount is None else parse_minor(field, amount, currency)

    return ProposedTerms(
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        cost_minor=parse_minor("cost", body.cost, currency),
        expected_effect_minor=parse_minor("expected_effect", body.expected_effect, currency),
        reason=body.reason,
        fee_code=body.fee_code,
        list_price_minor=optional("list_price"),
        concession_pct=body.concession_pct,
        volume_commitment_minor=optional("volume_commitment"),
        break_even_minor=optional("break_even"),
    )


def parse_minor(field: str, amount: str, currency: str) -> int:
    """Minor units. Raises NotAllowedByRules at `field`."""
    try:
        return parse_amount(amount, currency)
    except NotMoney as error:
        raise NotAllowedByRules(field, str(error)) from None


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
