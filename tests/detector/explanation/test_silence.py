"""Silence is counted to the week judged, and what is usual over the year before the onset."""

from __future__ import annotations

import numpy as np
import pytest

from detector.explanation.evidence import Known
from detector.explanation.explaining import explain
from detector.explanation.silence import silent_weeks, usual_silent_weeks
from schemas.explanations import is_unusually_silent
from schemas.verdicts import Series
from schemas.weeks import Week

W = Week(2900)


def known(paid: list[int]) -> Known:
    weeks = np.array(paid, np.int64) * 100
    return Known(W, np.zeros_like(weeks), weeks)


@pytest.mark.parametrize(
    ("paid", "onset", "silent", "usual"),
    [
        ([1, 1, 1, 0, 0], 3, 2, 0),
        ([0, 1, 0, 0, 1, 1, 0], 6, 1, 2),
        ([1, 1, 1], 3, 0, 0),
        ([0, 0, 0], 0, 3, 0),
        ([1, *[0] * 10, *[1] * 52, 0], 63, 1, 0),  # what is longer ago than a year is no habit any more
    ],
)
def test_silence_is_counted_beside_the_habit(paid, onset, silent, usual) -> None:
    assert (silent_weeks(known(paid)), usual_silent_weeks(known(paid), onset)) == (silent, usual)


def test_who_is_paid_every_four_weeks_is_silent_after_five() -> None:
    monthly = [1 if at % 4 == 0 else 0 for at in range(101)]
    for longer, unusual in ((3, False), (4, False), (5, True)):
        told = explain(known([*monthly, *[0] * longer]), Series.CREDIT)
        assert (told.silent_weeks, told.usual_silent_weeks) == (longer, 3)
        assert is_unusually_silent(told.silent_weeks, told.usual_silent_weeks) == unusual
