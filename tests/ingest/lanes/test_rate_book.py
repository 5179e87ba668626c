"""Exchange rates from the database, asked for seldom and never long out of date."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ingest.lanes.rate_book import MISSING_S, STALE_S, RateBook
from store.ledger import rates
from store.unit_of_work import Store
from tests.ingest.lanes.lane_bench import Stopwatch

WEEK = 2900


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def book(store: Store, stopwatch: Stopwatch) -> RateBook:
    return RateBook(store, stopwatch)


def tell(store: Store, rate: str) -> None:
    with store.write() as tx:
        rates.save_rates(tx, [("USD", WEEK, rate)])


def test_a_rate_is_exact_and_of_its_week_alone(store: Store, book: RateBook) -> None:
    tell(store, "7.812500000001")
    assert book.find("USD", WEEK) == Fraction("7.812500000001")
    assert book.find("USD", WEEK + 1) is None


def test_a_missing_rate_is_looked_for_again_after_a_moment(
    store: Store, book: RateBook, stopwatch: Stopwatch
) -> None:
    assert book.find("USD", WEEK) is None
    tell(store, "7.8")
    assert book.find("USD", WEEK) is None  # it has only just asked
    stopwatch.now_s += MISSING_S
    assert book.find("USD", WEEK) == Fraction("7.8")


def test_a_corrected_rate_is_noticed_within_a_minute(store: Store, book: RateBook, stopwatch: Stopwatch) -> None:
    tell(store, "7.8")
    book.find("USD", WEEK)
    tell(store, "7.9")
    stopwatch.now_s += STALE_S - 1
    assert book.find("USD", WEEK) == Fraction("7.8")
    stopwatch.now_s += 1
    assert book.find("USD", WEEK) == Fraction("7.9")


def test_a_rate_that_was_taken_back_is_gone_within_a_minute(
    store: Store, book: RateBook, stopwatch: Stopwatch
) -> None:
    tell(store, "7.8")
    book.find("USD", WEEK)
    with store.write() as tx:
        rates.forget_rate(tx, "USD", WEEK)
    stopwatch.now_s += STALE_S
    assert book.find("USD", WEEK) is None
