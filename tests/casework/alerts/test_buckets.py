"""The table that says in which bucket an alert stands."""

from __future__ import annotations

from datetime import date

import pytest

from casework.alerts.buckets import AsOf, Standing, bucket_of
from casework.alerts.episodes import EpisodeRules

TODAY = date(2026, 1, 13)
AS_OF = AsOf(TODAY, EpisodeRules(quiet_weeks_to_recover=4, silent_weeks_to_be_gone=26))


@pytest.mark.parametrize(
    ("alert", "bucket"),
    [
        (Standing("open", 0), "new"),
        (Standing("held", 0), "new"),
        (Standing("suppressed", 3), "new"),
        (Standing("acknowledged", 3), "in_work"),
        (Standing("open", 4), "recovered"),
        (Standing("acknowledged", 4), "recovered"),
        (Standing("snoozed", 40), "snoozed"),
        (Standing("open", 0, 25), "new"),
        (Standing("open", 0, 26), "gone"),
        (Standing("snoozed", 9, 26), "gone"),
        (Standing("acknowledged", 30, 30), "gone"),
        (Standing("in_case", 30, 30, TODAY), "in_work"),  # people are at it, whatever the client has done
        (Standing("open", 0, 0, TODAY), "gone"),
        (Standing("open", 0, 0, date(2026, 1, 14)), "new"),  # it has said so, and is still there
        (Standing("open", 0, None), "new"),  # nothing is known of its payments
        (Standing("closed", 50, 50, TODAY), None),
        (Standing("open", 0, told=False), None),  # of history
        (Standing("open", 0, 30, TODAY, told=False), None),
    ],
)
def test_the_first_line_of_the_table_that_holds_decides(alert: Standing, bucket: str | None) -> None:
    assert bucket_of(alert, AS_OF) == bucket


def test_the_limits_are_the_bank_s_own() -> None:
    rules = EpisodeRules(quiet_weeks_to_recover=2, silent_weeks_to_be_gone=9)
    assert bucket_of(Standing("open", 2), AsOf(TODAY, rules)) == "recovered"
    assert bucket_of(Standing("open", 0, 9), AsOf(TODAY, rules)) == "gone"
