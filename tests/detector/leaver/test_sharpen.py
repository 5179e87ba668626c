"""The score speaks beside the presets, and never lowers what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from detector.leaver.sharpen import Scores, sharpen_falls, sharpen_verdicts
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
        volumes[2] *= 1 if week < 77 else 8
        minor = (volumes * 100).astype(np.int64)
        columns = WeekVolumes(Week(week), IDS, np.zeros(3, np.int32), minor, minor)
        state, found = step(state, columns, policy, ["C", "C", "C"])
    return found


def scores_of(*chances: float) -> Scores:
    return Scores(np.array(chances), prompt_at=0.4, alarm_at=0.6, model_version="m1")


def told(verdicts: Verdicts, *chances: float) -> dict[tuple[str, Direction], Verdict]:
    return {(v.client_id, v.direction): v for v in sharpen_verdicts(verdicts, scores_of(*chances))}


def test_presets_say_what_they_say_whatever_the_score(verdicts: Verdicts) -> None:
    plain = {(v.client_id, v.direction): v for v in verdicts.passed()}
    assert plain[FADING, Direction.FALL].grade is Grade.ALARM
    for chance in (0.01, 0.99):
        sharp = told(verdicts, chance, chance, chance)
        for key, verdict in plain.items():
            assert sharp[key].grade >= verdict.grade
            assert replace(sharp[key], score=None, grade=verdict.grade) == verdict


def test_it_raises_a_prompt_where_presets_are_silent_and_marks_it(verdicts: Verdicts) -> None:
    quiet, loud = told(verdicts, 0.1, 0.39, 0.1), told(verdicts, 0.1, 0.41, 0.1)
    assert (STEADY, Direction.FALL) not in quiet
    raised = loud[STEADY, Direction.FALL]
    assert (raised.grade, raised.comparisons) == (Grade.PROMPT, ())
    assert raised.score is not None
    assert (raised.score.raised, raised.score.probability, raised.score.model_version) == (True, 0.41, "m1")
    assert raised.value_at_risk_minor > 0


def test_a_preset_is_a_second_witness(verdicts: Verdicts) -> None:
    """Raised by the score alone it is the score's own chance; beside a preset it is higher, and never certain."""
    sure = [told(verdicts, chance, 0.1, 0.1)[FADING, Direction.FALL].score for chance in (0.0, 0.5, 0.99)]
    stated = [each.probability for each in sure if each is not None]
    assert stated == pytest.approx([0.3, 0.65, 0.993])
    alone = told(verdicts, 0.1, 0.5, 0.1)[STEADY, Direction.FALL].score
    assert alone is not None
    assert alone.probability == 0.5


def test_it_makes_an_alarm_of_a_prompt_and_never_of_silence(verdicts: Verdicts) -> None:
    assert told(verdicts, 0.99, 0.99, 0.99)[STEADY, Direction.FALL].grade is Grade.PROMPT


def test_a_client_that_grows_is_not_raised(verdicts: Verdicts) -> None:
    assert (GROWING, Direction.FALL) not in told(verdicts, 0.1, 0.1, 0.99)
    assert told(verdicts, 0.1, 0.1, 0.99)[GROWING, Direction.RISE].score is None


def test_what_a_group_explains_is_not_raised(verdicts: Verdicts) -> None:
    passes = verdicts.passes
    fallen = int(np.flatnonzero(passes.at == IDS.index(FADING))[0])
    grade = passes.grade.copy()
    grade[..., fallen] = 0  # beside its group, nothing is left of its fall
    beside = replace(passes, grade=grade, preset_grade=passes.grade)
    columns = verdicts.grade.copy()
    columns[:, IDS.index(FADING)] = 0
    common = replace(verdicts, passes=beside, grade=columns)
    assert {verdict.client_id for verdict in common.explained()} == {FADING}
    assert common.explained_at.tolist() == [IDS.index(FADING)]
    assert (FADING, Direction.FALL) not in told(common, 0.9, 0.1, 0.1)
    assert (STEADY, Direction.FALL) in told(common, 0.1, 0.9, 0.1)


def test_the_columns_say_what_the_verdicts_say(verdicts: Verdicts) -> None:
    for chances in ((0.1, 0.1, 0.1), (0.9, 0.5, 0.9), (0.3, 0.9, 0.4)):
        falls = sharpen_falls(verdicts, scores_of(*chances))
        found = {v.client_id: v for v in told(verdicts, *chances).values() if v.direction is Direction.FALL}
        for at, client_id in enumerate(IDS):
            verdict = found.get(client_id)
            assert falls.grade[at] == (verdict.grade if verdict else 0)
            assert falls.value_at_risk_minor[at] == (verdict.value_at_risk_minor if verdict else 0)
