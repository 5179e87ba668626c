"""What the simulated bank's people do about one client: a story for each state that a case can come to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from casework.cases.case_lifecycle import Swot
from services.simulation.case import CaseStory

Story: TypeAlias = Callable[[CaseStory], None]
_SWOT = Swot(
    strengths=("long relationship", "payroll runs here"),
    weaknesses=("fees above the market",),
    opportunities=("trade finance not used yet",),
    threats=("receipts are collected at another bank",),
)


def paid_off(story: CaseStory) -> None:
    """A waiver after which the volume came back."""
    _to_execution(story, "half the account fee for half a year", 26)
    story.on(90).moved("monitoring", "first receipts are back")
    story.on(27 * 7).closed("true_diversion", "saved", "fees above the market")


def did_not_pay_off(story: CaseStory) -> None:
    """The same, and the volume went on falling."""
    _to_execution(story, "half the account fee for a quarter", 13)
    story.on(60).moved("monitoring")
    story.on(27 * 7).closed("true_diversion", "lost", "the group centralised its treasury")


def _to_execution(story: CaseStory, minutes: str, weeks: int) -> None:
    _to_review(story)
    story.on(7).moved("plan", "agreed with the client's finance department")
    waiver = story.proposed("fee_reduction", weeks, 50, reason=minutes, expected_effect="150000.00")
    story.on(9).approved(waiver, "within the client's margin")
    story.on(14).moved("executing")


def _to_review(story: CaseStory) -> None:
    story.on(0).acknowledged()
    story.on(1).formed().to_do("call the finance director", "contact")
    story.on(3).done("spoke for half an hour: a competitor offers free collections")
    story.on(4).moved("in_review").reviewed("went through a year of volume", "prepare a plan", _SWOT)


def monitoring(story: CaseStory) -> None:
    _to_execution(story, "half the account fee for half a year", 26)
    story.on(20).proposed("service_level_raise", 26, reason="a named clerk for the client's payments")
    story.on(45).moved("monitoring", "the remedies run")


def executing(story: CaseStory) -> None:
    _to_review(story)
    story.on(7).moved("plan")
    story.proposed("executive_visit", 4, reason="the branch manager visits the plant")
    story.on(10).moved("executing").to_do("minutes of the visit to the client")


def waiting_for_approval(story: CaseStory) -> None:
    _to_review(story)
    story.on(7).moved("plan")
    story.proposed(
        "fee_waiver", 13, 100, reason="no account fee for a quarter, against the collections coming back",
        expected_effect="200000.00",
    )  # fmt: skip


def returned(story: CaseStory) -> None:
    _to_review(story)
    story.on(7).moved("plan")
    waiver = story.proposed("fee_waiver", 39, 100, reason="no account fee for three quarters")
    story.on(9).returned(waiver, "three quarters are long: say what the client commits to")


def in_review(story: CaseStory) -> None:
    _to_review(story)


def suspended(story: CaseStory) -> None:
    _to_review(story)
    story.on(8).suspended("the client moves its plant", weeks=6)


def reopened(story: CaseStory) -> None:
    _to_review(story)
    story.on(6).closed("inconclusive", "not_attempted", "no answer from the client")
    story.on(8).reopened("the client called back")


def forming(story: CaseStory) -> None:
    story.on(0).acknowledged()
    story.on(1).formed()


# With the days that each takes, the longest first.
STORIES: tuple[tuple[Story, int], ...] = (
    (paid_off, 210),
    (did_not_pay_off, 210),
    (monitoring, 60),
    (executing, 20),
    (returned, 14),
    (waiting_for_approval, 12),
    (reopened, 12),
    (suspended, 10),
    (in_review, 7),
    (forming, 3),
)
