"""Short texts as bounds in one array of bytes: what the column parsers read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest.arrays import Bool, UInt64

Bytes = npt.NDArray[np.uint8]
Index = npt.NDArray[np.intp]

SLACK = b" " * 256  # before and behind all texts, so that a look near the bounds of one never leaves the array
WORD_BYTES = 8

# By number of bytes kept: the mask of the low ones, and of the high ones.
_LOW = np.array([(1 << 8 * kept) - 1 for kept in range(WORD_BYTES + 1)], np.uint64)


@dataclass(frozen=True, slots=True)
class TextRows:
    """n texts in UTF-8, of any bytes. `flat` has SLACK before the first and behind the last."""

    flat: Bytes
    starts: Index
    ends: Index  # exclusive

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def lengths(self) -> Index:
        """Bytes of each text, int (n,)."""
        return self.ends - self.starts

    def bytes(self, row: int) -> bytes:
        """One of them."""
        return self.flat[self.starts[row] : self.ends[row]].tobytes()

    def text(self, row: int) -> str:
        """One of them, as text."""
        return self.bytes(row).decode("utf-8", "surrogatepass")

    def texts(self, rows: Index) -> list[str]:
        """Some of them."""
        flat, bounds = self.flat.data, zip(self.starts[rows].tolist(), self.ends[rows].tolist(), strict=True)
        return [str(flat[start:end], "utf-8", "surrogatepass") for start, end in bounds]

    def where(self, rows: Bool | Index) -> TextRows:
        """Those of a mask or an index."""
        return TextRows(self.flat, self.starts[rows], self.ends[rows])

    def words(self, place: int) -> UInt64:
        """Bytes place..place+8 of each text, the first one lowest, uint64 (n,): 0 where the text is over."""
        at = np.minimum(self.starts + place, self.ends)
        words: UInt64 = words_at(self.flat, at) & _LOW[np.minimum(self.ends - at, WORD_BYTES)]
        return words


def text_rows(texts: Sequence[str]) -> TextRows:
    """Lay texts end to end."""
    return byte_rows([text.encode("utf-8", "surrogatepass") for text in texts])


def byte_rows(texts: Sequence[bytes]) -> TextRows:
    """Lay texts end to end, a blank before and after each. Raises TypeError where one is None."""
    flat = np.frombuffer(b" ".join([SLACK, *texts, SLACK]), np.uint8)
    lengths = np.fromiter(map(len, texts), np.intp, len(texts))
    ends = np.cumsum(lengths + 1) + len(SLACK)
    return TextRows(flat, ends - lengths, ends)


def words_at(flat: Bytes, places: Index) -> UInt64:
    """The 8 bytes from each place on, the first one lowest, uint64 (n,)."""
    every = np.ndarray((len(flat) - WORD_BYTES + 1,), "<u8", flat.data, strides=(1,))
    found: UInt64 = every[places]
    return found


def pieces(flat: Bytes, places: Index, length: int) -> npt.NDArray[np.bytes_]:
    """The `length` bytes from each place on, (n,): zero bytes at the end of one are not seen in comparisons."""
    every = np.ndarray((len(flat) - length + 1,), f"S{length}", flat.data, strides=(1,))
    found: npt.NDArray[np.bytes_] = every[places]
    return found


def same_texts(one: TextRows, other: TextRows) -> Bool:
    """Which texts of two columns are the same, byte for byte: mask (n,)."""
    same: Bool = one.lengths == other.lengths
    for place in range(0, int(one.lengths[same].max(initial=0)), WORD_BYTES):
        same &= one.words(place) == other.words(place)
    return same
