"""What ingest gets back at its start, what the detector reads, and rates."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from store.ledger import rates, shards
from store.ledger.checkpoint import SummaryRow
from store.ledger.ledger_reading import load_history, load_week
from store.ledger.shards import OtherShard
from store.tables.clients import client
from store.unit_of_work import Store
from tests.store.checkpoints import AT, TOPIC, W, checkpoint, closed, held, keep


def test_a_shard_that_was_never_kept_begins_empty(store: Store) -> None:
    with store.read() as tx:
        kept = shards.load_shard(tx, TOPIC, "T1", 0, 8)
    assert (kept.next_offset, kept.next_to_close, kept.weeks, kept.clients.client_ids) == (0, None, (), [])


def test_a_shard_comes_back_as_of_its_last_checkpoint_as_far_as_it_remembers(store: Store) -> None:
    weeks = tuple(closed(W + i) for i in range(3))
    summary = SummaryRow("A1", W + 2, "HKD", "C1", 3, 5, 6, 1, 2)
    made = checkpoint(
        0, 4, {("C1", W): 5, ("C2", W + 2): 7}, weeks=(*weeks, held(W + 3)), next_to_close=W + 4,
        filter_entries={W + 2: b"f" * 16}, summaries=(summary,), newest_events_s=b"12345678", watermark_s=99,
    )  # fmt: skip
    keep(store, made)
    with store.read() as tx:
        kept = shards.load_shard(tx, TOPIC, "T1", 0, 2)
    assert (kept.next_offset, kept.next_to_close, kept.newest_events_s, kept.advanced_at) == (
        4,
        W + 4,
        b"12345678",
        AT,
    )
    assert kept.weeks == (weeks[2], held(W + 3))
    assert kept.filter_entries == [(W + 2, b"f" * 16)]
    assert kept.summaries == (summary,)
    assert (kept.clients.client_ids, kept.clients.first_week.tolist()) == (["C1", "C2"], [W, W + 2])
    totals = dict(zip(kept.totals.client_ids, kept.totals.debit_minor.tolist(), strict=True))
    assert totals == {"C1": 0, "C2": 7}


def test_a_shard_sees_how_far_the_others_are_and_when_a_record_last_came(store: Store) -> None:
    keep(store, checkpoint(0, 1, {("C1", W): 5}), replace(checkpoint(0, 1, {("C2", W): 5}, watermark_s=9), shard=1))
    later = replace(checkpoint(1, 1, weeks=(closed(W),), next_to_close=W + 1), shard=1, at=AT.replace(year=2027))
    keep(store, later)
    with store.read() as tx:
        assert shards.load_others(tx, 0) == [OtherShard(1, W + 1, None, AT)]
        assert shards.load_next_to_close(tx) == {0: W, 1: W + 1}


def test_history_is_dense_and_sorted_and_holds_the_closed_as_long_as_it_reaches_them(store: Store) -> None:
    changes = {("C2", W): 5, ("C2", W + 2): 6, ("C1", W + 1): 7, ("C3", W + 3): 8, ("C0", W): 9}
    keep(store, checkpoint(0, 5, changes))
    with store.write() as tx:
        tx.execute(client.update().where(client.c.client_id == "C0").values(last_week=W))
        history, later = load_history(tx, 0, W + 2, 4), load_history(tx, 0, W + 2, 2)
    assert history.client_ids == ["C0", "C1", "C2"]
    assert history.first_week.tolist() == [W, W + 1, W]
    np.testing.assert_array_equal(history.debit_minor, [[0, 9, 0, 0], [0, 0, 7, 0], [0, 5, 0, 6]])
    np.testing.assert_array_equal(history.payments, [[0, 1, 0, 0], [0, 0, 1, 0], [0, 1, 0, 1]])
    assert history.credit_minor.shape == (3, 4)
    assert later.client_ids == ["C1", "C2"]


def test_what_comes_after_a_closing_is_kept_apart(store: Store) -> None:
    keep(store, checkpoint(0, 3, {("C1", W): 5, ("C2", W): 6, ("C2", W + 2): 7, ("C1", W + 2): 8}))
    with store.write() as tx:
        tx.execute(client.update().where(client.c.client_id == "C2").values(last_week=W))
        last, after = load_week(tx, 0, W), load_week(tx, 0, W + 2)
    assert (last.client_ids, last.after_closing) == (["C1", "C2"], None)
    assert after.client_ids == ["C1"]
    assert after.after_closing is not None
    assert (after.after_closing.client_ids, after.after_closing.debit_minor.tolist()) == (["C2"], [7])


def test_a_week_comes_with_the_revision_of_each_row(store: Store) -> None:
    keep(
        store,
        checkpoint(0, 2, {("C2", W): 5, ("C1", W): 6}, weeks=(closed(W),), next_to_close=W + 1),
        checkpoint(2, 3, {("C1", W): -7}, next_to_close=W + 1),
    )
    with store.read() as tx:
        week, nothing = load_week(tx, 0, W), load_week(tx, 0, W + 1)
    assert week.client_ids == ["C1", "C2"]
    assert (week.debit_minor.tolist(), week.revision.tolist()) == ([-1, 5], [2, 1])
    assert week.payments.tolist() == [2, 1]
    assert nothing.client_ids == []


def test_the_newest_word_on_a_rate_holds_and_a_rate_can_be_taken_back(store: Store) -> None:
    with store.write() as tx:
        rates.save_rates(tx, [("USD", W, "7.8"), ("USD", W + 1, "7.9"), ("EUR", W, "9")])
        rates.save_rates(tx, [("USD", W, "7.81")])
        rates.forget_rate(tx, "EUR", W)
        assert rates.load_rates(tx) == {("USD", W): Fraction("7.81"), ("USD", W + 1): Fraction("7.9")}
