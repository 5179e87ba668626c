"""Which partition a key belongs to: murmur2 as in the Java client, so that every producer agrees."""

from __future__ import annotations

import time
from collections.abc import Callable

_SEED = 0x9747B28C
_MULTIPLIER = 0x5BD1E995
_MASK = 0xFFFFFFFF
REMEMBERED_KEYS = 1 << 20  # a bank's corporate clients; hashing one in Python takes microseconds
COUNT_VALID_S = 60.0  # partitions may be added while we run


def murmur2(data: bytes) -> int:
    """32-bit MurmurHash2 of `data` with Kafka's seed, unsigned."""
    whole = len(data) & ~3
    hashed = _SEED ^ len(data)
    for at in range(0, whole, 4):
        block = int.from_bytes(data[at : at + 4], "little") * _MULTIPLIER & _MASK
        block = (block ^ block >> 24) * _MULTIPLIER & _MASK
        hashed = hashed * _MULTIPLIER & _MASK ^ block
    if whole < len(data):
        hashed = (hashed ^ int.from_bytes(data[whole:], "little")) * _MULTIPLIER & _MASK
    hashed = (hashed ^ hashed >> 13) * _MULTIPLIER & _MASK
    return hashed ^ hashed >> 15


class Partitioning:
    """Remembers hashes of keys and partition counts of topics."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._hashes: dict[bytes, int] = {}
        self._counts: dict[str, tuple[int, float]] = {}

    def partition_for(self, topic: str, key: bytes, count_of: Callable[[str], int]) -> int:
        """The partition of `key`. `count_of` says how many there are, and is asked once a minute for each topic."""
        count, valid_until = self._counts.get(topic, (0, 0.0))
        now = self._clock()
        if now >= valid_until:
            count = count_of(topic)
            self._counts[topic] = (count, now + COUNT_VALID_S)
        hashed = self._hashes.get(key)
        if hashed is None:
            if len(self._hashes) >= REMEMBERED_KEYS:
                self._hashes.clear()
            hashed = self._hashes[key] = murmur2(key) & 0x7FFFFFFF
        return hashed % count

    def partition_of_message(self, topic: str, key: bytes | None, count_of: Callable[[str], int]) -> int | None:
        """The key's partition; None (the client library chooses) where there is no key."""
        return None if key is None else self.partition_for(topic, key, count_of)
