"""A client that closed its account and was never warned of: a case that asks what the presets did not see.

Source: docs/decisions/0019.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta

from casework.cases.case_lifecycle import Case, open_case
from casework.cases.task_force import UNASSIGNED

LOOK_BACK = timedelta(days=91)  # a quarter: what is older tells little about the presets of today
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_OID, "ebbwatch.missed_departure")


def first_closing_day(today: date) -> date:
    """First day of closings that are looked at."""
    return today - LOOK_BACK


def case_id_of(client_id: str) -> str:
    """The same for whoever looks, however often: one such case a client."""
    return str(uuid.uuid5(_NAMESPACE, client_id))


def missed_departure(client_id: str, branch: str, *, at: datetime, today: date, week: int) -> Case:
    """A case without alerts that nobody leads yet: a manager of the branch takes it by handing it to themselves."""
    case = open_case(
        case_id_of(client_id),
        client_id,
        alert_ids=(),
        alarm=False,
        lead=UNASSIGNED,
        members=(),
        at=at,
        today=today,
        week=week,
        origin="missed_departure",
        worked_in=branch,
    )
    return replace(case, members=())
