"""What a policy gives on clients that stay and on copies of them that fade, judged by the detector's own step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from detector.calibration.client_quarters import WARM_UP_WEEKS, draw, window_max
from detector.calibration.preset_samples import WINDOWS_A_CLIENT, FadingCopies
from detector.policies.policy import Policy
from detector.quiet.surroundings import Surroundings
from detector.replay import History, replay
from schemas.verdicts import Grade
from schemas.weeks import Week

CAUGHT_WITHIN = (8, 13, 26)  # weeks from the onset
Grades = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Shares of `quarters` client-quarters with a prompt or worse, and with an alarm; of `copies` that fade and had
    no verdict before, those told of within CAUGHT_WITHIN weeks of the onset, and the median of the weeks that were
    then left to the end of their fading.
    """

    quarters: int
    prompts: float
    alarms: float
    copies: int
    caught: tuple[float, ...]
    weeks_ahead: float | None


def outcome_of(stayers: History, copies: FadingCopies, policy: Policy, random: np.random.Generator) -> Outcome:
    """Each client judged by itself, from the first week on in which every comparison can have its history."""
    stayers, faded = replace(stayers, around=Surroundings()), replace(copies.history, around=Surroundings())
    first = Week(stayers.oldest_week + WARM_UP_WEEKS)
    highest = np.stack([week.grade.max(axis=0) for week in replay(stayers, policy, first)])
    begins = np.maximum(stayers.first_week - first, 0)
    windows = draw(random, np.arange(len(begins)), begins, len(highest) - 1, WINDOWS_A_CLIENT)
    quarter = window_max(highest, *windows)
    falls = np.stack([week.grade[0] for week in replay(faded, policy, first)])
    onset = copies.onset - WARM_UP_WEEKS
    new = np.flatnonzero(falls[np.maximum(onset - 1, 0), np.arange(len(onset))] == Grade.NONE)
    caught, ahead = _caught(falls[:, new], onset[new], copies.ends[new] - WARM_UP_WEEKS)
    return Outcome(
        quarters=len(quarter),
        prompts=float((quarter >= Grade.PROMPT).mean()),
        alarms=float((quarter >= Grade.ALARM).mean()),
        copies=len(new),
        caught=caught,
        weeks_ahead=ahead,
    )


def _caught(
    falls: Grades, onset: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> tuple[tuple[float, ...], float | None]:
    """Shares told of, and the median of the weeks left. `falls`: int8 (weeks, n)."""
    weeks = np.arange(len(falls))[:, None]
    since = np.where((falls > 0) & (weeks >= onset), weeks - onset, np.iinfo(np.int64).max).min(axis=0)
    caught = tuple(float((since < within).mean()) for within in CAUGHT_WITHIN)
    told = since < max(CAUGHT_WITHIN)
    ahead = (ends - onset - since)[told]
    return caught, float(np.median(ahead)) if len(ahead) else None
