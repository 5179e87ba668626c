"""Letting new alerts in, as far as each branch's week has room: the worthiest first. The others wait."""

from __future__ import annotations

from acts import branch_room
from casework.quiet.budget import let_in
from services.follow_up.round import Round
from store.quiet import budget


def admit(current: Round) -> int:
    """Once nothing waits to be judged, so that all of a week's alerts are ranked beside each other."""
    with current.store.read() as tx:
        waiting = budget.waiting(tx)
        if not waiting or not budget.all_judged(tx):
            return 0
        admitted = let_in(waiting, budget.used(tx, current.week), current.rules.branch_weekly_alerts)
    return current.each("admit", admitted, branch_room.let_in)
