"""The order in which a batch of messages may go out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from store.outbox import Unsent

Place = tuple[str, bytes | None]  # topic, key: what keeps an order


def place_of(unsent: Unsent) -> Place:
    """Where an unsent message belongs."""
    return unsent.message.topic, unsent.message.key


def split_into_waves(batch: Iterable[Unsent]) -> list[list[Unsent]]:
    """Messages that may be under way together: of each topic and key one a wave, in the batch's order.

    So none is handed over before the one ahead of it is acknowledged. Without a key there is no order to keep.
    """
    ordered: list[list[Unsent]] = []
    ahead: dict[Place, int] = defaultdict(int)
    for unsent in batch:
        wave = ahead[place_of(unsent)]
        if unsent.message.key is not None:
            ahead[place_of(unsent)] += 1
        if wave == len(ordered):
            ordered.append([])
        ordered[wave].append(unsent)
    return ordered
