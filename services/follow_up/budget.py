"""Letting new alerts in, as far as each branch's week has room: the worthiest first. The others wait."""

from __future__ import annotations

from acts import branch_room
from casework.quiet.budget import choose_admitted
from services.follow_up.round import Round
from store.quiet import budget


def admit(current: Round) -> int:
    """Once nothing waits to be judged, so that all of a week's alerts are ranked beside each other."""
    with current.store.read() as tx:
        waiting = budget.load_waiting(tx)
        if not waiting or not budget.is_all_judged(tx):
            return 0
        admitted = choose_admitted(
            waiting, budget.count_admitted(tx, current.week), current.rules.branch_weekly_alerts
        )
    return current.each("admit", admitted, branch_room.admit_waiting_alert)
