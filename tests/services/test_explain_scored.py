"""Alerts that the learned score ranks, raises or sharpens come out again with the very score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from acts.judging.leaver_scores import LeaverScores
from acts.judging.rebuilding import Rebuilt
from detector.leaver.model import LeaverModel
from services.judging.leaver_model import model_of
from services.settings import Settings
from store.leaver import leaver_models
from store.tables.leaver import leaver_model
from tests.services.conftest import FIRST_WEEK, NOW, JudgedBank
from tests.services.judging.test_leaver_scores import HISTORY
from tests.services.test_explain import rebuilt, settled

pytestmark = pytest.mark.slow  # each judges three years of a bank, score and all

MakeBank = Callable[..., JudgedBank]
LAST_WEEK = FIRST_WEEK + HISTORY - 1


@pytest.fixture(scope="module")
def model() -> LeaverModel:
    """The shipped one, easily moved, so that a small bank has all kinds of alerts."""
    found = model_of(Settings(kafka_bootstrap="127.0.0.1:1"))
    assert found is not None
    return replace(found, prompt_at=0.12, alarm_at=0.15)


@pytest.fixture
def bank(make_bank: MakeBank, model: LeaverModel) -> JudgedBank:
    made = settled(make_bank(1, HISTORY))
    with made.store.write() as tx:
        leaver_models.save(tx, model, NOW)
    made.judge_all(made.judge(leaver_scores=LeaverScores(model)))
    return made


def weeks_of(bank: JudgedBank, *client_ids: str) -> list[Rebuilt]:
    """Of all alerts, or of those of some clients."""
    return [week for weeks in rebuilt(bank, client_ids).values() for week in weeks]


def test_every_week_comes_out_with_its_score(bank: JudgedBank) -> None:
    found = weeks_of(bank)
    assert all(each.identical for each in found), [each for each in found if not each.identical][:2]
    scores = [each.stored.score for each in found if each.stored.score]
    assert len(scores) > 30
    assert {score.raised for score in scores} == {True, False}
    assert [each for each in found if each.stored.score and not each.stored.comparisons]


def test_weeks_judged_again_come_out_with_the_score_they_had(bank: JudgedBank, model: LeaverModel) -> None:
    for offset, client_id in enumerate(("C07", "C03"), start=1):
        raised = max(each.stored.week for each in weeks_of(bank, client_id) if each.stored.grade)
        bank.amend(0, client_id, raised, 9_000_000_000, offset)
        assert all(each.identical for each in weeks_of(bank, client_id))
        bank.judge_all(bank.judge(leaver_scores=LeaverScores(model)))
    found = weeks_of(bank, "C07", "C03", "C05")
    assert all(each.identical for each in found)
    assert [each for each in found if not each.stored.grade]


def test_a_score_is_that_of_the_model_that_judged_and_of_no_other(bank: JudgedBank, model: LeaverModel) -> None:
    other = replace(model, offset=model.offset + 0.1)
    with bank.store.write() as tx:
        leaver_models.save(tx, other, NOW)
        tx.execute(
            sa.update(leaver_model)
            .where(leaver_model.c.version == model.version)
            .values(body=replace(other, prompt_at=0.2).dump().decode())  # behind everybody's back
        )
    found = weeks_of(bank, "C03")
    assert [each for each in found if each.stored.score]
    assert not any(each.identical for each in found if each.stored.score is not None)


def test_without_the_model_a_week_cannot_be_made_again_and_it_says_so(bank: JudgedBank, model: LeaverModel) -> None:
    with bank.store.write() as tx:
        tx.execute(sa.delete(leaver_model))
    found = weeks_of(bank)
    scored = [each for each in found if each.stored.score is not None]
    assert scored
    assert not any(each.identical for each in scored)
    assert {each.lacking for each in scored} == {f"no leaver model {model.version}"}
    assert all(each.lacking is None and each.identical for each in found if each.stored.score is None)
