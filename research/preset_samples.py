"""Client-quarters and leavers of simulated banks, as the search for presets wants them: one sample a tier."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from bench.client_weeks import FIRST_WEEK, History, simulated
from detector import replay
from detector.calibration.client_quarters import WARM_UP_WEEKS, draw, window_max
from detector.calibration.preset_samples import VIEWS, WINDOWS_A_CLIENT, TierSample, fade, percents
from detector.policies.own_noise import limits_alone
from detector.policies.preset_table import MINIMUM_EFFECT
from detector.policies.presets import default_policy
from schemas.weeks import Week

Floats = npt.NDArray[np.float32]
TIERS = tuple(MINIMUM_EFFECT)
CURRENCY = "HKD"  # of the simulated bank
FADED_SHARE = 0.3  # of the stayers: about as many copies as there are leavers


def tier_samples(stay_seeds: Iterable[int], leave_seeds: Iterable[int], clients: int) -> dict[str, TierSample]:
    """Stayers of banks as they are, leavers of banks in which every second client leaves, and as many copies of
    stayers, faded by the courses of the learned score: of the simulated leavers, no payments fail to come.
    """
    stays = [_quiet(seed, clients) for seed in stay_seeds]
    leaves = [_leaving(seed, clients) for seed in leave_seeds]
    fading = [_fading(seed, clients) for seed in leave_seeds]
    return {
        tier: TierSample(
            quiet_fall=np.concatenate([stay[tier][0] for stay in stays]),
            quiet_rise=np.concatenate([stay[tier][1] for stay in stays]),
            leaving=np.concatenate([each[tier] for each in (*leaves, *fading)]),
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


def _fading(seed: int, clients: int) -> dict[str, Floats]:
    bank, history = simulated(seed, clients)
    random = np.random.default_rng(seed)
    stayers = np.flatnonzero(bank.stayers)
    kept = _whole(history).take(np.sort(random.choice(stayers, int(len(stayers) * FADED_SHARE), replace=False)))
    copies = fade(kept, random)
    percent = np.stack([now for _, now in percents(copies.history, limits_alone(default_policy(CURRENCY)))])
    rows = np.arange(len(copies.onset))
    views = [_depths(window_max(-percent, rows, copies.onset, weeks)) for weeks in VIEWS]
    tier = np.array(copies.history.tiers)
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
    """(T, comparison, n) of all weeks, by the product's own reading."""
    return np.stack([percent for _, percent in percents(_whole(history), limits_alone(default_policy(CURRENCY)))])


def _whole(history: History) -> replay.History:
    clients, weeks = history.debit.shape
    return replay.History(
        client_ids=history.client_ids,
        tiers=history.tiers,
        first_week=np.minimum(history.begins, weeks).astype(np.int32),
        end_week=np.full(clients, replay.NO_END, np.int32),
        debit_minor=history.debit,
        credit_minor=history.credit,
        last_week=Week(weeks - 1),
        payments=history.payments,
    )


def _depths(largest: npt.NDArray[np.generic]) -> Floats:
    return np.where(np.isnan(largest), np.float32(-np.inf), largest).astype(np.float32)
