"""One payment of a thousand trillion waits for a person, and is booked once it is released."""

from __future__ import annotations

import pytest

from store.operations import dead_letters
from store.tables.ledger import ledger, shard_week
from store.tables.operations import dead_letter
from store.unit_of_work import Store
from tests.ingest.decoding.event_json import WEEK
from tests.ingest.lanes.lane_bench import NOW, LaneBench, transaction, week_closed

OVER = WEEK - 1


@pytest.fixture
def bench(store: Store) -> LaneBench:
    return LaneBench(store)


def test_it_is_a_dead_letter_until_a_person_releases_it(bench: LaneBench) -> None:
    lane = bench.activity()
    absurd = transaction("E1", OVER, amount="999999999999999.99")
    bench.run(lane, absurd, transaction("E2", OVER), week_closed(OVER, 2))
    [(identity, reason, value)] = bench.rows(
        dead_letter.c.dead_letter_id, dead_letter.c.reason, dead_letter.c.value
    )
    assert (reason, value) == ("implausible_amount", absurd[1])
    assert bench.rows(ledger.c.client_id, ledger.c.debit_minor) == [("C1", 100)]
    assert bench.rows(shard_week.c.state, shard_week.c.received) == [("closed", 2)]
    bench.run(lane, absurd)  # sent again by the sender: still nobody has said that it is right
    assert bench.rows(ledger.c.debit_minor) == [(100,)]
    with bench.store.write() as tx:
        dead_letters.mark_replayed(tx, [identity], "ops-1", NOW)
    bench.run(bench.activity(), absurd)
    assert bench.rows(ledger.c.client_id, ledger.c.debit_minor) == [("C1", 99_999_999_999_999_999 + 100)]
    assert bench.rows(shard_week.c.state, shard_week.c.received) == [("closed", 2)]
