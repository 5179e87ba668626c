"""What a shard-week is judged beside, read from the store, and what judging it found, kept there."""

from __future__ import annotations

from collections.abc import Sequence

from detector.surroundings import Surroundings, groupings_of
from detector.verdicts import Verdicts
from store import movements
from store.shard_weeks import Claim
from store.unit_of_work import Tx


def surroundings(tx: Tx, claim: Claim, client_ids: Sequence[str]) -> Surroundings:
    """Groups of the week's clients, in its order, and the weeks in which they rested.

    A shard is a sample of every branch and industry, drawn by the key of the topic, and is judged by itself: what
    another shard has judged by then is chance, and judging again must find the same.
    """
    of = movements.groups_of_shard(tx, claim.shard)
    return Surroundings(
        groupings=groupings_of(
            [of[client_id][0] for client_id in client_ids], [of[client_id][1] for client_id in client_ids]
        ),
        quiet_weeks=movements.quiet_weeks(tx, claim.shard, claim.week),
    )


def keep(tx: Tx, claim: Claim, verdicts: Verdicts) -> None:
    """The movements of the week, and the verdicts that they explain."""
    movements.keep(tx, claim.shard, claim.week, verdicts.movements, verdicts.explained())
