"""A policy proposed from the bank's own ledger, beside the one in force. See docs/decisions/0009-presets.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from acts.bank import Bank
from acts.own_scale import made_for
from acts.policies import get_in_force
from acts.replays import REPLAYED, replay_figures
from casework.policies.figures import Figures
from detector.calibration.bank_policy import Calibrated, TooLittleToCalibrate, calibrate, stays
from detector.calibration.outcomes import Outcome, outcome_of
from detector.calibration.preset_samples import NEED_WEEKS, fade
from detector.policies.policy import Policy
from schemas.money import minor_digits
from schemas.weeks import Week
from store.policies import policy_history
from store.policies.policy_history import BankHistory
from store.unit_of_work import Store, Tx

MOST_WEEKS = 182  # three years and a half; what is older is another bank
ENOUGH_CLIENTS = 20_000  # shards are samples of the bank: of more, presets come out the same
SEED = 1
_HALF = 2  # every second client that stays is judged by what was found on the others


@dataclass(frozen=True, slots=True)
class Under:
    """What a policy gives: on clients that it was not found on, and a year of the clients that were read."""

    policy: Policy
    outcome: Outcome
    year: Figures


@dataclass(frozen=True, slots=True)
class Calibration:
    """A proposed policy beside the one in force. `clients`: read, of `bank_clients` in all."""

    last_week: Week
    weeks: int
    clients: int
    bank_clients: int
    made: Calibrated
    note: str
    running: Under
    proposed: Under


@dataclass(frozen=True, slots=True)
class _Read:
    """The bank's weeks as they were read."""

    bank: BankHistory
    weeks: int
    bank_clients: int
    running: Policy


def calibrate_bank(store: Store, bank: Bank, on_step: Callable[[str], None] = lambda _: None) -> Calibration:
    """1. Read a sample of the ledger. 2. Find presets on every second client that stays. 3. Judge the others by
    them and by the policy in force, as they are and faded. 4. A year of all of them under both.

    The same ledger gives the same. Raises TooLittleToCalibrate.
    """
    on_step("reading the ledger")
    with store.read() as tx:
        read = _read(tx, bank)
    history = read.bank.history
    there = stays(history)
    first_half, second_half = there.copy(), there.copy()
    places = np.flatnonzero(there)
    first_half[places[1::_HALF]] = False
    second_half[places[::_HALF]] = False
    digits = minor_digits(bank.base_currency)
    made = calibrate(
        history, first_half, digits, np.random.default_rng(SEED), lambda tier: on_step(f"presets of tier {tier}")
    )
    judged = history.take(np.flatnonzero(second_half))
    copies = fade(judged, np.random.default_rng(SEED))
    found = []
    for policy in (read.running, made.policy):
        on_step(f"judging by {policy.version}")
        outcome = outcome_of(judged, copies, policy, np.random.default_rng(SEED))
        found.append(Under(policy, outcome, replay_figures(read.bank, policy, bank.rules.replay)))
    running, proposed = found
    note = made_for(bank.base_currency, history.last_week, made.years)
    clients = len(history.client_ids)
    return Calibration(history.last_week, read.weeks, clients, read.bank_clients, made, note, running, proposed)


def _read(tx: Tx, bank: Bank) -> _Read:
    last, oldest = policy_history.find_last_closed_week(tx), policy_history.find_oldest_week(tx)
    if last is None or oldest is None or oldest > last:
        raise TooLittleToCalibrate("the ledger is empty: nothing to calibrate on")
    weeks = min(last - oldest + 1, MOST_WEEKS)
    if weeks < NEED_WEEKS:
        raise TooLittleToCalibrate(f"the ledger holds {weeks} closed weeks: calibrating needs {NEED_WEEKS}")
    by_shard = policy_history.count_clients(tx)
    chosen: list[int] = []
    for number, clients in by_shard.items():
        if sum(by_shard[each] for each in chosen) < ENOUGH_CLIENTS and clients:
            chosen.append(number)
    read = policy_history.load_bank(tx, last, weeks, REPLAYED, only=chosen)
    return _Read(read, weeks, sum(by_shard.values()), get_in_force(tx, bank))
