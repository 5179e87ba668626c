"""Letting new alerts in, as far as each branch's week has room: the worthiest first. The others wait."""

from __future__ import annotations

from casework.alerts.episodes import revised
from casework.quiet.budget import let_in
from services.follow_up.round import Round
from store.alerts import alert_rows
from store.quiet import budget
from store.unit_of_work import Tx


def admit(look: Round) -> int:
    """Once nothing waits to be judged, so that all of a week's alerts are ranked beside each other."""
    with look.store.read() as tx:
        waiting = budget.waiting(tx)
        if not waiting or not budget.all_judged(tx):
            return 0
        admitted = let_in(waiting, budget.used(tx, look.week), look.rules.branch_weekly_alerts)

    def work(tx: Tx, alert_id: str) -> bool:
        before = alert_rows.get(tx, alert_id, for_update=True)
        if not before.deferred or before.touched or before.state != "open":
            return False
        after = revised(before, deferred=False, let_in_week=look.week)
        facts = alert_rows.client_facts(tx, [after.client_id])[after.client_id]
        alert_rows.save(tx, after, facts, look.currency, look.now)
        return True

    return look.each("admit", admitted, work)
