"""The published schemas as an independent validator reads them, and strategies for messages."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from schemas import events
from schemas.publish import PUBLISHED

IDS = st.text("abcXYZ019", min_size=1, max_size=10)
AMOUNTS = st.decimals(0, 10**15 - 1, places=2).map(lambda amount: f"{amount:f}")
WEEKS = st.dates().filter(lambda day: day.year > 1000).map(lambda day: day.strftime("%G-W%V"))
INSTANTS = st.datetimes(timezones=st.timezones().filter(lambda zone: "/" in str(zone))).filter(
    lambda instant: instant.year > 1950 and instant.utcoffset().total_seconds() % 60 == 0
)
COUNTS = st.integers(0, 2**31 - 1)
CURRENCIES = st.sampled_from(["HKD", "USD", "JPY", "KWD"])
TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@pytest.fixture(scope="session")
def validator() -> Callable[[str], Draft202012Validator]:
    """The validator of a topic's published schema, formats checked."""

    @cache
    def of(topic: str) -> Draft202012Validator:
        schema = json.loads((PUBLISHED / f"{topic}.schema.json").read_text(encoding="utf-8"))
        return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)

    return of


@pytest.fixture(scope="session")
def inbound() -> dict[str, st.SearchStrategy[msgspec.Struct]]:
    """Topic -> messages that core banking may send there."""
    transaction = st.builds(
        events.Transaction,
        event_id=IDS,
        client_id=IDS,
        account_id=IDS,
        booked_at=INSTANTS.map(lambda instant: instant.isoformat()),
        direction=st.sampled_from(["debit", "credit"]),
        amount=AMOUNTS,
        currency=CURRENCIES,
        reversal=st.booleans(),
    )
    summary = st.builds(
        events.WeeklySummary,
        event_id=IDS,
        client_id=IDS,
        account_id=IDS,
        week=WEEKS,
        debit_amount=AMOUNTS,
        debit_count=COUNTS,
        credit_amount=AMOUNTS,
        credit_count=COUNTS,
        currency=CURRENCIES,
        revision=st.integers(1, 2**31 - 1),
    )
    closed = st.builds(events.WeekClosed, event_id=IDS, week=WEEKS, expected_events=COUNTS)
    client = st.builds(
        events.ClientRecord,
        client_id=IDS,
        name=IDS,
        kind=st.sampled_from(["company", "association"]),
        branch_id=IDS,
        tier=st.sampled_from("ABC"),
        industry=TEXTS,
        relationship_manager=TEXTS,
        opened_on=st.none() | st.dates(),
        closed_on=st.none() | st.dates(),
    )
    rate = st.builds(
        events.Rate, currency=CURRENCIES, week=WEEKS, rate=st.decimals(0, 10**6, places=4).map(lambda r: f"{r:f}")
    )
    return {
        events.TOPIC_ACTIVITY: transaction | summary | closed,
        events.TOPIC_CLIENTS: client,
        events.TOPIC_RATES: rate,
    }


@pytest.fixture(scope="session")
def anything() -> st.SearchStrategy[Any]:
    """Small JSON values of every kind."""
    return st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
