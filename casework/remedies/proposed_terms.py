"""Terms as somebody proposes them: parts may lack, and which of them are needed follows from the type of remedy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from casework.remedies.break_even import fee_break_even
from casework.remedies.terms import CONCESSIONS, FeeTerms, Terms
from schemas.errors import NotAllowedByRules
from schemas.vocabulary import RemedyType

_FEE = {  # by the name that people know it by
    "fee_code": "fee_code",
    "list_price": "list_price_minor",
    "concession_pct": "concession_pct",
    "volume_commitment": "volume_commitment_minor",
}


@dataclass(frozen=True, slots=True)
class ProposedTerms:
    """What is proposed; None for what is left out. Money in minor units of the base currency. See `Terms`.

    `starts_on` None: today. `break_even_minor` None: worked out from the fee and the bank's margin.
    """

    starts_on: date | None
    ends_on: date | None
    cost_minor: int
    expected_effect_minor: int
    reason: str | None = None
    fee_code: str | None = None
    list_price_minor: int | None = None
    concession_pct: int | None = None
    volume_commitment_minor: int | None = None
    break_even_minor: int | None = None


def terms_of(proposed: ProposedTerms, kind: RemedyType, margin_bps: int, today: date) -> Terms:
    """The terms of a remedy of that type. Raises NotAllowedByRules for a part that it needs, or does not have."""
    if kind not in CONCESSIONS:
        _check_no_fee(proposed, kind)
    return Terms(
        starts_on=proposed.starts_on or today,
        ends_on=proposed.ends_on,
        cost_minor=proposed.cost_minor,
        expected_effect_minor=proposed.expected_effect_minor,
        reason=proposed.reason,
        fee=_fee_terms(proposed, kind, margin_bps) if kind in CONCESSIONS else None,
    )


def _fee_terms(proposed: ProposedTerms, kind: RemedyType, margin_bps: int) -> FeeTerms:
    code, price = proposed.fee_code, proposed.list_price_minor
    pct, commitment = proposed.concession_pct, proposed.volume_commitment_minor
    if kind == "fee_waiver" and pct is None:
        pct = 100
    if code is None or price is None or pct is None or commitment is None:
        given = (code, price, pct, commitment)
        raise NotAllowedByRules(list(_FEE)[given.index(None)], f"a {kind} needs it")
    worked_out = (
        fee_break_even(price, pct, margin_bps) if proposed.break_even_minor is None else proposed.break_even_minor
    )
    return FeeTerms(code, price, pct, commitment, worked_out)


def _check_no_fee(proposed: ProposedTerms, kind: RemedyType) -> None:
    for name, field in (*_FEE.items(), ("break_even", "break_even_minor")):
        if getattr(proposed, field) is not None:
            raise NotAllowedByRules(name, f"{kind} has no fee")
