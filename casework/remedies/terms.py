"""The terms of a remedy: what it is, how long it runs, and what it costs the bank. Source: docs/decisions/0017."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from schemas.errors import NotAllowedByRules
from schemas.money import MAX_MINOR
from schemas.vocabulary import RemedyType

CONCESSIONS: frozenset[RemedyType] = frozenset({"fee_reduction", "fee_waiver"})
EARLIEST_START = timedelta(days=92)  # a quarter back: fees of the running quarter may still be given back
LATEST_START = timedelta(days=731)  # two years ahead: nobody plans a client's remedy for later
LONGEST = timedelta(days=3653)  # ten years


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """What a fee concession gives up and what for. Money in minor units of the base currency."""

    fee_code: str
    list_price_minor: int  # a month, at list price
    concession_pct: int  # 1 to 100 of the list price
    volume_commitment_minor: int  # turnover a week that the client commits to
    break_even_minor: int  # turnover a week at which the margin regained equals the fee given up


@dataclass(frozen=True, slots=True)
class Terms:
    """What is proposed. Half-open: it runs on [starts_on, ends_on)."""

    starts_on: date
    ends_on: date | None
    cost_minor: int  # spent beside the fee given up, over its whole life
    expected_effect_minor: int  # turnover a week that it should bring
    reason: str | None = None
    fee: FeeTerms | None = None

    @property
    def days(self) -> int:
        """How long it runs; 0 where it has no end."""
        return 0 if self.ends_on is None else (self.ends_on - self.starts_on).days

    @property
    def given_up_minor(self) -> int:
        """Fee income given up over its whole life, of a 365-day year; rounded up, so that parts are never less."""
        if self.fee is None:
            return 0
        return -(-self.fee.list_price_minor * self.fee.concession_pct * 12 * self.days // (100 * 365))

    @property
    def total_minor(self) -> int:
        """All that it costs the bank."""
        return self.given_up_minor + self.cost_minor


def check_terms(kind: RemedyType, terms: Terms, today: date) -> None:
    """Raises NotAllowedByRules where the terms lack what their type needs, or are of no bank's size."""
    _check_days(terms, today)
    if kind in CONCESSIONS:
        _check_concession(kind, terms)
    elif terms.fee is not None:
        raise NotAllowedByRules("fee_code", f"{kind} has no fee")
    if kind == "no_action" and not (terms.reason and terms.reason.strip()):
        raise NotAllowedByRules("reason", "no_action needs a reason")
    for field, amount_minor in _amounts(terms):
        if not 0 <= amount_minor <= MAX_MINOR:
            raise NotAllowedByRules(field, "more than any amount is")


def _check_days(terms: Terms, today: date) -> None:
    first, last = today - EARLIEST_START, today + LATEST_START
    if not first <= terms.starts_on <= last:
        raise NotAllowedByRules("starts_on", f"{terms.starts_on} is not from {first} to {last}")
    if terms.ends_on is None:
        return
    if terms.ends_on <= terms.starts_on:
        raise NotAllowedByRules("ends_on", f"{terms.ends_on} is not after {terms.starts_on}")
    if terms.ends_on <= today:
        raise NotAllowedByRules("ends_on", f"{terms.ends_on} is not after {today}")
    if terms.ends_on > terms.starts_on + LONGEST:
        raise NotAllowedByRules("ends_on", f"{terms.ends_on} is more than {LONGEST.days} days after the start")


def _check_concession(kind: RemedyType, terms: Terms) -> None:
    if terms.fee is None:
        raise NotAllowedByRules("fee_code", f"{kind} needs a fee")
    if terms.ends_on is None:
        raise NotAllowedByRules("ends_on", "a fee concession needs an end date")
    pct = terms.fee.concession_pct
    if not 1 <= pct <= 100 or (kind == "fee_waiver") != (pct == 100):
        wanted = "100" if kind == "fee_waiver" else "1 to 99"
        raise NotAllowedByRules("concession_pct", f"{pct} is not {wanted}, as a {kind} has it")
    for field, amount_minor in (
        ("list_price", terms.fee.list_price_minor),
        ("volume_commitment", terms.fee.volume_commitment_minor),
    ):
        if amount_minor <= 0:
            raise NotAllowedByRules(field, f"a {kind} needs one above zero")


def _amounts(terms: Terms) -> Iterator[tuple[str, int]]:
    yield "cost", terms.cost_minor
    yield "expected_effect", terms.expected_effect_minor
    if terms.fee is not None:
        yield "list_price", terms.fee.list_price_minor
        yield "volume_commitment", terms.fee.volume_commitment_minor
        yield "break_even", terms.fee.break_even_minor
        yield "list_price", terms.given_up_minor
    yield "cost", terms.total_minor
