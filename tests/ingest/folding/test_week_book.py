"""The weeks of a shard by themselves."""

from __future__ import annotations

from dataclasses import replace

from ingest.folding.closing import ClosingRules
from ingest.folding.week_book import CLOSED, HELD, MARKER, RELEASE, WeekBook
from store.ledger.checkpoint import WeekState

W = 2900
RULES = ClosingRules(allowed_lateness_s=100)


def test_a_release_closes_a_held_week_and_has_nothing_to_write() -> None:
    held = WeekState(W, HELD, 1, hold_reason="too few")
    book = WeekBook(W + 1, RULES, [held])
    book.mark_released(W)
    assert book.get(W) == replace(held, state=CLOSED, closed_by=RELEASE)
    assert book.drain() == ()


def test_a_release_changes_no_week_that_has_closed_by_itself() -> None:
    closed = WeekState(W, CLOSED, 1, closed_by=MARKER)
    book = WeekBook(W + 1, RULES, [closed])
    book.mark_released(W)
    assert book.get(W) == closed
