"""Whoever publishes weeks of long ago is told that they make no news, and how they do."""

from __future__ import annotations

import pytest

from schemas.weeks import parse_week
from services.history_note import history_note
from services.settings import Settings

NOW = parse_week("2026-W02")


@pytest.mark.parametrize(
    ("alerts_from", "first_week", "said"),
    [
        ("auto", "2025-W40", ("before 2025-W41 ", "EBBWATCH_ALERTS_FROM=2025-W40 ")),
        ("auto", "2025-W41", None),
        ("2010-W01", "2010-W01", None),
        ("1970-W01", "2010-W01", None),
        ("2010-W01", "2009-W53", ("before 2010-W01 ", "EBBWATCH_ALERTS_FROM=2009-W53 ")),
        ("2027-W01", "2025-W50", ("before 2027-W01 ", "EBBWATCH_ALERTS_FROM=2025-W50 ")),
    ],
)
def test_the_line_says_which_weeks_and_what_to_set(alerts_from: str, first_week: str, said: tuple | None) -> None:
    note = history_note(Settings(alerts_from=alerts_from), parse_week(first_week), NOW)
    assert (note is None) == (said is None)
    assert said is None or all(words in note for words in said)
