"""`ebbwatch train`: a leaver model of the bank's own ledger, or of the simulated bank, with its evaluation."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from rich.console import Console

from detector.leaver.history import History
from detector.leaver.model import LeaverModel
from detector.leaver.training import fit
from feeds.simulated_bank import SimulatedBank
from schemas.errors import BadSetting
from schemas.weeks import Week, parse_week
from services.parts import open_parts, require_database
from services.settings import load_settings
from store.clients import client_master
from store.ledger import ledger_reading, shards
from store.unit_of_work import Store

WEEKS = 312  # of the ledger: six years; what is older is another bank
SIMULATED_SEEDS, SIMULATED_CLIENTS, SIMULATED_WEEKS = (11, 12, 13, 14), 300, 260


def main(out: Path, seed: int, *, simulated: bool) -> None:
    """1. Read the weeks. 2. Train. 3. Write the model. 4. Say what it does on clients that training had not seen.

    Raises TooLittleHistory, and BadSetting where `out` cannot be written.
    """
    began = time.monotonic()
    history = simulated_history() if simulated else _own_history()
    model = fit(history, seed)
    write(out, model)
    console = Console(soft_wrap=True)
    console.print(
        f"{out}: model {model.version}, {len(history.turnover):,} clients x {history.turnover.shape[1]} weeks"
    )
    console.print(
        f"trained in {time.monotonic() - began:.0f} s; on clients it had not seen: {dict(model.evaluation)}"
    )
    console.print(f"in use with EBBWATCH_LEAVER_MODEL={out}")


def write(out: Path, model: LeaverModel) -> None:
    """The file as a whole or not at all. Raises BadSetting."""
    half = out.with_name(out.name + ".new")
    try:
        half.write_bytes(model.dump())
        half.replace(out)
    except OSError as error:
        raise BadSetting(f"{out}: {error.strerror or error}") from None


def ledger_history(store: Store) -> History:
    """All clients that had not closed, as columns of the same weeks, up to the first week that is open anywhere."""
    with store.read() as tx:
        ends = shards.load_next_to_close(tx)
        last = min(ends.values(), default=0) - 1
        shards_read = sorted(ends) if last > 0 else []
        parts = [ledger_reading.load_history(tx, shard, last, WEEKS, with_closed=False) for shard in shards_read]
        branch_of = {
            client_id: branch
            for shard in ends
            for of in [client_master.load_of_shard(tx, shard)]
            for client_id, branch in zip(of.client_ids, of.branch_ids, strict=True)
        }
    ids = [client_id for part in parts for client_id in part.client_ids]
    begins = [np.maximum(part.first_week - (last - WEEKS + 1), 0) for part in parts]
    return History(
        np.concatenate([np.zeros((0, WEEKS)), *(part.debit_minor + part.credit_minor for part in parts)]),
        np.unique([branch_of[client_id] for client_id in ids], return_inverse=True)[1].astype(np.int64),
        np.concatenate([np.zeros(0, np.int64), *begins]).astype(np.int64),
        np.concatenate([np.zeros((0, WEEKS), np.int64), *(part.payments for part in parts)]),
    )


def simulated_history() -> History:
    """What the shipped model is trained on: simulated banks side by side, none with a client of another."""
    first = parse_week("2021-W01")
    turnover, branch, begins, payments = [], [], [], []
    for place, seed in enumerate(SIMULATED_SEEDS):
        bank = SimulatedBank(seed, SIMULATED_CLIENTS, first_week=first, horizon=SIMULATED_WEEKS)
        debit, credit = bank.weekly(first, Week(first + SIMULATED_WEEKS - 1))
        volume = (debit + credit).astype(np.float64)
        turnover.append(volume)
        payments.append(bank.payments(first, first + SIMULATED_WEEKS - 1))
        branch.append(bank.branches + 1000 * place)
        begins.append(np.where((volume > 0).any(axis=1), (volume > 0).argmax(axis=1), SIMULATED_WEEKS))
    return History(
        np.concatenate(turnover), np.concatenate(branch), np.concatenate(begins), np.concatenate(payments)
    )


def _own_history() -> History:
    parts = open_parts(load_settings())
    require_database(parts)
    return ledger_history(parts.store)
