"""The message of a remedy that was approved, has ended or was revoked. The same remedy gives the same bytes."""

from __future__ import annotations

from typing import Any

from casework.alerts.message import ClientFacts
from casework.remedies.remedy_lifecycle import RUNNING, Remedy
from casework.remedies.terms import FeeTerms
from schemas.messages import RemedyMessage
from schemas.money import format_amount
from schemas.vocabulary import PublishedState, RemedyState


def state_to_publish(before: RemedyState | None, after: RemedyState) -> PublishedState | None:
    """What the bank has to hear of a change of state; None where it is nobody's business outside."""
    if after in RUNNING and before not in RUNNING:
        return "approved"
    if after == "expired" and before != "expired":
        return "ended"
    if after == "revoked" and before != "revoked":
        return "revoked"
    return None


def remedy_message(remedy: Remedy, state: PublishedState, client: ClientFacts, currency: str) -> RemedyMessage:
    """`remedy` as published; amounts in `currency`, the base currency. Raises NotMoney for an unknown one."""
    return RemedyMessage(
        remedy_id=remedy.remedy_id,
        revision=remedy.revision,
        client_id=remedy.client_id,
        branch_id=client.branch_id,
        type=remedy.type,
        state=state,
        starts_on=remedy.terms.starts_on,
        ends_on=remedy.terms.ends_on,
        ended_on=remedy.ended_on,
        currency=currency,
        **_fee(remedy.terms.fee, currency),
    )


def _fee(fee: FeeTerms | None, currency: str) -> dict[str, Any]:
    if fee is None:
        return {}
    return {
        "fee_code": fee.fee_code,
        "list_price": format_amount(fee.list_price_minor, currency),
        "concession_pct": fee.concession_pct,
        "volume_commitment": format_amount(fee.volume_commitment_minor, currency),
    }
