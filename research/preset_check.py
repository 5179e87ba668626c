"""What the default presets give on other banks than they were found on, and on real payments."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.client_weeks import grades, simulated
from detector.calibration.client_quarters import window_max
from detector.policies.policy import Policy
from detector.policies.presets import default_policy
from research.preset_samples import TIERS, leavers, windows_of_stayers
from schemas.verdicts import Grade

HELD_OUT_SEEDS, CLIENTS = (101, 102, 103), 4000
CAUGHT_WITHIN = (8, 13, 26)  # weeks from the onset
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Outcome:
    """One bank, highest grades: of client-quarters of stayers (windows,), their tiers beside it; of the same from
    the bank's first week on, when every history is short; of the falls of leavers (leavers, CAUGHT_WITHIN).
    """

    quarter: npt.NDArray[np.int8]
    quarter_tier: npt.NDArray[np.str_]
    young_quarter: npt.NDArray[np.int8]
    caught: npt.NDArray[np.int8]
    caught_tier: npt.NDArray[np.str_]
    kind: npt.NDArray[np.str_]


def judge_bank(seed: int, clients: int, policy: Policy) -> Outcome:
    bank, history = simulated(seed, clients)
    grade = grades(history, policy)
    tier = np.array(history.tiers)
    who, start = windows_of_stayers(np.random.default_rng(seed), history, bank.stayers)
    young = windows_of_stayers(np.random.default_rng(seed), history, bank.stayers, warm_up=0)
    truth = bank.truth()
    gone, onset = leavers(truth, history)
    kind = {leaver.client_id: leaver.kind for leaver in truth}
    return Outcome(
        quarter=window_max(grade.max(axis=1), who, start),
        quarter_tier=tier[who],
        young_quarter=window_max(grade.max(axis=1), *young),
        caught=np.stack([window_max(grade[:, 0], gone, onset, weeks) for weeks in CAUGHT_WITHIN], axis=1),
        caught_tier=tier[gone],
        kind=np.array([kind[history.client_ids[i]] for i in gone]),
    )


def shares(quarter: npt.NDArray[np.int8]) -> tuple[float, float]:
    """Shares of client-quarters with a prompt or worse, and with an alarm."""
    return float((quarter >= Grade.PROMPT).mean()), float((quarter >= Grade.ALARM).mean())


def report() -> None:
    """Print held-out banks and, where EBBWATCH_TEST_DATA names the folder, real payments."""
    policy = default_policy("HKD")
    outcomes = [judge_bank(seed, CLIENTS, policy) for seed in HELD_OUT_SEEDS]
    for seed, outcome in zip(HELD_OUT_SEEDS, outcomes, strict=True):
        print(f"held-out bank {seed}: {_spoilt(outcome.quarter)}; from week 0 on {_spoilt(outcome.young_quarter)}")
    quarter, tiers = (np.concatenate([getattr(o, f) for o in outcomes]) for f in ("quarter", "quarter_tier"))
    caught, of, kind = (
        np.concatenate([getattr(o, f) for o in outcomes]) for f in ("caught", "caught_tier", "kind")
    )
    for tier in TIERS:
        print(f"  tier {tier}: {_spoilt(quarter[tiers == tier])} | leavers {_caught(caught[of == tier])}")
    for name in np.unique(kind):
        print(f"  {name}: leavers {_caught(caught[kind == name])}")
    print(f"  all: leavers {_caught(caught)}")
    folder = os.environ.get("EBBWATCH_TEST_DATA")
    if folder:
        from research.real_payments import report_real

        report_real(Path(folder))
    else:
        print("real payments: skipped, EBBWATCH_TEST_DATA names no folder")


def _spoilt(quarter: npt.NDArray[np.int8]) -> str:
    prompts, alarms = shares(quarter)
    return f"prompts {prompts:.2%}, alarms {alarms:.2%} of {len(quarter)} quarters"


def _caught(grade: npt.NDArray[np.int8]) -> str:
    within = ", ".join(
        f"{weeks} weeks {(grade[:, at] >= Grade.PROMPT).mean():.0%}/{(grade[:, at] >= Grade.ALARM).mean():.0%}"
        for at, weeks in enumerate(CAUGHT_WITHIN)
    )
    return f"({len(grade)}) prompt/alarm within {within}"
