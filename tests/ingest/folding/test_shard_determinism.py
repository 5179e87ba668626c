"""Whatever the batches, checkpoints and restarts, the rows are those of one event after the other."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.folding.closing import ClosingRules
from tests.ingest.folding.feed import DAY_S, Bad, Event, Marker, Summary, Tx
from tests.ingest.folding.plain_shard import PlainShard

W = 2900

weeks = st.integers(0, 13).map(lambda n: W + n)
clients = st.sampled_from(["C1", "C2", "C3"])
ids = st.integers(0, 25).map(lambda n: f"e{n}")
accounts = st.sampled_from(["A", "B"])
transactions = st.builds(
    lambda event_id, week, client, account, minor, direction, reversal, day: Tx(
        event_id, week, client, f"{client}{account}", minor, direction, reversal, day
    ),
    ids, weeks, clients, accounts, st.integers(0, 500), st.sampled_from(["debit", "credit"]), st.booleans(),
    st.sampled_from([0.0, 1.5, 3.0, 6.9]),
)  # fmt: skip
summaries = st.builds(
    lambda event_id, week, client, account, debit, revision: Summary(
        event_id, week, client, f"{client}{account}", debit, 0, 1, revision
    ),
    ids, weeks, clients, accounts, st.integers(0, 500), st.integers(1, 3),
)  # fmt: skip
markers = st.builds(Marker, weeks, st.integers(0, 4))
bad = st.builds(Bad, st.sampled_from(["bad_amount", "in_future"]), st.none() | weeks, st.none() | ids)
steps = st.sampled_from(["same batch"] * 4 + ["new batch", "checkpoint", "restart"])


def drifting(events: list[tuple[Event, str]]) -> list[tuple[Event, str]]:
    """In rising order of weeks, roughly: a feed that goes on, with stragglers."""
    order = sorted(range(len(events)), key=lambda i: (getattr(events[i][0], "week", None) or W) + (i * 7) % 5)
    return [events[i] for i in order]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(transactions | transactions | summaries | markers | bad, steps), max_size=60),
    st.booleans(),
    st.sampled_from([0, 3, 8]),
)
def test_any_batches_checkpoints_and_restarts_give_the_rows_of_the_plain_shard(
    make_bench: Any, planned: list[tuple[Event, str]], in_order: bool, correction_weeks: int
) -> None:
    planned = drifting(planned) if in_order else planned
    rules = ClosingRules(2 * DAY_S, witnesses=3, correction_weeks=correction_weeks, branch_hold_share=0)
    bench = make_bench(rules)
    batch: list[Event] = []
    for event, step in planned:
        batch.append(event)
        if step != "same batch":
            bench.fold(*batch)
            batch = []
        if step in {"checkpoint", "restart"}:
            bench.save()
        if step == "restart":
            bench.restart()
    bench.run(*batch)

    plain = PlainShard(rules)
    plain.run([event for event, _ in planned])
    assert bench.ledger() == plain.rows()
    assert bench.weeks() == plain.state
    assert bench.tally() == tuple(plain.tally)
    assert bench.reasons() == plain.letters
    assert bench.shard.next_to_close == plain.next
