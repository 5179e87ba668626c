"""Every bad record leaves by its own reason, whatever it holds."""

from __future__ import annotations

import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.decoding.event_json import (
    NOW_S,
    WEEK,
    batch_of,
    decode,
    marker,
    new_decoder,
    summary,
    transaction,
)

NEXT_YEAR = "2027-01-05T10:00:00+08:00"
BAD_TRANSACTIONS = {
    "bad_shape": [{"amount": 5}, {"direction": "up"}, {"reversal": "no"}, {"type": "gift"}, {"booked_at": None}],
    "bad_id": [{"client_id": "a b"}, {"account_id": "A\0"}, {"account_id": ""}, {"client_id": "x" * 65}],
    "bad_amount": [{"amount": text} for text in ("-1", "1,5", "1.005", "", "1e3", "٣", "1" * 21, " 1", "12\0")],
    "bad_currency": [{"currency": "XXX"}, {"currency": "hkd"}, {"currency": "HK"}, {"currency": "H\0D"}],
    "bad_time": [
        {"booked_at": text}
        for text in (
            "2026-01-05T10:00:00",
            "2026-01-05T24:00:00Z",
            "2016-12-31T23:59:60Z",
            "1969-12-31T23:59:59Z",
            "2026-01-05T10:00:00+08:60",
            "2026-01-05T10:00:00+24:00",
            "2026-01-05T10:00:00.Z",
            "2026-01-05T10:00:00.+08:00",
        )
    ],
    "in_future": [{"booked_at": NEXT_YEAR}, {"booked_at": "9999-12-31T23:59:59Z"}],
    "no_rate": [{"currency": "EUR"}],
    "too_big": [{"currency": "KWD", "amount": "999999999999999.999"}, {"currency": "USD", "amount": "9" * 15}],
}
BAD_SUMMARIES = {
    "bad_shape": [{"debit_count": -1}, {"revision": 0}, {"debit_count": 1.5}, {"week": 5}],
    "bad_id": [{"client_id": "-"}],
    "bad_amount": [{"debit_amount": "-1"}, {"credit_amount": "1.234"}],
    "bad_currency": [{"currency": "ZZZ"}],
    "bad_week": [{"week": "2026-W54"}, {"week": "2026W02"}, {"week": "1969-W52"}, {"week": "2025-W53"}],
    "in_future": [{"week": "2027-W01"}],
    "no_rate": [{"currency": "EUR"}],
    "too_big": [
        {"currency": "KWD", "debit_amount": "999999999999999.999"},
        {"currency": "USD", "debit_amount": "9" * 15},
    ],
}


def cases(bad: dict[str, list[dict[str, object]]]) -> list[tuple[str, dict[str, object]]]:
    return [(reason, change) for reason, changes in bad.items() for change in changes]


@pytest.mark.parametrize(("reason", "change"), cases(BAD_TRANSACTIONS))
def test_bad_transaction_is_refused_and_its_neighbours_are_not(reason: str, change: dict[str, object]) -> None:
    decoded = decode(transaction(), transaction(event_id="E2", **change), transaction(event_id="E3"))

    (reject,) = decoded.rejects
    assert (reject.at, reject.reason) == (1, reason)
    if change.get("type") is None:
        assert reject.event_hash == xxhash.xxh3_64_intdigest(b"E2")
        assert reject.week == (None if "booked_at" in change else WEEK)
    assert decoded.transactions.at.tolist() == [0, 2]


@pytest.mark.parametrize(("reason", "change"), cases(BAD_SUMMARIES))
def test_bad_summary_is_refused(reason: str, change: dict[str, object]) -> None:
    (reject,) = decode(summary(**change)).rejects
    assert reject.reason == reason
    assert reject.week == (None if "week" in change else WEEK)
    assert reject.event_hash == xxhash.xxh3_64_intdigest(b"S1")


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("bad_week", {"week": "2026-W99"}),
        ("in_future", {"week": "2026-W04"}),
        ("bad_shape", {"expected_events": "1"}),
    ],
)
def test_bad_marker_is_refused_and_counts_in_no_week(reason: str, change: dict[str, object]) -> None:
    (reject,) = decode(marker(**change)).rejects
    assert (reject.reason, reject.week, reject.event_hash) == (reason, None, None)


@pytest.mark.parametrize(
    ("reason", "value"),
    [
        ("not_json", b""),
        ("not_json", b"{"),
        ("not_json", b"\xff\xfe"),
        ("not_json", b"\xef\xbb\xbf" + transaction()),
        ("not_json", transaction() + transaction()),
        ("not_json", transaction().replace(b"E1", rb"\ud800 a lone surrogate")),
        ("not_json", b'{"type":"transaction","x":' + b"[" * 100_000),
        ("bad_shape", b"[]"),
        ("bad_shape", b"null"),
        ("bad_shape", b"{}"),
        ("bad_shape", None),
        ("bad_shape", b'{"type":"' + b"x" * 100_000 + b'"}'),
        ("bad_shape", b'{"type":"\\u0000"}'),
    ],
)
def test_poison_is_refused_with_a_detail_that_any_database_keeps(reason: str, value: bytes | None) -> None:
    decoded = decode(transaction(), value, transaction(event_id="E2"))

    (reject,) = decoded.rejects
    assert (reject.at, reject.reason) == (1, reason)
    assert 0 < len(reject.detail) <= 300
    assert "\0" not in reject.detail
    assert decoded.transactions.at.tolist() == [0, 2]


@pytest.mark.parametrize("key", [None, b"", b"C000124", b"\xff", b"C000123\n"])
@pytest.mark.parametrize("value", [transaction(), summary()], ids=["transaction", "summary"])
def test_key_other_than_the_client_id_is_refused(key: bytes | None, value: bytes) -> None:
    batch = batch_of([transaction(event_id="E0"), value], [b"C000123", key])
    (reject,) = new_decoder().decode(batch, NOW_S).rejects
    assert (reject.at, reject.reason, reject.week) == (1, "bad_key", WEEK)


def test_keys_that_only_look_right_end_to_end_are_refused() -> None:
    values = [transaction(client_id="C1"), transaction(client_id="C2"), transaction(client_id="C3")]
    batch = batch_of(values, [b"C1\nC2", b"C3", b""])
    assert [reject.reason for reject in new_decoder().decode(batch, NOW_S).rejects] == ["bad_key"] * 3


@pytest.mark.parametrize(("ahead_s", "refused"), [(86_399, False), (86_400, False), (86_401, True)])
def test_event_more_than_a_day_ahead_is_from_the_future(ahead_s: int, refused: bool) -> None:
    decoded = new_decoder().decode(batch_of([transaction()]), 1_767_578_400.0 - ahead_s)
    assert [reject.reason for reject in decoded.rejects] == ["in_future"] * refused


def test_first_fault_in_the_fixed_order_is_the_reason() -> None:
    faults = {"account_id": "", "currency": "ZZZ", "amount": "-1", "booked_at": NEXT_YEAR}
    order = ["bad_id", "bad_currency", "bad_amount", "in_future"]
    faults["account_id"] = "no id"
    for expected in order:
        assert [reject.reason for reject in decode(transaction(**faults)).rejects] == [expected]
        faults.pop(next(iter(faults)))


def test_malformed_event_still_counts_in_its_week() -> None:
    (reject,) = decode(transaction(amount=None)).rejects
    assert (reject.reason, reject.week) == ("bad_shape", WEEK)


@settings(max_examples=300, deadline=None)
@given(cut=st.integers(0, 250), put=st.binary(max_size=6), skip=st.integers(0, 6), which=st.integers(0, 2))
def test_damaged_bytes_never_raise_and_lose_no_record(cut: int, put: bytes, skip: int, which: int) -> None:
    whole = [transaction(), summary(), marker()][which]
    decoded = decode(transaction(), whole[:cut] + put + whole[cut + skip :], transaction(event_id="E2"))
    told = len(decoded.transactions.at) + len(decoded.summaries) + len(decoded.markers) + len(decoded.rejects)
    assert told == 3
