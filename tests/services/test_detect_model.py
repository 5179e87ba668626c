"""The detector keeps the model that judges, and notes it with each week."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from schemas.weeks import WeekCalendar
from services.detect import detect_work
from services.judging.leaver_scores import LeaverScores, model_of
from services.parts import Parts
from services.settings import Settings
from store.leaver import models
from store.tables.leaver import leaver_model
from store.tables.policies import judged_week
from tests.services.conftest import NOW, JudgedBank

MakeBank = Callable[..., JudgedBank]


def parts_of(bank: JudgedBank, leaver_model: str) -> Parts:
    settings = Settings(data_dir=bank.data_dir, leaver_model=leaver_model)
    return Parts(settings, bank.store, WeekCalendar(settings.zone), bank.metrics, lambda: NOW)


def test_the_model_in_use_is_kept_at_the_start(make_bank: MakeBank) -> None:
    bank = make_bank(1)
    detect_work(parts_of(bank, "none"))
    with bank.store.read() as tx:
        assert tx.scalars(sa.select(leaver_model.c.version)).all() == []
    parts = parts_of(bank, "default")
    detect_work(parts)
    detect_work(parts)
    used = model_of(parts.settings)
    assert used is not None
    with bank.store.read() as tx:
        assert tx.scalars(sa.select(leaver_model.c.version)).all() == [used.version]
        assert models.get(tx, used.version).dump() == used.dump()


def test_each_judged_week_says_which_model_was_in_use(make_bank: MakeBank) -> None:
    bank = make_bank(1)
    model = model_of(parts_of(bank, "default").settings)
    assert model is not None
    assert bank.judge().judge_next() is not None
    assert bank.judge(leaver_scores=LeaverScores(model)).judge_next() is not None
    with bank.store.read() as tx:
        noted = tx.scalars(sa.select(judged_week.c.model_version).order_by(judged_week.c.week)).all()
    assert noted == ["", model.version]
