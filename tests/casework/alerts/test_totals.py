"""What a list adds up to, and what of it can still be saved."""

from __future__ import annotations

from casework.alerts.totals import Counted, Totals
from schemas.verdicts import Direction, Grade

FALL, RISE = Direction.FALL, Direction.RISE
COUNTS = [
    Counted("new", Grade.ALARM, FALL, False, 2, 500),
    Counted("new", Grade.PROMPT, RISE, False, 1, 70),
    Counted("in_work", Grade.ALARM, FALL, False, 1, 40),
    Counted("snoozed", Grade.PROMPT, FALL, False, 3, 9),
    Counted("recovered", Grade.ALARM, FALL, False, 5, 8_000),
    Counted("gone", Grade.ALARM, FALL, False, 7, 90_000),
    Counted(None, Grade.PROMPT, FALL, False, 11, 600_000),
]


def test_what_can_still_be_saved_are_falls_of_clients_that_are_there_and_still_fall() -> None:
    savable = Totals(COUNTS).savable
    assert (savable.count, savable.alarms, savable.prompts, savable.at_risk_minor) == (6, 3, 3, 549)


def test_a_bucket_has_its_own_alone() -> None:
    assert Totals(COUNTS).in_bucket("new").count == 3
    assert Totals(COUNTS).in_bucket("gone").at_risk_minor == 90_000
    assert Totals([]).in_bucket("new").count == 0
