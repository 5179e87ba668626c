"""A sorted map from 64-bit hashes to 64-bit words in two flat arrays that grow and shrink where they lie."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingest.arrays import Bool, UInt64

BLOCK_ENTRIES = 262_144  # moved at a time: all the room a merge needs beside the run itself
_BUCKET = 16  # entries a directory slot, about: a quarter of a byte an entry, and two cache misses a search


class SortedRun:
    """Hashes rise, each expected once and evenly spread: a directory of their top bits stands in for most of a
    binary search. Uneven ones are found all the same, in more steps.
    """

    def __init__(self, block_entries: int = BLOCK_ENTRIES) -> None:
        self._block = block_entries
        self.hashes: UInt64
        self.words: UInt64
        self._set_entries(np.empty(0, np.uint64), np.empty(0, np.uint64))

    def __len__(self) -> int:
        return len(self.hashes)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays held."""
        return self.hashes.nbytes + self.words.nbytes + self._starts.nbytes

    def find(self, hashes: UInt64, words: UInt64) -> Bool:
        """Which of the hashes (length n) are here. Puts their words into `words`, leaves the others."""
        if not len(self):
            return np.zeros(len(hashes), np.bool_)
        bucket = (hashes >> self._shift).astype(np.intp)
        at = self._starts[bucket].astype(np.intp)
        widest = int((self._starts[bucket + 1] - at).max(initial=0))
        for step in (1 << bit for bit in reversed(range(widest.bit_length()))):
            # Clipped at the end it may walk on, but only for a hash above all others.
            at += step * (self.hashes.take(at + (step - 1), mode="clip") < hashes)
        np.minimum(at, len(self) - 1, out=at)
        found: Bool = self.hashes[at] == hashes
        if found.any():
            words[found] = self.words[at[found]]
        return found

    def absorb(self, hashes: UInt64, words: UInt64) -> None:
        """Take in entries, hashes rising. The arrays become this run's own: the caller lets go of them."""
        if len(hashes) > len(self):
            (own_hashes, own_words), (hashes, words) = (hashes, words), (self.hashes, self.words)
            self.hashes, self.words = own_hashes, own_words
        stop, left = len(self), len(hashes)
        self.hashes.resize(stop + left, refcheck=False)
        self.words.resize(stop + left, refcheck=False)
        while left:  # from the end, so that what is written lies behind what is still to be read
            start = max(0, stop - self._block)
            first = int(np.searchsorted(hashes[:left], self.hashes[start])) if start else 0
            merged = np.concatenate([self.hashes[start:stop], hashes[first:left]])
            order = np.argsort(merged, kind="stable")  # timsort: two rising runs are merged in one pass
            self.hashes[start + first : stop + left] = merged[order]
            merged = np.concatenate([self.words[start:stop], words[first:left]])
            self.words[start + first : stop + left] = merged[order]
            stop, left = start, first
        self._set_entries(self.hashes, self.words)

    def retain(self, kept_low_bytes: Bool) -> None:
        """Drop the entries whose word ends in a byte that is not kept (256 flags)."""
        end = 0
        for start in range(0, len(self), self._block):
            block = slice(start, start + self._block)
            kept = kept_low_bytes[self.words[block].astype(np.uint8)]
            hashes, words = self.hashes[block][kept], self.words[block][kept]
            self.hashes[end : end + len(hashes)], self.words[end : end + len(words)] = hashes, words
            end += len(hashes)
        self.hashes.resize(end, refcheck=False)
        self.words.resize(end, refcheck=False)
        self._set_entries(self.hashes, self.words)

    def take_all(self) -> tuple[UInt64, UInt64]:
        """Hand over the entries and be empty."""
        hashes, words = self.hashes, self.words
        self._set_entries(np.empty(0, np.uint64), np.empty(0, np.uint64))
        return hashes, words

    def _set_entries(self, hashes: UInt64, words: UInt64) -> None:
        self.hashes, self.words = hashes, words
        bits = max(1, (len(hashes) // _BUCKET).bit_length())
        self._shift = np.uint64(64 - bits)
        floors: UInt64 = np.arange(1 << bits, dtype=np.uint64) << self._shift
        self._starts: npt.NDArray[np.int32] = np.empty((1 << bits) + 1, np.int32)
        self._starts[:-1] = np.searchsorted(hashes, floors)
        self._starts[-1] = len(hashes)
