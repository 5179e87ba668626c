"""Keeping checkpoints: increments, revisions of closed weeks, zero rows, and all of it or nothing."""

from __future__ import annotations

import base64
from dataclasses import replace

import msgspec
import pytest
import sqlalchemy as sa

from schemas.errors import LostPartition
from schemas.messages import DeadLetterMessage
from store.clients.client_master import HomeTaken
from store.ledger import checkpoint_saving
from store.ledger.checkpoint import SummaryRow, Tally
from store.operations.refused_events import VALUE_LIMIT_BYTES
from store.tables.clients import client
from store.tables.ledger import event_filter, ledger_history, shard, shard_week, weekly_summary
from store.tables.ledger import ledger as ledger_table
from store.tables.operations import dead_letter, outbox
from store.unit_of_work import Store
from tests.store.checkpoints import W, checkpoint, closed, held, keep, letter, rows

L, S = ledger_table.c, shard_week.c


def test_checkpoints_add_up(store: Store) -> None:
    keep(store, checkpoint(0, 2, {("C1", W): 5, ("C2", W): 7}), checkpoint(2, 3, {("C1", W): -2}))
    assert rows(store, L.client_id, L.week, L.debit_minor, L.debit_count, L.revision) == [
        ("C1", W, 3, 2, 1),
        ("C2", W, 7, 1, 1),
    ]


def test_a_checkpoint_kept_twice_fails_and_changes_nothing(store: Store) -> None:
    first = checkpoint(0, 2, {("C1", W): 5}, dead_letters=(letter(1),), tally=Tally(1, 0, 0, 1))
    keep(store, first)
    with pytest.raises(LostPartition):
        keep(store, first)
    assert rows(store, L.debit_minor) == [(5,)]
    assert rows(store, shard.c.accepted, shard.c.dead_letters) == [(1, 1)]
    assert len(rows(store, dead_letter.c.dead_letter_id)) == len(rows(store, outbox.c.outbox_id)) == 1


def test_a_partition_read_by_someone_else_meanwhile_is_lost(store: Store) -> None:
    keep(store, checkpoint(0, 2, {("C1", W): 5}), checkpoint(2, 9, {("C1", W): 1}))
    with pytest.raises(LostPartition):
        keep(store, checkpoint(2, 4, {("C1", W): 100}))
    assert rows(store, L.debit_minor) == [(6,)]


def test_a_late_event_supersedes_its_row_and_has_all_later_weeks_judged_again(store: Store) -> None:
    keep(
        store,
        checkpoint(
            0,
            3,
            {("C1", W): 5, ("C1", W + 2): 9},
            weeks=tuple(closed(W + i) for i in range(3)),
            next_to_close=W + 3,
        ),
        checkpoint(3, 4, {("C1", W + 1): 8}, weeks=(closed(W + 1, 1),), next_to_close=W + 3),
    )
    assert rows(store, L.week, L.debit_minor, L.revision) == [(W, 5, 1), (W + 1, 8, 2), (W + 2, 9, 1)]
    h = ledger_history.c
    assert rows(store, h.client_id, h.week, h.revision, h.debit_minor) == [("C1", W + 1, 1, 0)]
    assert rows(store, S.week, S.revision) == [(W, 1), (W + 1, 2), (W + 2, 2)]
    assert rows(store, shard.c.amendments) == [(1,)]


def test_a_week_closed_now_is_at_revision_1_even_when_an_older_one_is_amended(store: Store) -> None:
    keep(
        store,
        checkpoint(0, 1, {("C1", W): 5}, weeks=(closed(W),), next_to_close=W + 1),
        checkpoint(1, 2, {("C1", W): 1}, weeks=(closed(W, 2), closed(W + 1, 0)), next_to_close=W + 2),
    )
    assert rows(store, S.week, S.revision) == [(W, 2), (W + 1, 1)]


def test_a_close_gives_zeros_to_clients_between_their_first_and_their_last_week(store: Store) -> None:
    keep(store, checkpoint(0, 3, {("C1", W): 5, ("C2", W): 5, ("C3", W + 1): 5}))
    with store.write() as tx:
        tx.execute(client.update().where(client.c.client_id == "C2").values(last_week=W))
    keep(store, checkpoint(3, 4, weeks=(closed(W), closed(W + 1, 1)), next_to_close=W + 2))
    assert rows(store, L.client_id, L.week, L.debit_minor, L.debit_count) == [
        ("C1", W, 5, 1), ("C1", W + 1, 0, 0), ("C2", W, 5, 1), ("C3", W + 1, 5, 1),
    ]  # fmt: skip


def test_a_client_met_late_has_zeros_in_the_closed_weeks_after(store: Store) -> None:
    weeks = tuple(closed(W + i, 0) for i in range(3))
    keep(store, checkpoint(0, 1, weeks=weeks, next_to_close=W + 3))
    keep(store, checkpoint(1, 2, {("C9", W + 1): 4}, weeks=(closed(W + 1),), next_to_close=W + 3))
    assert rows(store, L.client_id, L.week, L.debit_minor) == [("C9", W + 1, 4), ("C9", W + 2, 0)]


def test_a_closed_week_older_than_the_first_one_has_the_later_ones_judged_again(store: Store) -> None:
    keep(
        store,
        checkpoint(0, 1, {("C1", W): 5}, weeks=(closed(W),), next_to_close=W + 1),
        checkpoint(1, 2, {("C1", W - 1): 5}, weeks=(closed(W - 1),), next_to_close=W + 1),
    )
    assert rows(store, S.week, S.revision) == [(W - 1, 1), (W, 2)]
    assert rows(store, client.c.first_week) == [(W - 1,)]
    assert rows(store, shard.c.amendments) == [(1,)]


def test_held_weeks_have_no_zero_rows_until_they_close(store: Store) -> None:
    keep(store, checkpoint(0, 2, {("C1", W): 5}, weeks=(held(W), held(W + 1)), next_to_close=W + 2))
    assert rows(store, L.week) == [(W,)]
    keep(store, checkpoint(2, 3, weeks=(closed(W + 1),), next_to_close=W + 2))
    assert rows(store, L.week) == [(W,), (W + 1,)]
    assert rows(store, S.week, S.revision) == [(W, 0), (W + 1, 1)]


def test_filter_and_summaries_go_with_their_week(store: Store) -> None:
    summaries = tuple(SummaryRow("A1", week, "HKD", "C1", 1, 5, 0, 1, 0) for week in (W, W + 1))
    keep(store, checkpoint(0, 2, filter_entries={W: b"a" * 16, W + 1: b"b" * 16}, summaries=summaries))
    newer = (replace(summaries[1], revision=2, debit_minor=9),)
    keep(store, checkpoint(2, 3, filter_entries={W + 1: b"c" * 16}, summaries=newer, expired_before=W + 1))
    assert rows(store, event_filter.c.week, event_filter.c.entries) == [(W + 1, b"b" * 16), (W + 1, b"c" * 16)]
    assert rows(store, weekly_summary.c.week, weekly_summary.c.revision, weekly_summary.c.debit_minor) == [
        (W + 1, 2, 9)
    ]


def test_a_dead_letter_is_kept_whole_and_told_of_within_a_brokers_limits(store: Store) -> None:
    long, odd = b"x" * (VALUE_LIMIT_BYTES + 1), "nul \0 and \ud800 in it"
    keep(store, checkpoint(0, 3, dead_letters=(letter(0, detail=odd), letter(1, long), letter(2, None))))
    found = rows(store, dead_letter.c.offset, dead_letter.c.value)
    assert found == [(0, b"{"), (1, long), (2, None)]
    told = [
        msgspec.json.decode(value, type=DeadLetterMessage)
        for _, value in rows(store, outbox.c.outbox_id, outbox.c.value)
    ]
    assert [(m.offset, m.value_base64, m.value_omitted) for m in told] == [
        (0, base64.b64encode(b"{").decode(), False), (1, None, True), (2, None, False),
    ]  # fmt: skip
    assert "\0" not in told[0].detail
    assert {m.dead_letter_id for m in told} == {
        identity for (identity,) in rows(store, dead_letter.c.dead_letter_id)
    }


def test_the_same_record_of_another_incarnation_is_another_dead_letter(store: Store) -> None:
    keep(store, checkpoint(0, 1, dead_letters=(letter(0),)))
    with store.write() as tx:
        tx.execute(sa.text("DELETE FROM topic_offset"))
    keep(store, replace(checkpoint(0, 1, dead_letters=(letter(0),)), topic_id="T2"))
    assert len({identity for (identity,) in rows(store, dead_letter.c.dead_letter_id)}) == 2


def test_two_shards_that_meet_a_client_at_once_do_not_both_get_it(store: Store) -> None:
    keep(store, checkpoint(0, 1, {("C1", W): 5}))
    with pytest.raises(HomeTaken):
        keep(store, replace(checkpoint(0, 1, {("C1", W): 7}), shard=1))
    assert rows(store, L.shard, L.debit_minor) == [(0, 5)]


def test_a_checkpoint_of_a_tick_alone_may_be_kept_again(store: Store) -> None:
    keep(store, checkpoint(0, 1, {("C1", W): 5}))
    tick = checkpoint(1, 1, weeks=(closed(W, by="idle"),), next_to_close=W + 1)
    keep(store, tick, tick)
    assert rows(store, S.week, S.state, S.revision) == [(W, "closed", 1)]


def test_a_unit_of_work_that_failed_half_way_leaves_nothing_behind(store: Store) -> None:
    def work(tx: sa.Connection) -> None:
        checkpoint_saving.save_checkpoint(tx, checkpoint(0, 1, {("C1", W): 5}, dead_letters=(letter(0),)))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.transact(work)
    assert rows(store, L.client_id) == rows(store, dead_letter.c.offset) == rows(store, client.c.client_id) == []
