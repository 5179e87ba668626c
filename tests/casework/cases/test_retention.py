"""What became of a client: proposed from its volume, 13 and 26 weeks after its case was opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.cases.retention import (
    PROPOSED_WEEKS,
    Proposal,
    any_carried_out,
    first_week_needed,
    propose,
    was_carried_out,
)
from casework.cases.retention_rules import RetentionRules
from casework.remedies.remedy_lifecycle import Remedy
from casework.remedies.terms import Terms
from schemas.verdicts import Insufficient

ALERTED, OPENED = 64, 66  # places in the weeks read: a year and a quarter lie up to and with the alert's week
TODAY = date(2026, 1, 13)


def story(*after: int, usual: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    """A usual year, a quarter of ebb with two weeks more until the case is opened, and then these weeks."""
    turnover = np.array([*[usual] * 52, *[usual // 2] * 15, *after], np.int64)
    return turnover, np.ones(len(turnover), np.bool_)


def proposed(turnover: np.ndarray, known: np.ndarray, weeks: int = 13, **more: object) -> Proposal | Insufficient:
    given = {"alerted": ALERTED, "opened": OPENED, "weeks": weeks, "attempted": True, "left": False} | more
    return propose(turnover, known, **given)


@pytest.mark.parametrize(
    ("after", "attempted", "retention"),
    [
        (900, True, "saved"),
        (899, True, "partly_saved"),
        (600, True, "partly_saved"),
        (599, True, "lost"),
        (0, True, "lost"),
        (900, False, "self_recovered"),
        (899, False, "not_attempted"),
        (0, False, "not_attempted"),
    ],
)
def test_it_goes_by_the_share_of_the_usual_week_that_is_left(after: int, attempted: bool, retention: str) -> None:
    assert proposed(*story(*[after] * 13), attempted=attempted) == Proposal(13, retention, 1000, after)


def test_the_bank_sets_what_counts_as_saved_and_what_is_usual() -> None:
    rules = RetentionRules(saved_pct=70, partly_saved_pct=70, fewest_usual_weeks=14)
    assert proposed(*story(*[700] * 13), rules=rules) == Proposal(13, "saved", 1000, 700)
    assert proposed(*story(*[699] * 13), rules=rules) == Proposal(13, "lost", 1000, 699)
    assert isinstance(proposed(*story(*[700] * 13), began=52 - 13, rules=rules), Insufficient)
    assert isinstance(proposed(*story(*[700] * 13), began=52 - 14, rules=rules), Proposal)


def test_the_quarter_of_the_ebb_does_not_lower_what_is_usual() -> None:
    found = proposed(*story(*[700] * 13))
    assert (found.before_minor, found.share_pct) == (1000, pytest.approx(70.0))


def test_after_26_weeks_the_last_13_count() -> None:
    weeks = story(*[400] * 13, *[950] * 13)
    assert proposed(*weeks, 13).retention == "lost"
    assert proposed(*weeks, 26) == Proposal(26, "saved", 1000, 950)


@pytest.mark.parametrize("length", PROPOSED_WEEKS)
def test_nothing_is_proposed_before_the_weeks_are_closed(length: int) -> None:
    turnover, known = story(*[900] * length)
    known[-1] = False
    assert proposed(turnover, known, length) == Insufficient(length - 1, length)
    assert proposed(turnover[:-1], known[:-1], length) == Insufficient(length - 1, length)


def test_the_week_of_the_opening_itself_does_not_count() -> None:
    turnover, known = story(*[900] * 13)
    turnover[OPENED] = 10**9
    assert proposed(turnover, known).after_minor == 900


def test_a_client_that_closed_its_accounts_is_lost_whatever_is_known() -> None:
    turnover, known = story(*[0] * 13)
    assert proposed(turnover, known, left=True) == Proposal(13, "lost", 1000, 0)
    found = proposed(turnover, np.zeros_like(known), left=True, attempted=False)
    assert found == Proposal(13, "lost", None, None)
    assert found.share_pct is None


def test_a_young_client_is_measured_by_the_weeks_it_has() -> None:
    turnover, known = story(*[900] * 13)
    turnover[:39] = 0
    assert proposed(turnover, known, began=39) == Proposal(13, "saved", 1000, 900)
    assert proposed(turnover, known, began=40) == Insufficient(13, 13)


def test_a_client_that_never_turned_anything_over_is_neither_saved_nor_lost() -> None:
    assert proposed(*story(*[5] * 13, usual=0)) == Insufficient(13, 13)


def test_weeks_that_were_not_read_are_not_known() -> None:
    turnover, known = story(*[900] * 13)
    first = first_week_needed(ALERTED)
    assert first == 0
    assert isinstance(proposed(turnover, known), Proposal)
    assert proposed(turnover[1:], known[1:], alerted=ALERTED - 1, opened=OPENED - 1) == Insufficient(13, 13)


@given(st.integers(1, 10**15), st.integers(0, 10**15), st.booleans())
def test_the_proposal_agrees_with_the_share_that_is_shown(usual: int, after: int, attempted: bool) -> None:
    turnover, known = story(*[after] * 13, usual=usual)
    found = proposed(turnover, known, attempted=attempted)
    share = after / usual
    if share > 0.9001:
        assert found.retention in ("saved", "self_recovered")
    if share < 0.5999:
        assert found.retention in ("lost", "not_attempted")


def a_remedy(**changes: object) -> Remedy:
    terms = Terms(date(2026, 1, 1), date(2026, 3, 1), 100, 0)
    made = Remedy("R1", "K1", "C1", 1, "marketing", "active", "o", "m", frozenset({"m"}), 1, terms)
    return replace(made, **changes)


@pytest.mark.parametrize("state", ["approved", "active", "expiring", "expired"])
def test_a_remedy_has_run_once_it_began(state: str) -> None:
    made = a_remedy(state=state)
    assert was_carried_out(made, TODAY)
    assert was_carried_out(made, made.terms.starts_on)
    assert not was_carried_out(made, date(2025, 12, 31))


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "rejected", "withdrawn"])
def test_what_was_never_agreed_has_not_run(state: str) -> None:
    assert not was_carried_out(a_remedy(state=state), TODAY)


def test_what_was_revoked_has_run_only_if_that_was_after_it_began() -> None:
    assert was_carried_out(a_remedy(state="revoked", ended_on=date(2026, 1, 2)), TODAY)
    assert not was_carried_out(a_remedy(state="revoked", ended_on=date(2026, 1, 1)), TODAY)
    assert not was_carried_out(a_remedy(state="revoked", ended_on=date(2025, 12, 30)), TODAY)


def test_saying_that_nothing_is_done_is_doing_nothing() -> None:
    nothing = a_remedy(type="no_action")
    assert not was_carried_out(nothing, TODAY)
    assert any_carried_out([nothing, a_remedy()], TODAY)
    assert not any_carried_out([nothing], TODAY)
