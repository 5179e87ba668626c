"""Amounts that nobody would believe are set apart, the others stay as they are, and a person lets one through."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ingest.decoding.decoded import Decoded
from ingest.decoding.plausibility import PlausibilityCheck
from tests.ingest.folding.feed import Bad, Event, Feed, Marker, Summary, Tx

W, LARGEST = 2900, 1_000
MIXED: list[Event] = [
    Tx("a", W, minor=LARGEST),
    Tx("b", W, minor=LARGEST + 1),
    Bad("bad_amount", W, "c"),
    Tx("d", W + 1, minor=LARGEST + 1, direction="credit", reversal=True),
    Summary("e", W, debit=LARGEST, credit=LARGEST),
    Summary("f", W, credit=LARGEST + 1),
    Marker(W, 6),
]


def check(events: Sequence[Event], released: Sequence[int] = ()) -> Decoded:
    """`released`: the places of those that a person has let through."""
    decoded = Feed().decoded(events, 0)
    let_through = [decoded.batch.values[at] or b"" for at in released]
    return PlausibilityCheck(LARGEST, lambda values: set(values) & set(let_through)).apply(decoded)


def test_those_above_the_bound_are_refused_and_count_among_the_events_of_their_week() -> None:
    checked = check(MIXED)
    assert checked.transactions.at.tolist() == [0]
    assert [at for at, _ in checked.summaries] == [4]
    assert [at for at, _ in checked.markers] == [6]
    assert [(each.at, each.reason, each.week) for each in checked.rejects] == [
        (1, "implausible_amount", W), (2, "bad_amount", W), (3, "implausible_amount", W + 1),
        (5, "implausible_amount", W),
    ]  # fmt: skip
    hashes = dict(zip(*_hashes(MIXED), strict=True))
    assert [each.event_hash for each in checked.rejects if each.at in (1, 3)] == [hashes[1], hashes[3]]


@pytest.mark.parametrize("released", [[1], [3, 5]])
def test_what_a_person_has_released_passes(released: list[int]) -> None:
    checked = check(MIXED, released)
    refused = [each.at for each in checked.rejects if each.reason == "implausible_amount"]
    assert refused == [at for at in (1, 3, 5) if at not in released]
    passed = [*checked.transactions.at.tolist(), *(at for at, _ in checked.summaries)]
    assert sorted(passed) == sorted([0, 4, *released])


def test_where_all_are_plausible_nobody_is_asked() -> None:
    def ask(_values: Sequence[bytes]) -> set[bytes]:
        raise AssertionError

    decoded = Feed().decoded([MIXED[0], MIXED[2], MIXED[4]], 0)
    assert PlausibilityCheck(LARGEST, ask).apply(decoded) is decoded


def _hashes(events: Sequence[Event]) -> tuple[list[int], list[int]]:
    transactions = Feed().decoded(events, 0).transactions
    return transactions.at.tolist(), transactions.event_hash.tolist()
