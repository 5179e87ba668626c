"""Client-quarters and leavers of simulated banks, as the search for presets wants them: one sample a tier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.client_weeks import FIRST_WEEK, History, deviations, simulated
from detector.policies.preset_table import MINIMUM_EFFECT
from research.client_quarters import WARM_UP_WEEKS, draw, window_max

Floats = npt.NDArray[np.float64]
TIERS = tuple(MINIMUM_EFFECT)
WINDOWS_A_CLIENT = 8
VIEWS = (13, 26)  # weeks from the onset within which a leaver should be caught; both count the same
MINOR = 100


@dataclass(frozen=True)
class TierSample:
    """Depths in percent by (row, comparison), positive in the direction's own sense, -inf where none.

    `quiet_fall`, `quiet_rise`: (windows, 12); `leaving`: (leavers, views, 12).
    """

    quiet_fall: Floats
    quiet_rise: Floats
    leaving: Floats


def tier_samples(stay_seeds: Iterable[int], leave_seeds: Iterable[int], clients: int) -> dict[str, TierSample]:
    """Stayers of banks as they are, leavers of banks in which every second client leaves."""
    stays = [_quiet(seed, clients) for seed in stay_seeds]
    leaves = [_leaving(seed, clients) for seed in leave_seeds]
    return {
        tier: TierSample(
            quiet_fall=np.concatenate([stay[tier][0] for stay in stays]),
            quiet_rise=np.concatenate([stay[tier][1] for stay in stays]),
            leaving=np.concatenate([leave[tier] for leave in leaves]),
        )
        for tier in TIERS
    }


def windows_of_stayers(
    rng: np.random.Generator, history: History, stayers: npt.NDArray[np.bool_], warm_up: int = WARM_UP_WEEKS
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Random client-quarters after the bank's `warm_up` weeks, from a client's first week on."""
    first = np.maximum(history.begins, warm_up)
    clients = np.flatnonzero(stayers)
    return draw(rng, clients, first[clients], history.weeks - 1, WINDOWS_A_CLIENT)


def _quiet(seed: int, clients: int) -> dict[str, tuple[Floats, Floats]]:
    bank, history = simulated(seed, clients)
    percent = _percent(history)
    who, start = windows_of_stayers(np.random.default_rng(seed), history, bank.stayers)
    fall, rise = (_depths(window_max(sign * percent, who, start)) for sign in (-1.0, 1.0))
    tier = np.array(history.tiers)[who]
    return {name: (fall[tier == name], rise[tier == name]) for name in TIERS}


def _leaving(seed: int, clients: int) -> dict[str, Floats]:
    bank, history = simulated(seed, clients, leaver_share=0.5)
    percent = _percent(history)
    who, onset = leavers(bank.truth(), history)
    views = [_depths(window_max(-percent, who, onset, weeks)) for weeks in VIEWS]
    tier = np.array(history.tiers)[who]
    return {name: np.stack(views, axis=1)[tier == name] for name in TIERS}


def leavers(truth: Iterable[object], history: History) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(client, onset week) of clients that leave and have the widest view and a year and a quarter on record."""
    row = {client_id: i for i, client_id in enumerate(history.client_ids)}
    begins = history.begins
    found = [(row[leaver.client_id], leaver.onset_week - FIRST_WEEK) for leaver in truth if leaver.kind != "closed"]
    usable = [(i, onset) for i, onset in found if begins[i] + WARM_UP_WEEKS <= onset <= history.weeks - max(VIEWS)]
    who, onsets = np.array(usable, np.int64).reshape(-1, 2).T
    return who, onsets


def _percent(history: History) -> Floats:
    effect = np.array([MINIMUM_EFFECT[tier] * MINOR for tier in history.tiers], np.int64)
    return deviations(history, effect)


def _depths(largest: npt.NDArray[np.generic]) -> Floats:
    return np.where(np.isnan(largest), -np.inf, largest)
