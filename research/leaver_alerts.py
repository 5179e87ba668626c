"""What the shipped leaver model adds to the shipped presets, on simulated banks that neither was made on.

    python -m research.leaver_alerts [--banks 3]

Client-quarters of clients that stay with a prompt or an alarm, and leavers caught within 13 and 26 weeks of their
onset: by presets alone, and with the score's own prompts and the alarms that it makes of prompts.
"""

from __future__ import annotations

import argparse

import numpy as np
import numpy.typing as npt

from bench.client_weeks import FIRST_WEEK, grades, simulated
from detector.leaver.history import History
from detector.leaver.model import LeaverModel
from detector.policies.presets import default_policy
from research.preset_samples import windows_of_stayers
from schemas.verdicts import Grade
from services.judging.leaver_model import model_of
from services.settings import Settings

FIRST_SEED, CLIENTS, WARM_UP_WEEKS = 101, 300, 78
VIEWS = (13, 26)

Column = npt.NDArray[np.int8]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--banks", type=int, default=3)
    model = model_of(Settings(kafka_bootstrap="127.0.0.1:1"))
    assert model is not None
    seeds = range(FIRST_SEED, FIRST_SEED + arguments.parse_args().banks)
    quiet, caught = zip(*(_bank(seed, model) for seed in seeds), strict=True)
    for place, name in enumerate(("presets alone", "with the score")):
        of_stayers = np.concatenate([part[place] for part in quiet])
        of_leavers = np.concatenate([part[place] for part in caught], axis=1)
        prompts, alarms = (of_stayers >= Grade.PROMPT).mean(), (of_stayers >= Grade.ALARM).mean()
        views = ", ".join(
            f"{share:.0%} in {weeks} weeks" for weeks, share in zip(VIEWS, of_leavers.mean(axis=1), strict=True)
        )
        print(
            f"{name:14s} of {len(of_stayers):,} client-quarters of stayers {prompts:.1%} with a prompt, "
            f"{alarms:.1%} with an alarm; of {of_leavers.shape[1]} leavers caught: {views}"
        )


def _bank(seed: int, model: LeaverModel) -> tuple[list[npt.NDArray[np.float64]], list[npt.NDArray[np.bool_]]]:
    """Of presets alone, then with the score: grades of client-quarters; leavers caught (views, leavers)."""
    bank, history = simulated(seed, CLIENTS)
    begins = np.minimum(history.begins, history.weeks)
    volume = (history.debit + history.credit).astype(np.float64)
    score = model.score(History(volume, bank.branches, begins, history.payments))
    alone: Column = grades(history, default_policy("HKD"))[:, 0].T
    sharp = np.maximum(alone, score >= model.prompt_at)
    sharp[(alone >= Grade.PROMPT) & (score >= model.alarm_at)] = Grade.ALARM
    clients, starts = windows_of_stayers(np.random.default_rng(1), history, bank.stayers, WARM_UP_WEEKS)
    place = {client_id: row for row, client_id in enumerate(bank.client_ids)}
    onsets = [(place[leaver.client_id], leaver.onset_week - FIRST_WEEK) for leaver in bank.truth()]
    onsets = [(row, onset) for row, onset in onsets if WARM_UP_WEEKS <= onset < history.weeks - max(VIEWS)]
    both = (alone, sharp)
    quarters = list(zip(clients.tolist(), starts.tolist(), strict=True))
    return (
        [np.array([grade[row, at : at + 13].max() for row, at in quarters]) for grade in both],
        [np.array([[grade[row, at : at + view].any() for row, at in onsets] for view in VIEWS]) for grade in both],
    )


if __name__ == "__main__":
    main()
