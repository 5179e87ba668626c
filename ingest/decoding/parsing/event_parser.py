"""Records to events: by template as far as that goes, the others one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ingest.decoding.parsing.json_events import Other, parse_event
from ingest.decoding.parsing.template_reader import TemplateReader
from ingest.decoding.parsing.transaction_texts import TransactionTexts, from_events, in_order
from ingest.decoding.texts.text_rows import byte_rows
from schemas.events import Transaction


class EventParser:
    """Parses the records of one partition."""

    def __init__(self) -> None:
        self.templates = TemplateReader()

    def parse(self, values: Sequence[bytes | None]) -> tuple[TransactionTexts, list[tuple[int, Other]]]:
        """The transactions in offset order; with its place, each of the others: another event, or why it is none.

        1. Lay the values end to end. 2. Match templates. 3. Parse the rest one by one. 4. Put them in order.
        """
        try:
            rows = byte_rows(values)  # type: ignore[arg-type]  # None raises TypeError, which is rare
        except TypeError:
            rows = byte_rows([value or b"" for value in values])
        parts = self.templates.read(rows)
        if parts and sum(map(len, parts)) == len(rows):
            return in_order(parts), []
        left = np.ones(len(rows), np.bool_)
        for part in parts:
            left[part.at] = False
        singles, others = _one_by_one(values, np.flatnonzero(left).tolist())
        return in_order([*parts, singles]), others


def _one_by_one(
    values: Sequence[bytes | None], places: Sequence[int]
) -> tuple[TransactionTexts, list[tuple[int, Other]]]:
    at: list[int] = []
    transactions: list[Transaction] = []
    others: list[tuple[int, Other]] = []
    for place in places:
        event = parse_event(values[place])
        if isinstance(event, Transaction):
            at.append(place)
            transactions.append(event)
        else:
            others.append((place, event))
    return from_events(at, transactions), others
