"""What the audit trail says of an act on an alert."""

from __future__ import annotations

from typing import Any

import msgspec

from api.changes import Trace
from casework.alerts.episodes import Episode

# What an act can change; the evidence is the detector's.
_TOLD = ("revision", "state", "assignee", "snoozed_until", "snooze_reason", "outcome", "outcome_note")


def alert_trace(act: str, before: Episode, after: Episode) -> Trace:
    return Trace(f"alert.{act}", "alert", after.alert_id, _told(before), _told(after))


def _told(episode: Episode) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins({name: getattr(episode, name) for name in _TOLD})
    return told
