"""How soon the bank wants to have acted on an alert, by its grade, in business days of its calendar.

Source: docs/decisions/0016.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, get_args

from msgspec import Meta, Struct

from casework.quiet.business_days import Holidays, add_business_days, business_days_between
from schemas.vocabulary import DeadlineStatus, Step
from schemas.weeks import monday

STEPS: tuple[Step, ...] = get_args(Step)
Days = Annotated[int, Meta(ge=1, le=60)]  # business days: a quarter at most
# Longer would be longer than anything is news (casework.notices.telling.NEWS), and nobody would hear of it.
FewDays = Annotated[int, Meta(ge=0, le=5)]


class Within(Struct, frozen=True, forbid_unknown_fields=True):
    """Business days for one step, by the grade of the alert."""

    alarm: Days
    prompt: Days

    def __post_init__(self) -> None:
        """Raises ValueError where an alarm could wait longer than a prompt."""
        if self.alarm > self.prompt:
            raise ValueError("an alarm has more days than a prompt")


class DeadlineRules(Struct, frozen=True, forbid_unknown_fields=True):
    """What the bank sets: days for each step, from the warning to a deadline, and from there to the escalation."""

    acknowledge: Within = Within(1, 3)
    task_force: Within = Within(2, 5)
    first_contact: Within = Within(5, 10)
    first_review: Within = Within(5, 10)
    warn_before: FewDays = 0  # 0: on the last day itself
    escalate_after: FewDays = 2  # the region hears of it when more have passed

    def within(self, step: Step) -> Within:
        found: Within = getattr(self, step)
        return found


STANDARD = DeadlineRules()


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


def deadlines(
    progress: Progress, today: date, holidays: Holidays, rules: DeadlineRules = STANDARD
) -> list[Deadline]:
    """Every step's deadline as it stands on `today`, in their order.

    What became an alarm later is due by the alarm's count from that day on, where that is sooner.
    """
    ended = progress.ended_on is not None and progress.ended_on <= today
    seen_on = min(today, progress.ended_on or today)
    found = []
    for step in STEPS:
        within = rules.within(step)
        due_on = add_business_days(progress.opened_on, within.prompt, holidays)
        if progress.alarm_on is not None:
            due_on = min(due_on, add_business_days(progress.alarm_on, within.alarm, holidays))
        done_on = progress.done_on.get(step)
        near = business_days_between(seen_on, due_on, holidays) <= rules.warn_before
        found.append(Deadline(step, due_on, done_on, _status(due_on, done_on, seen_on, near=near, ended=ended)))
    return found


def has_to_escalate(deadline: Deadline, today: date, holidays: Holidays, rules: DeadlineRules = STANDARD) -> bool:
    """Whether it has been in breach for so long that the region has to hear of it."""
    if deadline.status != "breached":
        return False
    return business_days_between(deadline.due_on, today, holidays) > rules.escalate_after


def _status(due_on: date, done_on: date | None, today: date, *, near: bool, ended: bool) -> DeadlineStatus:
    """`ended`: today was the last day of it, so nobody is to hurry any more: what was late stays so for good."""
    if done_on is not None:
        return "met" if done_on <= due_on else "missed"
    if ended:
        return "missed" if today > due_on else "due"
    if today > due_on:
        return "breached"
    return "warned" if near else "due"
