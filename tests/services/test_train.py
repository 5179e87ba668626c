"""A model of the bank's own ledger: trained, written whole, and used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

import detector
from detector.leaver.training import TooLittleHistory
from schemas.errors import BadSetting
from services.judging.leaver_model import model_of
from services.settings import Settings
from services.train import ledger_history, simulated_history, write
from store.tables.clients import client
from store.tables.ledger import ledger
from store.unit_of_work import Store
from tests.services.conftest import FIRST_WEEK, JudgedBank

MakeBank = Callable[..., JudgedBank]


def test_the_history_is_the_ledger_by_client_and_week(make_bank: MakeBank) -> None:
    bank = make_bank(2, 60)
    history = ledger_history(bank.store)
    with bank.store.read() as tx:
        rows = tx.execute(sa.select(ledger).where(ledger.c.client_id == "C13")).all()
        ids = list(tx.scalars(sa.select(client.c.client_id).order_by(client.c.shard, client.c.client_id)))
    mine = history.turnover[ids.index("C13")]
    newest = FIRST_WEEK + 60 - 1
    for row in rows:
        assert mine[len(mine) - 1 - (newest - row.week)] == row.debit_minor + row.credit_minor
    assert np.count_nonzero(mine) == sum(row.debit_minor > 0 for row in rows)
    assert (history.first_week == history.turnover.shape[1] - 60).all()


def test_a_model_is_trained_written_and_used(make_bank: MakeBank, tmp_path: Path) -> None:
    model = detector.fit(ledger_history(make_bank(3, 130).store), 1)
    path = tmp_path / "model.json"
    write(path, model)
    used = model_of(Settings(kafka_bootstrap="127.0.0.1:1", leaver_model=str(path)))
    assert used is not None
    assert used.version == model.version
    assert used.evaluation["clients"] == model.evaluation["clients"] > 10
    assert list(tmp_path.glob("model*")) == [path]


def test_an_empty_ledger_and_a_young_one_teach_nothing(store: Store, make_bank: MakeBank) -> None:
    with pytest.raises(TooLittleHistory):
        detector.fit(ledger_history(store), 1)
    with pytest.raises(TooLittleHistory):
        detector.fit(ledger_history(make_bank(1, 40).store), 1)


def test_a_folder_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    model = model_of(Settings(kafka_bootstrap="127.0.0.1:1"))
    assert model is not None
    with pytest.raises(BadSetting, match="nowhere"):
        write(tmp_path / "nowhere" / "model.json", model)


def test_simulated_banks_share_no_branch() -> None:
    history = simulated_history()
    banks = history.branch // 1000
    assert len(np.unique(banks)) == 4
    assert history.turnover.shape == (1200, 260)
    assert (history.turnover.sum(axis=1) > 0).mean() > 0.9
