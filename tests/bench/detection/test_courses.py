from __future__ import annotations

import numpy as np
import pytest

from bench.detection.courses import COURSES, Course, faded
from bench.detection.sample import Floats


@pytest.mark.parametrize("course", COURSES, ids=str)
def test_a_faded_week_is_its_own_week_times_what_is_left(course: Course, payments: Floats) -> None:
    onset = np.arange(80, 80 + len(payments))
    result = faded(payments, course, onset)
    for row, weeks in enumerate(payments):
        for week, amount in enumerate(weeks):
            steps = min(max(week - onset[row] + 1, 0), course.ramp)
            left = 1 - (1 - course.residual) * steps / course.ramp
            assert result[row, week] == pytest.approx(amount * left)


def test_the_onset_week_takes_the_first_step_and_the_last_step_stays() -> None:
    share = Course(13, 0.3).share(np.array([-1, 0, 12, 100]))
    assert share == pytest.approx([1.0, 1 - 0.7 / 13, 0.3, 0.3])
    assert Course(1, 0.0).share(np.array([-1, 0])).tolist() == [1.0, 0.0]
