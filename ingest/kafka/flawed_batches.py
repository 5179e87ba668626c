"""What is wrong with a record batch, read from the bytes of a Fetch response (KIP-98 message format v2)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from kafka.record.default_records import DefaultRecordBatch
from kafka.record.memory_records import MemoryRecords

_HEADER = struct.Struct(">qiibIhi")  # base offset, length, leader epoch, magic, crc, attributes, last offset delta


@dataclass(frozen=True, slots=True)
class Flaw:
    """The first offset that cannot be read, why, and where its batch says that it ends (exclusive), if it can."""

    offset: int
    claimed_end: int | None
    detail: str


def find_flaw(records: bytes, offset: int) -> Flaw | None:
    """The flaw met when reading `records` from `offset` on; None where a record of use can be read first."""
    position, at = 0, offset
    while position < len(records):
        end = _end_of_batch(records, position)
        if end > len(records):
            # A response may end in half a batch, which the next fetch brings whole: only the first must be whole.
            return None if position else _flaw(records, position, at, "record batch is cut short")
        batch = records[position:end]
        try:
            if _holds_record(batch, offset):
                return None
        except Exception as error:  # noqa: BLE001 - the codecs raise whatever they like on bytes that are not theirs
            return _flaw(records, position, at, f"{type(error).__name__}: {error}")
        at = max(at, _claimed_end(records, position) or at)
        position = end
    return None


def find_base_offset(records: bytes) -> int | None:
    """The first batch's base offset; None where there is no batch."""
    return _HEADER.unpack_from(records)[0] if len(records) >= _HEADER.size else None


def _holds_record(batch: bytes, offset: int) -> bool:
    """Whether it holds a record for a reader at `offset`. Raises where the reader would meet a flaw first."""
    parsed = MemoryRecords(batch).next_batch()
    if not parsed.validate_crc():
        raise ValueError("the CRC does not match")
    if isinstance(parsed, DefaultRecordBatch) and parsed.is_control_batch:
        return False
    return any(record.offset >= offset for record in parsed)


def _flaw(records: bytes, position: int, at: int, why: str) -> Flaw:
    end = _claimed_end(records, position)
    base = find_base_offset(records[position:])
    first = max(at, base) if base is not None and (end is None or base < end) else at
    return Flaw(first, end if end is not None and end > first else None, f"record batch at {base}: {why}")


def _end_of_batch(records: bytes, position: int) -> int:
    if len(records) - position < 12:  # base offset and length
        return len(records) + 1
    length: int = struct.unpack_from(">i", records, position + 8)[0]
    return position + 12 + length if length > 0 else len(records) + 1


def _claimed_end(records: bytes, position: int) -> int | None:
    if len(records) - position < _HEADER.size:
        return None
    base, _, _, magic, _, _, last_delta = _HEADER.unpack_from(records, position)
    return base + last_delta + 1 if magic == 2 and last_delta >= 0 else None
