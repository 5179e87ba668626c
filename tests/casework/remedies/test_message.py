"""What the bank hears of a remedy."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest

from casework.alerts.message import ClientFacts
from casework.remedies import remedy_lifecycle
from casework.remedies.message import remedy_message, state_to_publish
from casework.remedies.remedy_lifecycle import RUNNING
from casework.remedies.terms import FeeTerms, Terms
from schemas.messages import encode_message
from schemas.vocabulary import RemedyState

TODAY = date(2026, 1, 13)
TERMS = Terms(date(2026, 2, 1), date(2026, 5, 1), 0, 0, "why", FeeTerms("ACCT-MAINT", 120_000, 100, 40_000_000, 1))
CLIENT = ClientFacts("C1", "C1 Trading", "B1", "A")
STATES: tuple[RemedyState, ...] = get_args(RemedyState)
RECORD = "6f1d1a52-3a0b-4a39-9d54-0d0f6c8f5a11"


def test_the_bank_hears_of_what_begins_to_run_of_its_end_and_of_its_revocation_alone() -> None:
    news = {(before, after): state_to_publish(before, after) for before in (None, *STATES) for after in STATES}
    assert {pair for pair, said in news.items() if said == "approved"} == {
        (before, after) for before in (None, *STATES) for after in RUNNING if before not in RUNNING
    }
    assert {after for (_, after), said in news.items() if said == "ended"} == {"expired"}
    assert {after for (_, after), said in news.items() if said == "revoked"} == {"revoked"}
    assert news["expired", "expired"] is news["revoked", "revoked"] is news["active", "expiring"] is None


@pytest.fixture
def waiver():
    draft = remedy_lifecycle.propose(RECORD, "K1", "C1", "fee_waiver", TERMS, owner="a", actor="a", today=TODAY)
    return remedy_lifecycle.approve(
        remedy_lifecycle.submit(draft, ("branch",), "a", TODAY), (), frozenset({"branch"}), "b", TODAY, "yes"
    )


def test_the_same_remedy_gives_the_same_bytes(waiver) -> None:
    wanted = (
        b'{"remedy_id":"6f1d1a52-3a0b-4a39-9d54-0d0f6c8f5a11","revision":3,"client_id":"C1","branch_id":"B1",'
        b'"type":"fee_waiver","state":"approved","starts_on":"2026-02-01","ends_on":"2026-05-01","ended_on":null,'
        b'"currency":"HKD","fee_code":"ACCT-MAINT","list_price":"1200.00","concession_pct":100,'
        b'"volume_commitment":"400000.00"}'
    )
    assert {encode_message(remedy_message(waiver, "approved", CLIENT, "HKD")) for _ in range(3)} == {wanted}


def test_an_end_and_a_revocation_say_on_which_day(waiver) -> None:
    over = remedy_lifecycle.age(waiver, date(2026, 7, 1))
    assert remedy_message(over, "ended", CLIENT, "HKD").ended_on == TERMS.ends_on
    gone = remedy_lifecycle.revoke(waiver, date(2026, 3, 1), "they left")
    assert remedy_message(gone, "revoked", CLIENT, "HKD").ended_on == date(2026, 3, 1)


def test_what_is_no_concession_has_no_fee() -> None:
    plain = Terms(TODAY, None, 100, 0)
    visit = remedy_lifecycle.propose(
        RECORD, "K1", "C1", "executive_visit", plain, owner="a", actor="a", today=TODAY
    )
    message = remedy_message(remedy_lifecycle.submit(visit, (), "a", TODAY), "approved", CLIENT, "HKD")
    assert (message.fee_code, message.list_price, message.concession_pct, message.volume_commitment) == (None,) * 4
