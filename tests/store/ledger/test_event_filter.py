"""The kept duplicate filter: what was appended is what is loaded, in few pieces."""

from __future__ import annotations

from store.ledger import event_filter
from store.unit_of_work import Store


def test_many_small_pieces_are_joined_and_nothing_is_lost(store: Store) -> None:
    appended = []
    with store.write() as tx:
        event_filter.append_entries(tx, 0, 0, {5: b"\0" * 16_000})
        for offset in range(1, 3 * event_filter.PIECES_PER_WEEK):
            piece = offset.to_bytes(16, "big")
            appended.append(piece)
            event_filter.append_entries(tx, 0, offset, {5: piece})
        event_filter.append_entries(tx, 1, 0, {5: b"x" * 16})
        kept = [entries for _, entries in event_filter.load_entries(tx, 0)]
    assert len(kept) <= event_filter.PIECES_PER_WEEK + 1
    joined = b"".join(kept).replace(b"\0" * 16_000, b"")
    assert sorted(joined[i : i + 16] for i in range(0, len(joined), 16)) == appended


def test_forgetting_takes_the_weeks_below_only(store: Store) -> None:
    with store.write() as tx:
        event_filter.append_entries(tx, 0, 0, {4: b"a" * 16, 5: b"b" * 16})
        event_filter.append_entries(tx, 1, 0, {4: b"c" * 16})
        event_filter.forget_before(tx, 0, 5)
        assert event_filter.load_entries(tx, 0) == [(5, b"b" * 16)]
        assert event_filter.load_entries(tx, 1) == [(4, b"c" * 16)]
