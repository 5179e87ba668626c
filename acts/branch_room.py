"""What time alone does with a branch's weekly room: new alerts are let in as far as there is some."""

from __future__ import annotations

from acts.performing import ActContext
from casework.revisions import with_next_revision
from store.alerts import alert_rows


def admit_waiting_alert(context: ActContext, alert_id: str) -> bool:
    """The alert waits no longer; whether it still did."""
    before = alert_rows.get(context.tx, alert_id, for_update=True)
    if not before.deferred or before.touched or before.state != "open":
        return False
    after = with_next_revision(before, deferred=False, let_in_week=context.week)
    facts = alert_rows.load_client_facts(context.tx, [after.client_id])[after.client_id]
    alert_rows.save(context.tx, after, facts, context.bank.base_currency, context.at, context.bank.rules.margins)
    return True
