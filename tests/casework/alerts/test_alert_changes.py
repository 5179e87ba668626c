"""What a refused decision says of the figures that came meanwhile."""

from __future__ import annotations

import msgspec

from casework.alerts.alert_changes import AlertChanged, Change, changes
from casework.alerts.message import ClientFacts, alert_message

W = 2900
FACTS = ClientFacts("C000123", "Harbour Trading", "B1", "A")


def test_grade_money_and_last_week_are_told_where_they_differ(book, verdict) -> None:
    before = alert_message(book().judge(W, verdict(W)), FACTS, "HKD")
    after = msgspec.structs.replace(before, grade="alarm", value_at_risk="7.00", week="2026-W30")
    assert [each.what for each in changes(before, after)] == ["grade", "value_at_risk", "week"]
    assert changes(before, msgspec.structs.replace(before, state="acknowledged", assignee="U1")) == []


def test_the_refusal_says_from_what_to_what() -> None:
    told = [Change("grade", "prompt", "alarm"), Change("week", "2026-W02", "2026-W04")]
    error = AlertChanged(1, 2, told, "HKD")
    said = "grade from prompt to alarm, week from 2026-W02 to 2026-W04"
    assert str(error) == f"revision is 2, not 1; since then: {said}"
    assert (error.expected, error.actual) == (1, 2)
