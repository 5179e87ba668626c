"""What people do with a held week, whose feed is not known to be complete: release it as it is."""

from __future__ import annotations

from acts.performing import ActContext
from schemas.weeks import Week, format_week
from store.ledger import shard_weeks


def release(context: ActContext, shard: int, week: Week, reason: str) -> None:
    """Close the week with what has arrived, so that it is judged. Raises NotFound, Conflict."""
    context.check_revision(0)  # it has none of its own: it is held, or not
    shard_weeks.release(context.tx, shard, week, context.at)
    after = {"state": "closed", "reason": reason}
    context.audit("held_week.release", "held_week", f"{shard}/{format_week(week)}", {"state": "held"}, after)
