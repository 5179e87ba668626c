"""The detector's state of each shard, kept between weeks, so that a week costs its own volumes and no history."""

from __future__ import annotations

from detector.state import HISTORY_WEEKS, ShardState
from store.ledger import ledger_reading
from store.ledger.shard_weeks import Claim
from store.unit_of_work import Tx


class ShardStates:
    """A state is used only where it is of the week before and no closed week has changed since; else it is made
    from the ledger, so that dropping it is always safe.
    """

    def __init__(self) -> None:
        self._states: dict[int, tuple[int, ShardState]] = {}  # shard -> (amendments, state)

    def take(self, tx: Tx, claim: Claim) -> ShardState:
        """The state before the claimed week. It is held no longer: a step spends it, and a failed transaction must
        not leave a spent one behind.
        """
        amendments, state = self._states.pop(claim.shard, (-1, None))
        if state is not None and amendments == claim.amendments and state.last_week == claim.week - 1:
            return state
        past = ledger_reading.load_history(tx, claim.shard, claim.week - 1, HISTORY_WEEKS)
        return ShardState.from_history(
            past.client_ids, past.first_week, past.debit_minor, past.credit_minor, claim.week - 1, past.payments
        )

    def put(self, claim: Claim, state: ShardState) -> None:
        """The state after the claimed week, once that is committed."""
        self._states[claim.shard] = (claim.amendments, state)
