"""What the figures say of the simulated bank's clients: what its people go by when they choose and close."""

from __future__ import annotations

from datetime import date

import numpy as np

from casework.cases.retention import Proposal
from casework.cases.retention_rules import RetentionRules
from casework.remedies.effect import BEFORE_WEEKS, Effect, effect
from schemas.vocabulary import Retention
from store.cases import case_retention, case_search
from store.clients import volumes
from store.remedies import remedy_rows
from store.unit_of_work import Tx

_EFFECT_WEEKS = 26


def volume_after(tx: Tx, client_id: str, start: int) -> float:
    """Percent by which the half-year from week `start` on differs from the quarter before; minus infinity where
    that is not known.
    """
    loaded = volumes.load_volumes(tx, [client_id], start - BEFORE_WEEKS, start + _EFFECT_WEEKS)
    turnover, known, began = loaded.turnover_minor[0], loaded.known[0], int(loaded.began[0])
    found = effect(turnover, known, BEFORE_WEEKS, _EFFECT_WEEKS, began)
    changed = found.change_pct if isinstance(found, Effect) else None
    return float("-inf") if changed is None or not np.isfinite(changed) else changed


def proposed_retention(tx: Tx, case_id: str, today: date, rules: RetentionRules) -> Retention | None:
    """What the client's volume proposes for a case that was never reopened; None where that is too early to say."""
    case = case_search.get_whole(tx, case_id, only_branch=None)
    opened = case.case.opened_week
    loaded = volumes.load_volumes(tx, [case.case.client_id], *case_retention.weeks_needed(case, opened))
    found = case_retention.proposals(case, opened, remedy_rows.load_of_case(tx, case_id), loaded, today, rules)
    return next((each.retention for each in reversed(found) if isinstance(each, Proposal)), None)
