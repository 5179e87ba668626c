"""What a remedy takes of the bank's limits, in whatever state it is. Source: docs/decisions/0017."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from casework.remedies.remedy_lifecycle import RUNNING
from casework.remedies.terms import Terms
from schemas.vocabulary import RemedyState

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """Half-open, [starts_on, ends_on). Money in minor units of the base currency."""

    remedy_id: str
    client_id: str
    waiting: bool  # for approval; else it has been given
    starts_on: date
    ends_on: date  # without an end, or without a fee that runs on: the day after the start, when it is spent
    total_minor: int
    fee_code: str | None  # in capitals: another spelling is not another fee
    concession_pct: int


def claim_of(remedy_id: str, client_id: str, terms: Terms) -> Claim:
    """What would be taken if the terms were approved."""
    fee = terms.fee
    return Claim(
        remedy_id=remedy_id,
        client_id=client_id,
        waiting=True,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on or terms.starts_on + _DAY,
        total_minor=terms.total_minor,
        fee_code=None if fee is None else fee.fee_code.strip().upper(),
        concession_pct=0 if fee is None else fee.concession_pct,
    )


def find_claim(
    remedy_id: str, client_id: str, state: RemedyState, terms: Terms, ended_on: date | None
) -> Claim | None:
    """What a remedy takes as it stands: nothing unless it waits or was given; revoked, the part given."""
    if state == "submitted":
        return claim_of(remedy_id, client_id, terms)
    if state in RUNNING or state == "expired":
        return replace(claim_of(remedy_id, client_id, terms), waiting=False)
    if state != "revoked" or ended_on is None or ended_on <= terms.starts_on:
        return None
    until = ended_on if terms.ends_on is None else min(ended_on, terms.ends_on)
    return replace(claim_of(remedy_id, client_id, replace(terms, ends_on=until)), waiting=False)
