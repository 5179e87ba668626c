"""What whoever publishes weeks of long ago is told: they make no news by themselves, and how they do."""

from __future__ import annotations

from casework.alerts.history import NewsRule
from schemas.weeks import Week, format_week
from services.settings import Settings


def history_note(settings: Settings, first_week: int, this_week: Week) -> str | None:
    """One line, for weeks published from `first_week` on; None where all of them are news by these settings."""
    first_news = NewsRule(settings.first_news_week).begins(this_week)
    if first_week >= first_news:
        return None
    return (
        f"weeks before {format_week(first_news)} are history: of their alerts only those still standing are told; "
        f"to see all, start detect with EBBWATCH_ALERTS_FROM={format_week(first_week)} before it judges them"
    )
