"""`ebbwatch offsets`: where ingest stands beside the logs, and setting that, audited."""

from __future__ import annotations

import pytest

from schemas.errors import BadSetting
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS
from services.operations import offset_changes
from store.ledger import offsets
from store.unit_of_work import Store
from tests.services.operations.conftest import Topics, audited, stands

WHY = "the cluster was restored"


@pytest.fixture
def sent(topics: Topics, bank: Store) -> Topics:
    """Five records in partition 0, of which three were read."""
    topics.send(TOPIC_ACTIVITY, *[b"{}"] * 5)
    with bank.write() as tx:
        offsets.advance(tx, TOPIC_ACTIVITY, topics.ids[TOPIC_ACTIVITY], 0, 0, 3)
    return topics


def table() -> dict[tuple[str, str], list[str]]:
    rows = [line.split("\t") for line in offset_changes.shown().splitlines()]
    assert rows[0] == ["topic", "partition", "stored", "log start", "log end", "lag"]
    return {(topic, number): rest for topic, number, *rest in rows[1:]}


def test_each_partition_with_its_offset_log_and_lag(sent: Topics) -> None:
    found = table()
    assert found[TOPIC_ACTIVITY, "0"] == ["3", "0", "5", "2"]
    assert found[TOPIC_ACTIVITY, "1"] == ["-", "0", "0", "0"]
    assert list(found)[2:] == [(TOPIC_CLIENTS, "0"), ("corebank.rates", "0")]


def test_an_offset_of_another_incarnation_has_no_lag_and_says_why(sent: Topics, bank: Store) -> None:
    with bank.write() as tx:
        offsets.set_to(tx, TOPIC_ACTIVITY, 0, "another", 3)
    [*numbers, trouble] = table()[TOPIC_ACTIVITY, "0"]
    assert numbers == ["3", "0", "5", "-"]
    assert trouble.startswith(f"{TOPIC_ACTIVITY} was deleted and made again")


def test_a_partition_is_moved_by_whom_and_why(sent: Topics, bank: Store) -> None:
    said = offset_changes.move(f"{TOPIC_ACTIVITY}:0", 4, WHY, "operator-1")
    assert said == f"{TOPIC_ACTIVITY}:0 is read on from 4; it stood at 3"
    topic_id = sent.ids[TOPIC_ACTIVITY]
    assert stands(bank, TOPIC_ACTIVITY) == {0: (topic_id, 4)}
    before, after = {"topic_id": topic_id, "next_offset": 3}, {"topic_id": topic_id, "next_offset": 4}
    entry = ("operator-1", "offset.move", f"{TOPIC_ACTIVITY}[0]", before, after | {"because": WHY})
    assert audited(bank) == [entry]


def test_a_topic_made_anew_is_read_from_its_start(sent: Topics, bank: Store) -> None:
    with bank.write() as tx:
        offsets.set_to(tx, TOPIC_ACTIVITY, 0, "another", 99)
    offset_changes.forget(TOPIC_ACTIVITY, WHY, None)
    topic_id = sent.ids[TOPIC_ACTIVITY]
    assert stands(bank, TOPIC_ACTIVITY) == {0: (topic_id, 0), 1: (topic_id, 0)}
    assert [entry[2] for entry in audited(bank)] == [f"{TOPIC_ACTIVITY}[0]", f"{TOPIC_ACTIVITY}[1]"]


@pytest.mark.parametrize(
    ("at", "offset", "because", "by"),
    [
        (f"{TOPIC_ACTIVITY}:0", 6, WHY, None),
        (f"{TOPIC_ACTIVITY}:0", -1, WHY, None),
        (f"{TOPIC_ACTIVITY}:2", 0, WHY, None),
        (TOPIC_ACTIVITY, 0, WHY, None),
        ("ebbwatch.alerts:0", 0, WHY, None),
        (f"{TOPIC_ACTIVITY}:0", 4, "  ", None),
        (f"{TOPIC_ACTIVITY}:0", 4, WHY, ""),
        (f"{TOPIC_ACTIVITY}:0", 4, WHY, "x" * 201),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    at: str, offset: int, because: str, by: str | None, sent: Topics, bank: Store
) -> None:
    with pytest.raises(BadSetting):
        offset_changes.move(at, offset, because, by)
    assert stands(bank, TOPIC_ACTIVITY) == {0: (sent.ids[TOPIC_ACTIVITY], 3)}
    assert audited(bank) == []
