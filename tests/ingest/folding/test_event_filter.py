"""The duplicate filter against a plain dict that remembers every id."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.arrays import Int32, UInt64
from ingest.folding.event_filter import EventFilter

# Few ids, bodies and weeks, so that everything happens: repeats, clashes, within a batch and between two.
EVENT = st.tuples(st.integers(0, 40), st.integers(0, 2), st.integers(2900, 2903))
STEP = st.one_of(st.lists(EVENT, max_size=30), st.sampled_from(["drain", "restart"]), st.integers(2899, 2904))


def columns(events: list[tuple[int, int, int]]) -> tuple[UInt64, UInt64, Int32]:
    """Event hashes, body hashes and weeks, spread over all 64 bits."""
    ids, bodies, weeks = np.array(events, np.uint64).reshape(-1, 3).T
    return ids * np.uint64(0x9E3779B97F4A7C15), bodies << np.uint64(8), weeks.astype(np.int32)


class Oracle:
    """What an unlimited memory would say."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[int, int]] = {}

    def admit(self, events: list[tuple[int, int, int]]) -> tuple[list[bool], list[bool]]:
        fresh, clash = list[bool](), list[bool]()
        for key, body, week in events:
            fresh.append(key not in self.known)
            clash.append(self.known.setdefault(key, (body, week)) != (body, week))
        return fresh, clash

    def forget_before(self, week: int) -> None:
        self.known = {key: entry for key, entry in self.known.items() if entry[1] >= week}


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(STEP, max_size=25))
def test_filter_agrees_with_a_dict_over_batches_drains_restarts_and_expiry(steps: list[object]) -> None:
    known, oracle, kept = EventFilter(), Oracle(), list[tuple[int, bytes]]()
    for step in steps:
        if isinstance(step, list):
            fresh, clash = known.admit(*columns(step))
            assert (fresh.tolist(), clash.tolist()) == oracle.admit(step)
        elif isinstance(step, int):
            kept = [(week, blob) for week, blob in [*kept, *known.drain().items()] if week >= step]
            known.forget_before(step)
            oracle.forget_before(step)
        else:
            kept += known.drain().items()
            if step == "restart":
                known = EventFilter()
                for week, blob in kept:
                    known.load(week, blob)
        assert len(known) == len(oracle.known)
    every = columns([(key, 0, 0) for key in range(41)])[0]
    assert known.contains(every).tolist() == [key in oracle.known for key in range(41)]


def test_entry_costs_little_more_than_16_bytes_and_a_forgotten_week_gives_them_back() -> None:
    rng, known = np.random.default_rng(7), EventFilter()
    for week in range(2900, 2910):
        ids, bodies = rng.integers(0, 2**64, (2, 40_000), np.uint64)
        fresh, clash = known.admit(ids, bodies, np.full(40_000, week, np.int32))
        assert fresh.all()
        assert not clash.any()
    known.drain()
    assert len(known) == 400_000
    assert known.nbytes < 16.6 * len(known)

    known.forget_before(2908)

    assert len(known) == 80_000
    assert known.nbytes < 16.6 * len(known)
    assert known.contains(ids).all()


def test_weeks_that_share_their_low_byte_are_forgotten_together_with_the_newer_one() -> None:
    known = EventFilter()
    for week in (2900, 2900 + 256):
        known.add(np.array([week], np.uint64), np.array([0], np.uint64), np.array([week], np.int32))

    known.forget_before(2901)
    assert len(known) == 2
    known.forget_before(2900 + 257)
    assert len(known) == 0


def test_drained_entries_are_little_endian_pairs_of_id_hash_and_word_by_week() -> None:
    known = EventFilter()
    known.admit(np.array([5], np.uint64), np.array([0xABCDEF], np.uint64), np.array([0x101], np.int32))

    assert known.drain() == {0x101: (5).to_bytes(8, "little") + (0xABCD01).to_bytes(8, "little")}
    assert known.drain() == {}


def test_one_weeks_entries_are_found_again_in_whatever_order_they_were_drained() -> None:
    ids, bodies = np.random.default_rng(11).integers(0, 2**64, (2, 1_000), np.uint64)
    known, again = EventFilter(), EventFilter()
    known.add(ids, bodies, np.full(1_000, 2900, np.int32))

    again.load(2900, known.drain()[2900])

    assert again.contains(ids).all()
    assert not again.contains(ids ^ np.uint64(1)).any()


def test_blob_that_is_no_whole_number_of_entries_is_refused() -> None:
    with pytest.raises(ValueError, match="reshape"):
        EventFilter().load(2900, b"12345678")
