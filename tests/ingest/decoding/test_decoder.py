"""What a batch becomes: columns, few events, rejects, and nothing lost between them."""

from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction

import numpy as np
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.decoding.codes import Codes
from ingest.decoding.decoded import Decoded, Transactions
from ingest.decoding.decoder import Decoder
from ingest.decoding.week_table import weeks_at
from schemas.money import convert_minor
from tests.ingest.decoding.event_json import (
    CALENDAR,
    NOW_S,
    RATES,
    WEEK,
    batch_of,
    decode,
    marker,
    new_decoder,
    summary,
    transaction,
)

TIMES = [
    "2026-01-05T10:00:00+08:00",
    "2026-01-05T02:00:00Z",
    "2026-01-04T23:59:59.999+08:00",
    "2026-01-05",
    "never",
]
GOOD_OR_BAD = st.one_of(
    st.builds(
        transaction,
        event_id=st.text(min_size=1, max_size=4).filter(lambda text: text.isprintable()),
        client_id=st.sampled_from(["C1", "C2", "C3", "no id", "C\0"]),
        account_id=st.sampled_from(["A1", "A2", ""]),
        booked_at=st.sampled_from(TIMES),
        amount=st.sampled_from(["1", "1.5", "0.005", "0", "-1", "1e3", "999999999999999.99"]),
        currency=st.sampled_from(["HKD", "HKD", "USD", "JPY", "KWD", "EUR", "XXX", "HK"]),
        direction=st.sampled_from(["debit", "credit"]),
        reversal=st.booleans(),
    ),
    st.builds(
        summary, currency=st.sampled_from(["HKD", "USD", "EUR"]), week=st.sampled_from(["2026-W02", "2026-W54"])
    ),
    st.builds(marker, week=st.sampled_from(["2026-W02", "2027-W01"])),
    st.sampled_from([None, b"", b"{", b"[]", b"\xff", b'{"type":"transaction"}', transaction() + transaction()]),
)


def rows(decoded: Decoded, offset: int = 0) -> list[tuple[object, ...]]:
    """Every record's outcome, with its place in the whole."""
    columns = [getattr(decoded.transactions, column.name).tolist() for column in fields(Transactions)]
    told: list[tuple[object, ...]] = [(row[0] + offset, *row[1:]) for row in zip(*columns, strict=True)]
    told += [(at + offset, event) for at, event in decoded.summaries]
    told += [(at + offset, event) for at, event in decoded.markers]
    told += [(reject.at + offset, replace(reject, at=0)) for reject in decoded.rejects]
    return sorted(told, key=lambda row: row[0])


@settings(max_examples=150, deadline=None)
@given(values=st.lists(GOOD_OR_BAD, max_size=12))
def test_a_record_becomes_the_same_in_a_batch_as_alone(values: list[bytes | None]) -> None:
    together, alone = new_decoder(), new_decoder()

    batch = batch_of(values)
    whole = rows(together.decode(batch, NOW_S))
    single = [rows(alone.decode(batch_of([value]), NOW_S), at)[0] for at, value in enumerate(values)]

    assert whole == single


def test_transaction_is_what_the_event_says() -> None:
    clients, accounts = Codes(["C000000"]), Codes()
    values = [
        transaction(event_id="é", amount="12.3"),
        transaction(event_id="E2", direction="credit", amount="7", reversal=True, client_id="C2"),
        transaction(event_id="E3", currency="USD", amount="0.03", direction="credit", account_id="A2"),
    ]

    rows = Decoder(CALENDAR, "HKD", clients, accounts, lambda *_: Fraction("7.5")).decode(batch_of(values), NOW_S)

    found = rows.transactions
    assert [clients.names[code] for code in found.client] == ["C000123", "C2", "C000123"]
    assert [accounts.names[code] for code in found.account] == ["A00045", "A00045", "A2"]
    assert found.event_hash.tolist() == [xxhash.xxh3_64_intdigest(name.encode()) for name in ("é", "E2", "E3")]
    assert found.debit_minor.tolist() == [1230, 0, 0]
    assert found.credit_minor.tolist() == [0, -700, 22]  # 22.5, to the even neighbour
    assert found.sign.tolist() == [1, -1, 1]
    assert found.is_debit.tolist() == [True, False, False]
    assert found.booked_s.tolist() == [1_767_578_400] * 3
    assert found.week.tolist() == [WEEK] * 3
    assert found.at.tolist() == [0, 1, 2]


def test_columns_have_the_types_they_promise() -> None:
    promised = {"at": "int32", "client": "int32", "account": "int32", "week": "int32", "sign": "int8"}
    promised |= {"event_hash": "uint64", "body_hash": "uint64", "is_debit": "bool"}
    for values in ([], [transaction()], [transaction(), b"{"], [transaction(currency="USD")]):
        found = decode(*values).transactions
        kinds = {column.name: getattr(found, column.name).dtype.name for column in fields(Transactions)}
        assert kinds == {name: promised.get(name, "int64") for name in kinds}


def test_every_week_of_a_foreign_currency_has_its_own_rate() -> None:
    rates = {WEEK: Fraction("7.8"), WEEK - 1: Fraction("7.9")}
    decoder = Decoder(CALENDAR, "HKD", Codes(), Codes(), lambda _, week: rates.get(week))
    times = ["2026-01-05T10:00:00Z", "2025-12-30T10:00:00Z", "2025-12-23T10:00:00Z"]
    values = [transaction(event_id=time, booked_at=time, currency="USD", amount="1.00") for time in times]

    decoded = decoder.decode(batch_of(values), NOW_S)

    assert decoded.transactions.debit_minor.tolist() == [780, 790]
    assert [(reject.at, reject.reason, reject.week) for reject in decoded.rejects] == [(2, "no_rate", WEEK - 2)]


def test_rate_is_asked_once_for_a_currency_and_week() -> None:
    asked: list[tuple[str, int]] = []

    def rate_of(currency: str, week: int) -> Fraction:
        asked.append((currency, week))
        return Fraction(2)

    values = [transaction(event_id=str(i), currency=("USD", "JPY")[i % 2]) for i in range(50)]
    values = [value.replace(b"1234.56", b"1234") for value in values]
    new_decoder(rate_of).decode(batch_of(values), NOW_S)
    assert sorted(asked) == [("JPY", WEEK), ("USD", WEEK)]


def test_unknown_fields_and_white_space_are_no_fault() -> None:
    spaced = transaction(channel="branch", note={"deep": [1, 2]}).replace(b",", b" ,\n\t")
    assert len(decode(spaced).transactions.at) == 1


def test_summary_is_in_the_base_currency_and_its_own() -> None:
    ((at, found),) = decode(summary(currency="USD", revision=4)).summaries
    assert at == 0
    assert (found.client_id, found.account_id, found.week, found.currency) == ("C000123", "A00045", WEEK, "USD")
    assert (found.revision, found.debit_count, found.credit_count) == (4, 3, 1)
    rate = RATES["USD", WEEK]
    assert found.debit_minor == convert_minor(123456, "USD", "HKD", rate)
    assert found.credit_minor == convert_minor(9900, "USD", "HKD", rate)


def test_marker_needs_no_key() -> None:
    ((_, found),) = decode(marker()).markers
    assert (found.week, found.expected_events) == (WEEK, 12345)
    assert found.event_hash == xxhash.xxh3_64_intdigest(b"M1")


def test_empty_batch_is_empty() -> None:
    assert rows(decode()) == []


def test_batch_of_many_weeks_finds_each_of_them() -> None:
    times = [f"20{year:02d}-{month:02d}-07T23:30:00+08:00" for year in range(10, 25) for month in range(1, 13)]
    found = decode(*(transaction(event_id=time, booked_at=time) for time in times)).transactions
    assert found.week.tolist() == weeks_at(CALENDAR, np.array(found.booked_s)).tolist()
    assert len(set(found.week.tolist())) == len(times)
