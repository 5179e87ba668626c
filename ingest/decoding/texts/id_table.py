"""Codes of whole columns of ids: a hash table in numpy in front of the dict of Codes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingest.arrays import Bool, Int32, UInt64
from ingest.decoding.codes import NO_CODE, Codes
from ingest.decoding.texts.text_rows import WORD_BYTES, Index, TextRows, text_rows

_FIRST_SLOTS = 2048
_WORDS = 8  # of an id, which has at most 64 bytes (schemas.events.ID_PATTERN)

_ASKED = 512  # texts looked up in the dict at a time

Words = npt.NDArray[np.uint64]  # (w, n): place in the id, id; zeros behind its end


class IdTable:
    """Open addressing with linear probing over all ids that have a code, each stored as words of 8 bytes.

    A hash alone decides nothing: length and every byte are compared. A text that is not here is looked up in the
    dict, which knows whether it is an id at all.
    """

    def __init__(self, codes: Codes) -> None:
        self._codes = codes
        self._count = 0  # ids that are here: the first ones of `codes.names`
        self._words: Words = np.zeros((1, 0), np.uint64)
        self._lengths: Index = np.zeros(0, np.intp)
        self._slots: Int32 = np.full(_FIRST_SLOTS, NO_CODE, np.int32)
        # Numbers of this process alone: nobody can choose ids that all fall into one slot.
        self._factors: UInt64 = np.random.default_rng().integers(0, 2**63, _WORDS + 1, np.uint64) * 2 + 1

    def find(self, texts: TextRows) -> Int32:
        """The code of each text, int32 (n,), as `codes[text]` gives it: new ids get theirs in the order of rows."""
        self._catch_up()
        lengths = texts.lengths
        words = _words(texts, int(lengths.max(initial=0)))
        found, known = self._probe(words, lengths)
        unseen = np.flatnonzero(~known)
        while len(unseen):
            now, unseen = unseen[:_ASKED], unseen[_ASKED:]
            found[now] = [self._codes[text] for text in texts.texts(now)]
            if len(unseen):  # most are the same few
                self._catch_up()
                found[unseen], known = self._probe(words[:, unseen], lengths[unseen])
                unseen = unseen[~known]
        return found

    def _probe(self, words: Words, lengths: Index) -> tuple[Int32, Bool]:
        """Codes, and which of them are right; a row goes on to the next slot until it is, or the slot is free."""
        at = self._first_slots(words)
        found = self._slots[at]
        known = self._equal(found, words, lengths)
        left = np.flatnonzero(~known & (found >= 0))
        while len(left):
            at[left] = (at[left] + 1) % len(self._slots)
            codes = self._slots[at[left]]
            right = self._equal(codes, words[:, left], lengths[left])
            found[left], known[left] = codes, right
            left = left[~right & (codes >= 0)]
        return found, known

    def _equal(self, codes: Int32, words: Words, lengths: Index) -> Bool:
        """Whether each row is the id of its code. Words that one side lacks are 0 on the other, by its length."""
        if not self._count:
            return np.zeros(len(codes), np.bool_)
        equal: Bool = (self._lengths[codes] == lengths) & (codes >= 0)
        for stored, asked in zip(self._words, words, strict=False):
            equal &= stored[codes] == asked
        return equal

    def _first_slots(self, words: Words) -> Index:
        mixed = np.zeros(words.shape[1], np.uint64)
        for factor, word in zip(self._factors, words, strict=False):
            mixed += word * factor
        mixed ^= mixed >> np.uint64(32)
        mixed *= self._factors[-1]
        bits = len(self._slots).bit_length() - 1
        return (mixed >> np.uint64(64 - bits)).view(np.intp)

    def _catch_up(self) -> None:
        """Take in the ids that got a code since the last time."""
        names = self._codes.names[self._count :]
        if not names:
            return
        texts = text_rows(names)
        fresh, first = _words(texts, int(texts.lengths.max())), self._count
        self._count += len(names)
        self._make_room(len(fresh))
        self._words[: len(fresh), first : self._count] = fresh
        self._lengths[first : self._count] = texts.lengths
        if 2 * self._count > len(self._slots):
            self._slots = np.full(1 << (4 * self._count).bit_length(), NO_CODE, np.int32)
            first = 0
        self._put(np.arange(first, self._count, dtype=np.int32))

    def _make_room(self, width: int) -> None:
        capacity = len(self._lengths)
        if self._count > capacity or width > len(self._words):
            more = max(0, 2 * self._count - capacity)
            self._words = np.pad(self._words, ((0, max(0, width - len(self._words))), (0, more)))
            self._lengths = np.pad(self._lengths, (0, more))

    def _put(self, codes: Int32) -> None:
        """A free slot for each; of those that want the same one, one gets it and the others go on."""
        at = self._first_slots(self._words[:, codes])
        while len(codes):
            free = self._slots[at] == NO_CODE
            self._slots[at[free]] = codes[free]
            left = self._slots[at] != codes
            codes, at = codes[left], (at[left] + 1) % len(self._slots)


def _words(texts: TextRows, longest: int) -> Words:
    places = range(0, min(max(longest, 1), _WORDS * WORD_BYTES), WORD_BYTES)
    return np.array([texts.words(place) for place in places])
