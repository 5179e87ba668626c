"""The detector keeps the model that judges, and notes it with each week."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa

from acts.judging.leaver_scores import LeaverScores
from casework.quiet.calendar import Entry
from schemas.weeks import Week, WeekCalendar
from services.detect import detect_work
from services.judging.leaver_model import model_of
from services.parts import Parts
from services.settings import Settings
from store.leaver import leaver_models
from store.quiet import calendar
from store.tables.leaver import leaver_model, leaver_score
from store.tables.policies import judged_week
from tests.services.conftest import FIRST_WEEK, NOW, JudgedBank
from tests.services.judging.test_leaver_scores import HISTORY, Remembering

MakeBank = Callable[..., JudgedBank]
FIRST_USED = "ebbwatch_model_first_used_timestamp_seconds"


def parts_of(bank: JudgedBank, leaver_model: str) -> Parts:
    settings = Settings(data_dir=bank.data_dir, leaver_model=leaver_model)
    return Parts(settings, bank.store, WeekCalendar(settings.zone), bank.metrics, lambda: NOW)


def test_the_model_in_use_is_kept_at_the_start(make_bank: MakeBank) -> None:
    bank = make_bank(1)
    detect_work(parts_of(bank, "none"))
    with bank.store.read() as tx:
        assert tx.scalars(sa.select(leaver_model.c.version)).all() == []
    assert bank.metrics.registry.get_sample_value(FIRST_USED) == 0
    parts = parts_of(bank, "default")
    detect_work(parts)
    detect_work(parts)
    used = model_of(parts.settings)
    assert used is not None
    with bank.store.read() as tx:
        assert tx.scalars(sa.select(leaver_model.c.version)).all() == [used.version]
        assert leaver_models.get(tx, used.version).dump() == used.dump()
    assert bank.metrics.registry.get_sample_value(FIRST_USED) == NOW.timestamp()


def test_each_judged_week_says_which_model_was_in_use(make_bank: MakeBank) -> None:
    bank = make_bank(1)
    model = model_of(parts_of(bank, "default").settings)
    assert model is not None
    assert bank.judge().judge_next() is not None
    assert bank.judge(leaver_scores=LeaverScores(model)).judge_next() is not None
    with bank.store.read() as tx:
        noted = tx.scalars(sa.select(judged_week.c.model_version).order_by(judged_week.c.week)).all()
    assert noted == ["", model.version]
    (shown,) = (family for family in bank.metrics.registry.collect() if family.name == "ebbwatch_judged_by")
    assert [sample.labels["model"] for sample in shown.samples] == [model.version]


def test_a_week_keeps_the_scores_that_matter_even_where_the_calendar_holds_its_alerts_back(
    make_bank: MakeBank,
) -> None:
    bank = make_bank(1, HISTORY)
    model = model_of(parts_of(bank, "default").settings)
    assert model is not None
    scores = Remembering(replace(model, prompt_at=0.2, alarm_at=0.4))
    last = Week(FIRST_WEEK + HISTORY - 1)
    everybody = Entry("00000000-0000-4000-8000-0000000000ca", "bank", "", Week(last - 4), last, "stocktaking")
    with bank.store.write() as tx:
        calendar.add_entry(tx, everybody, "staff-17", NOW)
    bank.judge_all(bank.judge(leaver_scores=scores))
    with bank.store.read() as tx:
        rows = tx.execute(sa.select(*(leaver_score.c[name] for name in ("week", "client_id", "probability")))).all()
    kept = {(week, client_id): probability for week, client_id, probability in rows}
    said = {(week, each): p for (_, week), of_week in scores.said.items() for each, p in of_week.items()}
    assert {key for key, probability in said.items() if probability >= 0.2} <= set(kept)
    assert all(said[key] == probability for key, probability in kept.items())
    assert any(week > last - 5 for week, _ in kept)
    assert len(kept) < len(said) / 2
