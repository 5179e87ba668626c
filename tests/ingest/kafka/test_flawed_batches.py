from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.record.default_records import DefaultRecordBatchBuilder

from ingest.kafka.flawed_batches import find_base_offset, find_flaw

HEADER_BYTES = 61


def batch(base: int, values: list[bytes], codec: int = 0) -> bytes:
    """A record batch as a broker would send it, its base offset set as a broker would."""
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=codec, is_transactional=False, producer_id=-1, producer_epoch=-1,
        base_sequence=-1, batch_size=1 << 20,
    )  # fmt: skip
    for number, value in enumerate(values):
        builder.append(number, timestamp=0, key=None, value=value, headers=[("h", b"v")])
    return struct.pack(">q", base) + bytes(builder.build())[8:]


@pytest.mark.parametrize("codec", [0, 1, 2, 3, 4])
def test_good_batches_have_no_flaw_from_any_offset(codec: int) -> None:
    log = batch(5, [b"a", b"b"], codec) + batch(7, [b"c" * 1000], codec) + batch(20, [b"d"], codec)
    for offset in range(21):
        assert find_flaw(log, offset) is None
    assert find_base_offset(log) == 5


def test_a_flaw_behind_a_good_record_is_not_met_yet() -> None:
    bad = bytearray(batch(7, [b"c"]))
    bad[-1] ^= 1
    log = batch(5, [b"a", b"b"]) + bytes(bad)
    assert find_flaw(log, 6) is None
    flaw = find_flaw(log, 7)
    assert flaw is not None
    assert (flaw.offset, flaw.claimed_end) == (7, 8)


def test_a_flaw_behind_a_compaction_gap_begins_at_its_batch() -> None:
    bad = bytearray(batch(50, [b"c", b"d"]))
    bad[-1] ^= 1
    flaw = find_flaw(bytes(bad), 40)
    assert flaw is not None
    assert (flaw.offset, flaw.claimed_end) == (50, 52)


def test_half_a_batch_at_the_end_is_only_the_end_of_the_response() -> None:
    log = batch(0, [b"a"])
    assert find_flaw(log + batch(1, [b"b"])[:30], 1) is None
    alone = find_flaw(log[:30], 0)
    assert alone is not None
    assert "cut short" in alone.detail


@given(st.integers(0, 200), st.integers(1, 255))
def test_any_changed_byte_is_a_flaw_or_harmless_and_never_an_exception(place: int, mask: int) -> None:
    good = batch(3, [b"one", b"two" * 20, b"three"])
    spoiled = bytearray(good)
    spoiled[place % len(good)] ^= mask
    flaw = find_flaw(bytes(spoiled), 3)
    if place % len(good) >= 17:  # the CRC itself and what it covers
        assert flaw is not None
        assert flaw.offset == 3


@given(st.binary(max_size=300), st.integers(0, 1 << 62))
def test_arbitrary_bytes_never_raise(noise: bytes, offset: int) -> None:
    flaw = find_flaw(noise, offset)
    assert flaw is None or flaw.detail
