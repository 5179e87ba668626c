"""The hash of a body: the same for the same statement however it is written, another for another."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decoding.body_hash import TRANSACTION as TRANSACTION_KIND
from ingest.decoding.body_hash import hash_columns, hash_words
from tests.ingest.decoding.event_json import TRANSACTION, decode, summary, transaction

WORD = st.integers(0, 2**64 - 1)

# Filters in the database hold these hashes: with others every repeat would be a clash.
PINNED_TRANSACTION = 4048901094012953636
PINNED_SUMMARY = 11198689594905085882


def body(value: bytes) -> int:
    return int(decode(value).transactions.body_hash[0])


def test_same_statement_written_another_way_has_the_same_hash() -> None:
    turned = json.dumps(dict(reversed(TRANSACTION.items())), indent=3, ensure_ascii=True).encode()
    without = json.dumps({name: value for name, value in TRANSACTION.items() if name != "reversal"}).encode()
    for other in (
        turned,
        without,
        transaction(event_id="another event"),
        transaction(amount="1234.560"),
        transaction(amount="01234.56"),
        transaction(booked_at="2026-01-05T02:00:00Z"),
        transaction(booked_at="2026-01-05T10:00:00.25+08:00"),
        transaction(channel="added later"),
    ):
        assert body(other) == body(transaction())


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "C1"},
        {"account_id": "A1"},
        {"booked_at": "2026-01-05T10:00:01+08:00"},
        {"direction": "credit"},
        {"amount": "1234.57"},
        {"currency": "USD"},
        {"reversal": True},
        {"client_id": "A00045", "account_id": "C000123"},
    ],
)
def test_other_statement_has_another_hash(change: dict[str, object]) -> None:
    assert body(transaction(**change)) != body(transaction())


@pytest.mark.parametrize("name", ["debit_amount", "credit_amount"])
def test_summary_with_another_amount_count_or_revision_has_another_hash(name: str) -> None:
    changes = [{}, {name: "7.00"}, {"debit_count": 4}, {"credit_count": 4}, {"revision": 2}, {"week": "2026-W01"}]
    hashes = {decode(summary(**change)).summaries[0][1].body_hash for change in changes}
    assert len(hashes) == len(changes)


def test_hash_never_changes_from_one_version_to_the_next() -> None:
    assert body(transaction()) == PINNED_TRANSACTION
    assert decode(summary()).summaries[0][1].body_hash == PINNED_SUMMARY


@given(rows=st.lists(st.tuples(WORD, WORD, WORD), min_size=1, max_size=10))
def test_columns_hash_as_each_row_alone(rows: list[tuple[int, int, int]]) -> None:
    columns = [np.array(column, np.uint64) for column in zip(*rows, strict=True)]
    alone = [hash_words(TRANSACTION_KIND, *row) for row in rows]
    assert hash_columns(TRANSACTION_KIND, *columns).tolist() == alone
