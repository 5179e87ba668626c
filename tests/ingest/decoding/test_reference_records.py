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
    assert decode_rate(b"USD:2026-W02", rate()) == ("USD", parse_week("2026-W02"), "7.8125")


@pytest.mark.parametrize(
    ("reason", "key", "value"),
    [
        ("bad_key", None, rate()),
        ("bad_key", b"USD:2026-W03", rate()),
        ("bad_currency", b"usd:2026-W02", rate(currency="usd")),
        ("bad_week", b"USD:2026-W54", rate(week="2026-W54")),
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
        decode_rate(key, value)
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
