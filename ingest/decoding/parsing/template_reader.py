"""Reads all rows of the forms that a sender writes, column by column."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ingest.arrays import Bool
from ingest.decoding.parsing.templates import Template, learn
from ingest.decoding.parsing.transaction_texts import TransactionTexts
from ingest.decoding.texts.text_rows import TextRows

_TEMPLATES = 4  # a sender writes one or two forms; each costs a comparison of the rows that are of none before it
_LESSONS = 2  # how many new ones a batch may teach
_LONGEST = 0xFFFF  # bytes: no number of quotes in it wraps round

UInt16 = npt.NDArray[np.uint16]


class TemplateReader:
    """Remembers the forms in which its sender writes; they decide how fast a record is read, never what it is."""

    def __init__(self) -> None:
        self.known: list[Template] = []  # what matched most in the last batch comes first

    def read(self, rows: TextRows) -> list[TransactionTexts]:
        """The rows of a known form, and of those found to be new. What matched most is tried first next time."""
        parts: list[TransactionTexts] = []
        found: list[tuple[int, Template]] = []
        unread = _plain(rows)
        if self.known and (whole := self._all_alike(rows, unread)) is not None:
            return [whole]
        quotes = _quotes(rows)
        for template in self._to_try(rows, unread):
            part = template.read(rows, np.flatnonzero(unread & (quotes == template.quotes)))
            found.append((len(part), template))
            if len(part):
                unread[part.at] = False
                parts.append(part)
        found.sort(key=lambda one: one[0], reverse=True)
        self.known = [template for _, template in found[:_TEMPLATES]]
        return parts

    def _all_alike(self, rows: TextRows, plain: Bool) -> TransactionTexts | None:
        """All rows by the form that matched most, where they are; it takes less than counting each row's quotes.

        A row of that form has at least the form's quotes: where there are no more in all, each has just those.
        """
        usual = self.known[0]
        if np.count_nonzero(rows.flat == ord('"')) != usual.quotes * len(rows) or not plain.all():
            return None
        part = usual.read(rows, np.arange(len(rows)))
        return part if len(part) == len(rows) else None

    def _to_try(self, rows: TextRows, unread: Bool) -> Iterator[Template]:
        """The templates there are, then those of a row in the middle of all that none of them fits."""
        yield from self.known
        for _ in range(_LESSONS):
            unknown = np.flatnonzero(unread)
            if not len(unknown):
                return
            middle = int(unknown[len(unknown) // 2])
            template = learn(rows.bytes(middle))
            unread[middle] = template is not None
            if template is not None:
                yield template


def _plain(rows: TextRows) -> Bool:
    """Which rows are ASCII without control characters and backslashes, and not too long to be counted through."""
    flat, plain = rows.flat, rows.lengths <= _LONGEST
    if flat.min() >= ord(" ") and flat.max() < 0x7F and not (flat == ord("\\")).any():
        return plain
    strange = np.flatnonzero((flat < ord(" ")) | (flat == ord("\\")) | (flat >= 0x7F))
    row = np.minimum(np.searchsorted(rows.ends, strange), len(rows) - 1)
    plain[row[(strange >= rows.starts[row]) & (strange < rows.ends[row])]] = False
    return plain


def _quotes(rows: TextRows) -> UInt16:
    """How many quotes each row has; of one that is longer than _LONGEST it means nothing."""
    if not len(rows):
        return np.empty(0, np.uint16)
    marks = (rows.flat == ord('"')).view(np.uint8)
    return np.add.reduceat(marks, rows.starts, dtype=np.uint16)  # there are none between rows
