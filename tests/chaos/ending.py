"""What a quarter leaves behind, to be compared with the same quarter in which nothing went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.chaos.checkers.checking import Wrong
from tests.chaos.database import Database
from tests.system.digest import digest

FROM_RECORDS_ALONE = ("weekly_summary", "dead_letter", "client")  # whenever they were read
_ALERTS = """
    SELECT client_id, direction, state, grade, opened_week, last_week, quiet_weeks, value_at_risk_minor, outcome
    FROM alert WHERE outcome IS NOT 'withdrawn' ORDER BY client_id, direction, opened_week
"""
_EVIDENCE = """
    SELECT client_id, direction, week, e.grade, json_extract(verdict, '$.comparisons')
    FROM alert_evidence e JOIN alert USING (alert_id) WHERE e.grade > 0 ORDER BY client_id, direction, week
"""


@dataclass(frozen=True, slots=True)
class Ending:
    """Rows and hash of each table; the alerts that stand, and the verdicts that hold."""

    tables: dict[str, tuple[int, str]]
    alerts: list[tuple[Any, ...]]
    evidence: list[tuple[Any, ...]]


def ending_of(database: Database) -> Ending:
    return Ending(digest(database.store), database.rows(_ALERTS), database.rows(_EVIDENCE))


def compare_endings(
    found: Ending, undisturbed: Ending, *, corrected: bool, marked_early: bool, people_acted: bool
) -> None:
    """Raises Wrong. `corrected`: closed weeks changed, so that revisions depend on when they were saved and judged;
    the alerts that stand do not. `marked_early`: what closed a week, its marker or the watermark, depends on when
    they were read. What people did with alerts was done in one of both alone.
    """
    exact = FROM_RECORDS_ALONE if corrected or people_acted else tuple(undisturbed.tables)
    if marked_early:
        exact = tuple(name for name in exact if name != "shard_week")
    differing = [name for name in exact if found.tables[name] != undisturbed.tables[name]]
    if not people_acted:
        differing += [name for name in ("alerts", "evidence") if getattr(found, name) != getattr(undisturbed, name)]
    if differing:
        raise Wrong("ending", f"not as undisturbed: {', '.join(differing)}")
