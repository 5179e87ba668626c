"""How soon the bank wants to have acted on an alert, by its grade, in business days of its calendar.

Source: docs/decisions/0016.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from casework.quiet.business_days import Holidays, add_business_days, business_days_between
from schemas.vocabulary import DeadlineStatus, Step
from schemas.weeks import monday

WITHIN: Mapping[Step, tuple[int, int]] = MappingProxyType(  # business days: of an alarm, of a prompt
    {"acknowledge": (1, 3), "task_force": (2, 5), "first_contact": (5, 10), "first_review": (5, 10)}
)
ESCALATES_AFTER = 2  # business days in breach before the region hears of it


@dataclass(frozen=True, slots=True)
class Progress:
    """What has been done about some alerts, and when: days in the bank's zone, None for not yet.

    `ended_on`: the day its case or its last alert was closed; nothing falls due after it.
    """

    opened_on: date  # of the first of the alerts
    alarm_on: date | None  # the first of them to be an alarm; None where none is
    done_on: Mapping[Step, date]
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """One step, the last day for it, and how it stands. missed: done late, or never and its case is over."""

    step: Step
    due_on: date
    done_on: date | None
    status: DeadlineStatus


def day_alerts_appear(week: int) -> date:
    """The day from which an alert of a week can be seen: the Monday after it, when the week is closed and judged.

    The store keeps no instant of an alert's opening, on purpose: judged again it is the same alert.
    """
    return monday(week + 1)


def deadlines(progress: Progress, today: date, holidays: Holidays) -> list[Deadline]:
    """Every step's deadline as it stands on `today`, in their order.

    What became an alarm later is due by the alarm's count from that day on, where that is sooner.
    """
    ended = progress.ended_on is not None and progress.ended_on <= today
    seen_on = min(today, progress.ended_on or today)
    found = []
    for step, (alarm_days, prompt_days) in WITHIN.items():
        due_on = add_business_days(progress.opened_on, prompt_days, holidays)
        if progress.alarm_on is not None:
            due_on = min(due_on, add_business_days(progress.alarm_on, alarm_days, holidays))
        done_on = progress.done_on.get(step)
        found.append(Deadline(step, due_on, done_on, _status(due_on, done_on, seen_on, ended=ended)))
    return found


def has_to_escalate(deadline: Deadline, today: date, holidays: Holidays) -> bool:
    """Whether it has been in breach for so long that the region has to hear of it."""
    if deadline.status != "breached":
        return False
    return business_days_between(deadline.due_on, today, holidays) > ESCALATES_AFTER


def _status(due_on: date, done_on: date | None, today: date, *, ended: bool) -> DeadlineStatus:
    """`ended`: today was the last day of it, so nobody is to hurry any more: what was late stays so for good."""
    if done_on is not None:
        return "met" if done_on <= due_on else "missed"
    if ended:
        return "missed" if today > due_on else "due"
    if today > due_on:
        return "breached"
    return "warned" if today == due_on else "due"
