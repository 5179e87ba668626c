"""HTTP bodies of remedies: what is proposed, who decides, and what it brought."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from schemas.events import AMOUNT_PATTERN
from schemas.http import Body, Line, Money, Note
from schemas.http_alerts import Day
from schemas.http_cases import UuidText
from schemas.vocabulary import Level, MeasuredWeeks, RemedyState, RemedyType, WhatIfChoice

AmountText = Annotated[str, StringConstraints(pattern=AMOUNT_PATTERN, max_length=20), Field(examples=["1200.00"])]
FeeCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:/-]{1,40}$"), Field(examples=["ACCT-MAINT"])]


class TermsBody(Body):
    """The terms of a remedy. Half-open: it runs from `starts_on` up to, but not on, `ends_on`.

    A fee_reduction or fee_waiver needs fee_code, list_price (a month), concession_pct (a waiver's is 100),
    volume_commitment (turnover a week) and ends_on. No break_even (turnover a week): it is worked out. No owner:
    whoever proposes it, or who had it before. No starts_on: today.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"cost": "500.00", "ends_on": "2026-05-01", "reason": "a seminar"}]}
    )
    owner: Line | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    cost: AmountText = "0"
    expected_effect: AmountText = "0"
    reason: Note | None = None
    fee_code: FeeCode | None = None
    list_price: AmountText | None = None
    concession_pct: Annotated[int, Field(ge=1, le=100)] | None = None
    volume_commitment: AmountText | None = None
    break_even: AmountText | None = None


class ProposeBody(TermsBody):
    """A new remedy, as a draft. `renews`: the remedy of the same client whose end it follows."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "fee_waiver",
                    "fee_code": "ACCT-MAINT",
                    "list_price": "1200.00",
                    "starts_on": "2026-02-01",
                    "ends_on": "2026-05-01",
                    "volume_commitment": "400000.00",
                    "expected_effect": "150000.00",
                }
            ]
        }
    )
    type: RemedyType
    renews: UuidText | None = None


class SubmitBody(Body):
    """Nothing to say: the empty object, or no body at all."""


class ApproveBody(Body):
    """A yes, with a note where one is wanted."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "for one quarter"}]})
    note: Note | None = None


class DecisionBody(Body):
    """A no, a return or a revocation, which all need to say why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "half the time would do"}]})
    note: Note


class WithdrawBody(Body):
    """Taken back, with a note where one is wanted."""

    note: Note | None = None


class ApprovalBody(Body):
    """One yes to the terms as they stand."""

    level: Level
    checker: str
    at: datetime


class EffectBody(Body):
    """What the service measured: weekly turnover over `weeks` weeks from the start against 13 weeks before it.

    `seen` of `weeks` weeks are closed; figures are null until all are.
    """

    weeks: MeasuredWeeks
    seen: int
    before: Money | None
    after: Money | None
    change: Money | None
    change_pct: float | None


class RenewedBody(Body):
    """The remedy whose end another one follows, and what it brought."""

    remedy_id: str
    type: RemedyType
    state: RemedyState
    starts_on: date
    ends_on: date | None
    ended_on: date | None
    effects: list[EffectBody]


class RemedyBody(Body):
    """One remedy at one revision. `given_up` is the fee given up over its life, `total` that and the cost.

    `effects`: none before it has begun. `renewed`: the one that `renews` names.
    """

    remedy_id: str
    revision: int
    case_id: str
    client_id: str
    client_name: str
    branch_id: str
    type: RemedyType
    state: RemedyState
    owner: str
    maker: str
    starts_on: date
    ends_on: date | None
    cost: Money
    expected_effect: Money
    reason: str | None
    fee_code: str | None
    list_price: Money | None
    concession_pct: int | None
    volume_commitment: Money | None
    break_even: Money | None
    given_up: Money
    total: Money
    currency: str
    terms_version: int
    route: list[Level]
    next_level: Level | None
    approvals: list[ApprovalBody]
    renews: str | None
    ended_on: date | None
    note: str | None
    proposed_at: datetime
    submitted_at: datetime | None
    effects: list[EffectBody]
    renewed: RenewedBody | None


class WhatIfBody(Body):
    """One answer to "what would it take": turnover a week at which the option pays for itself.

    A service upgrade has no figures where nobody has said what it costs. `value_at_risk`: a year, of the client.
    """

    option: WhatIfChoice
    cost: Money | None
    break_even: Money | None
    value_at_risk: Money
    currency: str
