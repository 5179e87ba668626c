"""Records of the client master and of the rates: what is taken, and why the rest is refused."""

from __future__ import annotations

import json
from datetime import date

import pytest

from ingest.decoding.bad_record import BadRecord
from ingest.decoding.reference_records import decode_client, decode_client_key, decode_rate, decode_rate_key
from schemas.weeks import parse_week

CLIENT = {
    "client_id": "C000123",
    "name": "长江纺织 Ltd",
    "kind": "association",
    "branch_id": "B014",
    "tier": "A",
    "industry": "textiles",
    "relationship_manager": None,
    "opened_on": "2019-04-01",
    "closed_on": None,
}
RATE = {"currency": "USD", "week": "2026-W02", "rate": "7.8125"}


def client(**changes: object) -> bytes:
    return json.dumps(CLIENT | changes).encode()


def rate(**changes: object) -> bytes:
    return json.dumps(RATE | changes).encode()


def test_client_record_is_read_with_its_dates() -> None:
    record = decode_client(client())
    assert (record.client_id, record.name, record.kind) == ("C000123", "长江纺织 Ltd", "association")
    assert (record.opened_on, record.closed_on) == (date(2019, 4, 1), None)


@pytest.mark.parametrize("name", ["Müller & Søn", "株式会社 山田", "شركة النور", "O’Neill\u00a0Ltd", "क्षेत्र"])
def test_names_of_all_languages_are_taken(name: str) -> None:
    assert decode_client(client(name=name, opened_on="2019-04-01", closed_on="2019-04-01")).name == name


@pytest.mark.parametrize("text", ["0.00000001", "100000000", "0.0000071", "89500"])
def test_rates_of_currencies_far_apart_are_taken(text: str) -> None:
    assert decode_rate(b"USD:2026-W02", rate(rate=text), "HKD").text == text


def test_client_record_needs_only_id_and_name() -> None:
    record = decode_client(b'{"client_id":"C1","name":"N"}')
    assert (record.kind, record.branch_id, record.tier) == ("company", "unassigned", "C")


@pytest.mark.parametrize(
    ("reason", "value"),
    [
        ("bad_shape", None),
        ("not_json", b"{"),
        ("bad_shape", b"[]"),
        ("bad_shape", client(name="")),
        ("bad_shape", client(kind="person")),
        ("bad_shape", client(opened_on="1 April")),
        ("bad_shape", client(name="N\0")),
        ("bad_shape", client(industry="N\0")),
        ("bad_shape", client(tier="A\0")),
        *(
            ("bad_shape", client(name=name))
            for name in (" ", "\t", "A\x1b[31m", "A\u202eB", "A\u2066B", "A\nB", "A\u2028")
        ),
        ("bad_shape", client(industry="A\u200fB")),
        ("bad_shape", client(relationship_manager="\x07")),
        ("bad_shape", client(opened_on="2019-04-02", closed_on="2019-04-01")),
        ("bad_id", client(client_id="C 1")),
        ("bad_id", client(branch_id="B\0")),
        ("bad_id", client(client_id="")),
    ],
)
def test_bad_client_record_is_refused(reason: str, value: bytes | None) -> None:
    with pytest.raises(BadRecord) as refusal:
        decode_client(value)
    assert refusal.value.reason == reason
    assert "\0" not in refusal.value.detail


def test_rate_is_read_as_exact_text() -> None:
    assert decode_rate(b"USD:2026-W02", rate(), "HKD") == ("USD", parse_week("2026-W02"), "7.8125")


@pytest.mark.parametrize(
    ("reason", "key", "value"),
    [
        ("bad_key", None, rate()),
        ("bad_key", b"USD:2026-W03", rate()),
        ("bad_currency", b"usd:2026-W02", rate(currency="usd")),
        ("bad_week", b"USD:2026-W54", rate(week="2026-W54")),
        *(
            ("bad_shape", b"USD:2026-W02", rate(rate=text))
            for text in ("999999999.9", "0.000000000001", "100000000.1")
        ),
        ("bad_currency", b"HKD:2026-W02", rate(currency="HKD")),
        *(("bad_week", f"USD:{week}".encode(), rate(week=week)) for week in ("0001-W01", "1969-W52", "9999-W01")),
        ("bad_shape", b"USD:2026-W02", rate(rate="0.0")),
        ("bad_shape", b"USD:2026-W02", rate(rate="-1")),
        ("bad_shape", b"USD:2026-W02", rate(rate="1e3")),
        ("bad_shape", b"USD:2026-W02", rate(rate="1\0")),
        ("bad_shape", b"USD:2026-W02", rate(rate=7.8)),
        ("bad_shape", b"USD:2026-W02", None),
    ],
)
def test_bad_rate_is_refused(reason: str, key: bytes | None, value: bytes | None) -> None:
    with pytest.raises(BadRecord) as refusal:
        decode_rate(key, value, "HKD")
    assert refusal.value.reason == reason


def test_key_of_a_tombstone_says_what_it_takes_back() -> None:
    assert decode_client_key(b"C000123") == "C000123"
    assert decode_rate_key(b"USD:2026-W02") == ("USD", parse_week("2026-W02"))


@pytest.mark.parametrize("key", [None, b"", b"\xff", b"U\0D:2026-W02", b"USD", b"USD:2026-W54", b"ZZZ:2026-W02"])
def test_key_that_names_no_rate_is_refused(key: bytes | None) -> None:
    with pytest.raises(BadRecord, match="bad_key"):
        decode_rate_key(key)


@pytest.mark.parametrize("key", [None, b"", b"\xff", b"C\0", b"a b"])
def test_key_that_names_no_client_is_refused(key: bytes | None) -> None:
    with pytest.raises(BadRecord, match="bad_key"):
        decode_client_key(key)
