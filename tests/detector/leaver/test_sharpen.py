"""The score speaks beside the presets, and never lowers what they say."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from detector.leaver.sharpen import Scores, sharpened, unscored
from detector.policies.presets import default_policy
from detector.state import ShardState
from detector.step import WeekVolumes, step
from detector.verdicts import Verdicts
from schemas.verdicts import Direction, Grade, Verdict
from schemas.weeks import Week

FADING, STEADY, GROWING = "C-fading", "C-steady", "C-growing"
IDS = (FADING, STEADY, GROWING)


@pytest.fixture
def verdicts() -> Verdicts:
    """A week in which one client has fallen far enough for a preset, one hardly, and one has grown."""
    state, policy = ShardState.empty(), default_policy("HKD")
    for week in range(90):
        volumes = np.array(
            [10_000_000.0 if week < 70 else 10_000.0, 10_000_000.0 if week < 88 else 9_000_000.0, 5e6]
        )
        volumes[2] *= 1 if week < 70 else 8
        minor = (volumes * 100).astype(np.int64)
        columns = WeekVolumes(Week(week), IDS, np.zeros(3, np.int32), minor, minor)
        state, found = step(state, columns, policy, ["C", "C", "C"])
    return found


def told(verdicts: Verdicts, *chances: float, withheld: Iterable[str] = ()) -> dict[tuple[str, Direction], Verdict]:
    scores = Scores(np.array(chances), prompt_at=0.4, alarm_at=0.6, model_version="m1")
    return {(v.client_id, v.direction): v for v in sharpened(verdicts, scores, set(withheld))}


def test_presets_say_what_they_say_whatever_the_score(verdicts: Verdicts) -> None:
    plain = {(v.client_id, v.direction): v for v in verdicts.passed()}
    assert plain[FADING, Direction.FALL].grade is Grade.ALARM
    for chance in (0.01, 0.99):
        sharp = told(verdicts, chance, chance, chance)
        for key, verdict in plain.items():
            assert sharp[key].grade >= verdict.grade
            assert unscored(sharp[key]) == verdict


def test_it_raises_a_prompt_where_presets_are_silent_and_marks_it(verdicts: Verdicts) -> None:
    quiet, loud = told(verdicts, 0.1, 0.39, 0.1), told(verdicts, 0.1, 0.41, 0.1)
    assert (STEADY, Direction.FALL) not in quiet
    raised = loud[STEADY, Direction.FALL]
    assert (raised.grade, raised.comparisons) == (Grade.PROMPT, ())
    assert raised.score is not None
    assert (raised.score.raised, raised.score.probability, raised.score.model_version) == (True, 0.41, "m1")
    assert raised.value_at_risk_minor > 0
    assert unscored(raised) is None


def test_it_makes_an_alarm_of_a_prompt_and_never_of_silence(verdicts: Verdicts) -> None:
    assert told(verdicts, 0.99, 0.99, 0.99)[STEADY, Direction.FALL].grade is Grade.PROMPT


def test_a_client_that_grows_is_not_raised(verdicts: Verdicts) -> None:
    assert (GROWING, Direction.FALL) not in told(verdicts, 0.1, 0.1, 0.99)
    assert told(verdicts, 0.1, 0.1, 0.99)[GROWING, Direction.RISE].score is None


def test_what_a_group_explains_is_not_raised(verdicts: Verdicts) -> None:
    assert (STEADY, Direction.FALL) not in told(verdicts, 0.1, 0.9, 0.1, withheld=[STEADY])
