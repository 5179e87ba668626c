"""Amounts that nobody would believe wait for a person: they are set apart before they are counted anywhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import numpy as np

from ingest.decoding.decoded import Decoded, Reject, SummaryEvent

IMPLAUSIBLE = "implausible_amount"
Released = Callable[[Sequence[bytes]], Collection[bytes]]


class PlausibilityCheck:
    """`largest_minor`: what a movement, or a summary's side, may come to. `released`: those among some records'
    bytes that a person has let through.
    """

    def __init__(self, largest_minor: int, released: Released) -> None:
        self._largest_minor = largest_minor
        self._released = released

    def apply(self, decoded: Decoded) -> Decoded:
        """The same with implausible events among the rejects; they still count as received of their week."""
        moved = decoded.transactions
        too_large = np.abs(moved.debit_minor + moved.credit_minor) > self._largest_minor
        found = moved.where(too_large)
        columns = (found.at.tolist(), found.week.tolist(), found.event_hash.tolist())
        suspects = {at: (at, week, event_hash) for at, week, event_hash in zip(*columns, strict=True)}
        suspects |= {at: (at, each.week, each.event_hash) for at, each in decoded.summaries if self._is_large(each)}
        if not suspects:
            return decoded
        through = self._let_through(decoded, suspects)
        refused = [suspect for at, suspect in sorted(suspects.items()) if at not in through]
        places = {at for at, _, _ in refused}
        rejects = [Reject(at, IMPLAUSIBLE, self._detail, week, event_hash) for at, week, event_hash in refused]
        return replace(
            decoded,
            transactions=moved.where(~np.isin(moved.at, list(places))),
            summaries=[each for each in decoded.summaries if each[0] not in places],
            rejects=sorted([*decoded.rejects, *rejects], key=lambda reject: reject.at),
        )

    def _is_large(self, summary: SummaryEvent) -> bool:
        return max(abs(summary.debit_minor), abs(summary.credit_minor)) > self._largest_minor

    def _let_through(self, decoded: Decoded, places: Collection[int]) -> set[int]:
        values = {at: value for at in places if (value := decoded.batch.values[at]) is not None}
        released = set(self._released(list(values.values())))
        return {at for at, value in values.items() if value in released}

    @property
    def _detail(self) -> str:
        return f"more than {self._largest_minor} minor units of the base currency; a person may release it"
