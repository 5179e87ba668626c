"""What is sent about remedies keeps to the published schema, as an independent validator reads it."""

from __future__ import annotations

import json
import uuid
from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.alerts.message import ClientFacts
from casework.remedies import remedy_lifecycle
from casework.remedies.message import remedy_message, state_to_publish
from casework.remedies.terms import CONCESSIONS, FeeTerms, Terms
from schemas.messages import TOPIC_REMEDIES, encode_message
from schemas.money import MAX_MINOR
from schemas.vocabulary import RemedyType

TODAY = date(2026, 1, 13)
BOTH = frozenset({"region", "head_office"})
kinds = st.sampled_from(get_args(RemedyType))
amounts = st.integers(1, MAX_MINOR // 1_000_000)


@st.composite
def lives(draw: st.DrawFn) -> list[remedy_lifecycle.Remedy]:
    """Every revision of a remedy that runs and then ends or is revoked."""
    kind = draw(kinds)
    pct = 100 if kind == "fee_waiver" else draw(st.integers(1, 99))
    fee = FeeTerms(draw(st.text("AB-9", min_size=1)), draw(amounts), pct, draw(amounts), 0)
    starts_on = TODAY + timedelta(days=draw(st.integers(-90, 700)))
    days = draw(st.integers(100, 1000)) if kind in CONCESSIONS else draw(st.none() | st.integers(100, 1000))
    ends_on = None if days is None else starts_on + timedelta(days=days)
    terms = Terms(starts_on, ends_on, draw(amounts), 0, "why", fee if kind in CONCESSIONS else None)
    identity = str(draw(st.uuids(version=4)))
    steps = [remedy_lifecycle.propose(identity, "K1", "C1", kind, terms, owner="a", actor="a", today=TODAY)]
    steps.append(remedy_lifecycle.submit(steps[-1], ("region", "head_office"), "a", TODAY))
    for checker in ("b", "c"):
        steps.append(remedy_lifecycle.approve(steps[-1], (), BOTH, checker, TODAY, None))
    later = TODAY + timedelta(days=draw(st.integers(0, 2500)))
    aged = remedy_lifecycle.age(steps[-1], later)
    return [*steps, aged, aged if aged.state == "expired" else remedy_lifecycle.revoke(aged, later, "n")]


@given(steps=lives(), currency=st.sampled_from(["HKD", "JPY", "KWD"]))
def test_everything_told_of_a_remedy_keeps_to_its_schema(validator, steps, currency) -> None:
    client = ClientFacts("C1", "C1 Trading", "B014", "A")
    heard = []
    for before, after in zip([None, *steps], steps, strict=False):
        news = state_to_publish(before and before.state, after.state)
        if news:
            message = encode_message(remedy_message(after, news, client, currency))
            assert message == encode_message(remedy_message(after, news, client, currency))
            validator(TOPIC_REMEDIES).validate(json.loads(message))
            heard.append(json.loads(message)["state"])
    assert heard in (["approved", "ended"], ["approved", "revoked"])


@pytest.mark.parametrize(
    "change",
    [
        {"remedy_id": "1"},
        {"state": "draft"},
        {"type": "bribe"},
        {"revision": 0},
        {"concession_pct": 0},
        {"concession_pct": 101},
        {"list_price": "1e5"},
        {"starts_on": "1.2.2026"},
        {"currency": "dollars"},
        {"client_id": ""},
    ],
)
def test_the_validator_sees_a_remedy_that_breaks_the_contract(validator, change) -> None:
    check = validator(TOPIC_REMEDIES)
    example = check.schema["examples"][0]
    check.validate(example | {"remedy_id": str(uuid.UUID(int=1))})
    assert not check.is_valid(example | change)
