"""The duplicate filter: which events a shard has had, 16 bytes each, over all weeks that can still change.

An entry is the 64-bit hash of the event's id and a word: 56 bits of the hash of its body, the low 8 of its week.
Entries live in a log-structured merge tree of sorted runs: a batch goes into the smallest, a run that is full goes
into the next, eight times larger one. Source: O'Neil et al., "The log-structured merge-tree", 1996;
docs/decisions/0006-decoding.md.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingest.arrays import Bool, Int32, UInt64
from ingest.folding.sorted_run import SortedRun

_FIRST_RUN = 8_192  # entries; about two polls
_GROWTH = 8
_WEEK_BITS = np.uint64(0xFF)


class EventFilter:
    """Knows the events of one shard. Weeks that live at the same time must be less than 256 apart to be forgotten
    apart; where they are not, the older one stays until the newer one goes.
    """

    def __init__(self) -> None:
        self._runs = [SortedRun()]
        self._weeks: set[int] = set()
        self._undrained: list[tuple[Int32, UInt64, UInt64]] = []

    def __len__(self) -> int:
        return sum(len(run) for run in self._runs)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays held: 16.25 to 16.5 an entry, and 20 for each one not yet drained."""
        undrained = sum(array.nbytes for arrays in self._undrained for array in arrays)
        return sum(run.nbytes for run in self._runs) + undrained

    def admit(self, event_hash: UInt64, body_hash: UInt64, week: Int32) -> tuple[Bool, Bool]:
        """Tell new events from repeats, and remember the new ones. All arrays have length n.

        Returns (fresh, clash): fresh is the first event with its id, here and in the batch; clash has an id seen
        with another body or week; neither is a plain repeat.
        """
        word = _words(body_hash, week)
        order = _rising(event_hash)
        hashes, words = event_hash[order], word[order]
        leads = np.ones(len(hashes), np.bool_)  # first of its id in the batch
        np.not_equal(hashes[1:], hashes[:-1], out=leads[1:])
        lead_hashes, lead_words = hashes[leads], words[leads]
        unseen = ~self._find(lead_hashes, lead_words)
        expected = lead_words[np.cumsum(leads) - 1]

        fresh, clash = np.zeros((2, len(hashes)), np.bool_)
        fresh[order[leads]] = unseen
        clash[order] = words != expected
        self._undrained.append((week[fresh], event_hash[fresh], word[fresh]))
        self._remember(lead_hashes[unseen], lead_words[unseen], week[fresh])
        return fresh, clash

    def add(self, event_hash: UInt64, body_hash: UInt64, week: Int32) -> None:
        """Remember entries, whether new or not; what was there stays as it was."""
        self.admit(event_hash, body_hash, week)

    def contains(self, event_hash: UInt64) -> Bool:
        """Which ids are known: mask of length n, in any order, repeats allowed."""
        return self._look_up(event_hash)[0]

    def known_in_week(self, event_hash: UInt64, week: int) -> Bool:
        """Which ids are known as of that week: mask of length n, as `contains`."""
        known, words = self._look_up(event_hash)
        known &= (words & _WEEK_BITS) == np.uint64(week & 0xFF)
        return known

    def known_with_body(self, event_hash: UInt64, body_hash: np.uint64, week: int) -> Bool:
        """Which ids are known with this body, as of that week."""
        known, words = self._look_up(event_hash)
        known &= words == _word(body_hash, week)
        return known

    def ids_of(self, body_hash: np.uint64, week: int) -> UInt64:
        """The ids of a week that were remembered with this body."""
        word = _word(body_hash, week)
        return np.concatenate([run.hashes[run.words == word] for run in self._runs])

    @property
    def weeks(self) -> frozenset[int]:
        """Those that have an entry."""
        return frozenset(self._weeks)

    def drain(self) -> dict[int, bytes]:
        """Entries remembered since the last drain, by week: little-endian uint64 pairs (hash of the id, word)."""
        if not self._undrained:
            return {}
        weeks, hashes, words = (np.concatenate(column) for column in zip(*self._undrained, strict=True))
        self._undrained.clear()
        return {
            int(week): np.column_stack((hashes[weeks == week], words[weeks == week])).astype("<u8").tobytes()
            for week in np.unique(weeks)
        }

    def load(self, week: int, entries: bytes) -> None:
        """Take back what was drained, each piece once. Raises ValueError where it is not whole entries."""
        pairs: npt.NDArray[np.uint64] = np.frombuffer(entries, "<u8").reshape(-1, 2).astype(np.uint64)
        order = np.argsort(pairs[:, 0])
        self._remember(pairs[order, 0], pairs[order, 1], np.array([week], np.int32))

    def forget_before(self, week: int) -> None:
        """Drop the entries of all weeks below `week`."""
        remaining = {live for live in self._weeks if live >= week}
        if remaining == self._weeks:
            return
        self._weeks = remaining
        kept_low_bytes = np.zeros(256, np.bool_)
        kept_low_bytes[[live & 0xFF for live in remaining]] = True
        for run in self._runs:
            run.retain(kept_low_bytes)

    def _look_up(self, event_hash: UInt64) -> tuple[Bool, UInt64]:
        """Which ids are known, and the words of those that are."""
        order = np.argsort(event_hash)
        found = np.zeros(len(order), np.uint64)
        known, words = np.empty(len(order), np.bool_), np.empty(len(order), np.uint64)
        known[order] = self._find(event_hash[order], found)
        words[order] = found
        return known, words

    def _find(self, hashes: UInt64, words: UInt64) -> Bool:
        """Which of the rising hashes are known; their words are replaced by the known ones."""
        found = np.zeros(len(hashes), np.bool_)
        for run in self._runs:
            found |= run.find(hashes, words)
        return found

    def _remember(self, hashes: UInt64, words: UInt64, weeks: Int32) -> None:
        if not len(hashes):
            return
        self._weeks.update(np.unique(weeks).tolist())
        self._runs[0].absorb(hashes, words)
        for depth, run in enumerate(self._runs):
            if len(run) <= _FIRST_RUN * _GROWTH**depth:
                return
            if depth + 1 == len(self._runs):
                self._runs.append(SortedRun())
            self._runs[depth + 1].absorb(*run.take_all())


def _words(body_hash: UInt64, week: Int32) -> UInt64:
    return (body_hash & ~_WEEK_BITS) | (week.astype(np.uint64) & _WEEK_BITS)


def _word(body_hash: np.uint64, week: int) -> np.uint64:
    return (body_hash & ~_WEEK_BITS) | np.uint64(week & 0xFF)


def _rising(hashes: UInt64) -> npt.NDArray[np.intp]:
    """Order of rising hashes, equal ones in the order given."""
    order = np.argsort(hashes)  # several times faster than a stable sort, and right when none are equal
    rising = hashes[order]
    if (rising[1:] == rising[:-1]).any():
        order = np.argsort(hashes, kind="stable")
    return order
