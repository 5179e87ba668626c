"""Whatever the batches, checkpoints and restarts, the rows are those of one event after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
bad = st.builds(Bad, st.sampled_from(["bad_amount", "no_rate", "in_future"]), st.none() | weeks, st.none() | ids)
steps = st.sampled_from(
    ["same batch"] * 3 + ["new batch", "checkpoint", "restart", "restart, again", "restart, again"]
)
# Where an event belongs: what goes wrong, goes wrong where a week is forgotten and where an event comes again.
places = st.sampled_from(["as drawn"] * 3 + ["oldest amendable week", "oldest remembered week", "again", "again"])

Planned = tuple[Event, str, str]  # event, step behind it, place


def drifting(events: list[Planned]) -> list[Planned]:
    """In rising order of weeks, roughly: a feed that goes on, with stragglers."""
    order = sorted(range(len(events)), key=lambda i: (getattr(events[i][0], "week", None) or W) + (i * 7) % 5)
    return [events[i] for i in order]


def played(planned: Sequence[Planned], rules: ClosingRules) -> tuple[list[Event], PlainShard]:
    """The events as their places have them, and the plain shard that has taken them."""
    plain, events = PlainShard(rules), list[Event]()
    before = ""
    for event, step, place in planned:
        chosen = event
        if events and (place == "again" or before == "restart, again"):
            chosen = next((e for e in reversed(events) if e.week == _oldest(plain, rules)), events[-1])
        elif place.startswith("oldest") and plain.next is not None and event.week is not None:
            chosen = replace(event, week=_oldest(plain, rules, amendable=place == "oldest amendable week"))
        plain.run([chosen], len(events))
        events.append(chosen)
        before = step
    return events, plain


def _oldest(plain: PlainShard, rules: ClosingRules, *, amendable: bool = True) -> int:
    return (plain.next or W) - (rules.correction_weeks if amendable else rules.memory_weeks)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(transactions | transactions | summaries | markers | bad, steps, places), max_size=60),
    st.booleans(),
    st.sampled_from([0, 3, 8]),
)
def test_any_batches_checkpoints_and_restarts_give_the_rows_of_the_plain_shard(
    make_bench: Any, planned: list[Planned], in_order: bool, correction_weeks: int
) -> None:
    planned = drifting(planned) if in_order else planned
    rules = ClosingRules(2 * DAY_S, witnesses=3, correction_weeks=correction_weeks, branch_hold_share=0)
    events, plain = played(planned, rules)
    bench = make_bench(rules)
    batch: list[Event] = []
    for event, (_, step, _) in zip(events, planned, strict=True):
        batch.append(event)
        if step != "same batch":
            bench.fold(*batch)
            batch = []
        if step not in {"same batch", "new batch"}:
            bench.save()
        if step.startswith("restart"):
            bench.restart()
    bench.run(*batch)

    assert bench.ledger() == plain.rows()
    assert bench.weeks() == plain.state
    assert bench.tally() == tuple(plain.tally)
    assert bench.reasons() == plain.letters
    assert bench.shard.next_to_close == plain.next
