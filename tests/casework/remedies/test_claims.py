"""What a remedy takes of the limits in each of its states."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from casework.remedies.claims import claim_of, find_claim
from casework.remedies.terms import FeeTerms, Terms

TERMS = Terms(date(2026, 2, 1), date(2026, 5, 1), 1_000, 0, None, FeeTerms("acct-Maint ", 120_000, 100, 1, 1))


def of(state: str, terms: Terms = TERMS, ended_on: date | None = None):
    return find_claim("R1", "C1", state, terms, ended_on)


@pytest.mark.parametrize("state", ["draft", "returned", "rejected", "withdrawn"])
def test_what_was_not_asked_for_or_refused_takes_nothing(state) -> None:
    assert of(state) is None


@pytest.mark.parametrize("state", ["approved", "active", "expiring", "expired"])
def test_what_was_given_counts_in_full(state) -> None:
    assert of(state) == replace(claim_of("R1", "C1", TERMS), waiting=False)
    assert of(state).total_minor == TERMS.total_minor


def test_what_was_submitted_waits() -> None:
    assert of("submitted") == claim_of("R1", "C1", TERMS)
    assert claim_of("R1", "C1", TERMS).waiting


def test_what_was_revoked_counts_as_far_as_it_ran() -> None:
    part = of("revoked", ended_on=date(2026, 3, 1))
    assert (part.ends_on, part.waiting) == (date(2026, 3, 1), False)
    assert part.total_minor == 1_000 + replace(TERMS, ends_on=date(2026, 3, 1)).given_up_minor


@pytest.mark.parametrize("ended_on", [None, date(2026, 1, 20), date(2026, 2, 1)])
def test_what_was_revoked_before_its_start_takes_nothing(ended_on) -> None:
    assert of("revoked", ended_on=ended_on) is None


def test_what_was_revoked_after_its_end_counts_no_longer_than_it_ran() -> None:
    assert of("revoked", ended_on=date(2026, 6, 1)).ends_on == TERMS.ends_on


def test_what_has_no_end_is_spent_on_its_first_day() -> None:
    plain = of("active", Terms(date(2026, 2, 1), None, 1_000, 0))
    assert (plain.ends_on, plain.total_minor, plain.fee_code) == (date(2026, 2, 2), 1_000, None)
    assert of("revoked", Terms(date(2026, 2, 1), None, 1_000, 0), date(2026, 9, 1)).total_minor == 1_000


def test_another_spelling_of_a_fee_is_the_same_fee() -> None:
    assert claim_of("R1", "C1", TERMS).fee_code == "ACCT-MAINT"
