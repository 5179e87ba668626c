"""A list of short texts as one array of bytes with the bounds of each: what the column parsers read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Index = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class TextRows:
    """n texts end to end, a newline after each. A text that is not ASCII or holds a newline is here as empty."""

    flat: Bytes
    starts: Index
    ends: Index  # position of the newline

    @property
    def lengths(self) -> Index:
        """Bytes of each text, int (n,)."""
        return self.ends - self.starts


def text_rows(texts: Sequence[str]) -> TextRows:
    """Lay texts end to end."""
    joined = "\n".join([*texts, ""])
    flat = np.frombuffer(joined.encode(errors="replace"), np.uint8)
    ends = np.flatnonzero(flat == ord("\n"))
    if not joined.isascii() or len(ends) != len(texts):
        return text_rows([text if text.isascii() and "\n" not in text else "" for text in texts])
    starts = np.zeros_like(ends)
    starts[1:] = ends[:-1] + 1
    return TextRows(flat, starts, ends)
