"""Client ids to rows without a Python object a client: sorted fixed-width bytes beside int32 rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.bytes_]
Rows = npt.NDArray[np.int32]
_NEWLINE = ord("\n")


def encode(client_ids: Sequence[str]) -> Ids:
    """Fixed-width bytes (n,). Raises ValueError for an id that is not ASCII."""
    lines = one_width(client_ids)
    if lines is None or not lines.shape[1]:
        return np.array(client_ids, np.bytes_)
    return np.ascontiguousarray(lines).view(f"S{lines.shape[1]}").ravel()


def one_width(texts: Sequence[str]) -> npt.NDArray[np.uint8] | None:
    """ASCII bytes (n, width) of texts that are all of one width; None where they are not."""
    joined = "\n".join(texts)
    width = len(texts[0]) if texts else 0
    if not texts or not joined.isascii() or len(joined) + 1 != len(texts) * (width + 1):
        return None
    lines = np.frombuffer(f"{joined}\n".encode("ascii"), np.uint8).reshape(len(texts), width + 1)
    # A newline at the end of every line and nowhere else: all are of one width, with no need to look at each.
    if (lines[:, width] == _NEWLINE).all() and np.count_nonzero(lines == _NEWLINE) == len(texts):
        return lines[:, :width]
    return None


@dataclass(frozen=True, slots=True)
class IdIndex:
    """`ids` sorted and distinct, `rows[k]` the row of `ids[k]`; both length n."""

    ids: Ids
    rows: Rows

    @classmethod
    def empty(cls) -> IdIndex:
        return cls(np.empty(0, np.bytes_), np.empty(0, np.int32))

    @property
    def nbytes(self) -> int:
        return self.ids.nbytes + self.rows.nbytes

    def find(self, ids: Ids) -> Rows:
        """Row of each id, int32 same length; -1 where unknown."""
        if len(ids) == len(self.ids) and bool((ids == self.ids).all()):  # the usual week: the same clients, sorted
            return self.rows
        if not len(self.ids):
            return np.full(len(ids), -1, np.int32)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        found: Rows = np.where(self.ids[at] == ids, self.rows[at], np.int32(-1))
        return found

    def extended(self, ids: Ids, first_row: int) -> IdIndex:
        """With unknown `ids` added, in rows from `first_row` on, in their order. ValueError where one repeats."""
        order = np.argsort(ids)
        new = ids[order]
        if len(new) > 1 and bool((new[1:] == new[:-1]).any()):
            raise ValueError("a client appears twice in one week")
        width = max(self.ids.dtype.itemsize, new.dtype.itemsize, 1)
        old = self.ids.astype(f"S{width}", copy=False)  # np.insert would cut a longer id to the old width
        at = np.searchsorted(old, new)
        rows = (first_row + order).astype(np.int32)
        return IdIndex(np.insert(old, at, new), np.insert(self.rows, at, rows))


def places_among(known: Sequence[str], wanted: Sequence[str]) -> npt.NDArray[np.int64]:
    """Place of each wanted id among the known ones, int64 (len(wanted),); -1 where it is not among them."""
    place = {client_id: at for at, client_id in enumerate(known)}
    return np.fromiter((place.get(client_id, -1) for client_id in wanted), np.int64, len(wanted))
