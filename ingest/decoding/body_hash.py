"""A hash of what an event says, the same in every process and version however the event was written.

Fold the words of the event into a running state h, from h = the number of its kind: h = mix(h xor word), where mix
is the step of splitmix64. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number
generators", 2014; which words: docs/decisions/0006-decoding.md. To change it is to forget every duplicate filter.
"""

from __future__ import annotations

import numpy as np

from ingest.arrays import UInt64

TRANSACTION, SUMMARY = 1, 2

_INCREMENT, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_ALL = 2**64 - 1


def hash_columns(kind: int, *columns: UInt64) -> UInt64:
    """Body hashes, uint64 (n,), of events whose words are the columns, each uint64 (n,)."""
    state = np.full(len(columns[0]), kind, np.uint64)
    for column in columns:
        state ^= column
        state += np.uint64(_INCREMENT)
        state ^= state >> np.uint64(30)
        state *= np.uint64(_FIRST)
        state ^= state >> np.uint64(27)
        state *= np.uint64(_SECOND)
        state ^= state >> np.uint64(31)
    return state


def hash_words(kind: int, *words: int) -> int:
    """The same for one event; each word is from 0 to 2**64 - 1."""
    state = kind
    for word in words:
        state = ((state ^ word) + _INCREMENT) & _ALL
        state = ((state ^ (state >> 30)) * _FIRST) & _ALL
        state = ((state ^ (state >> 27)) * _SECOND) & _ALL
        state ^= state >> 31
    return state
