"""The scores of judged weeks: those that matter, of the newest judging, with the limits of the model."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import numpy as np
import pytest
import sqlalchemy as sa

from detector.leaver.model import LeaverModel, load_model
from detector.leaver.sharpen import Scores
from store.leaver import leaver_models, leaver_scores
from store.ledger.shard_weeks import Claim
from store.policies import judgings
from store.tables.leaver import leaver_score
from store.tables.ledger import shard_week
from store.unit_of_work import Store

W, NOW = 2900, datetime(2026, 1, 5, tzinfo=UTC)
IDS = ["C1", "C2", "C3", "C4"]
PLACE = {client_id: at for at, client_id in enumerate(IDS)}
NOBODY = np.zeros(4, np.bool_)


@pytest.fixture(scope="module")
def model() -> LeaverModel:
    shipped = load_model((files("detector.leaver") / "default_model.json").read_bytes())
    return replace(shipped, prompt_at=0.4, alarm_at=0.6, base_rate=0.05)


@pytest.fixture
def judge(store: Store, model: LeaverModel):
    """`judge(week, chances, fallen)`: a shard's week judged; no chances for without a model."""

    def judge(week: int, chances: list[float] | None, fallen: np.ndarray = NOBODY, revision: int = 1) -> None:
        said = None if chances is None else Scores(np.array(chances), 0.4, 0.6, model.version)
        claim = Claim(3, week, revision, 0)
        row = {
            "shard": 3,
            "week": week,
            "state": "closed",
            "received": 1,
            "revision": 9,
            "judged_revision": revision,
        }
        with store.write() as tx:
            leaver_models.save(tx, model, NOW)
            tx.execute(sa.delete(shard_week).where(shard_week.c.week == week))
            tx.execute(sa.insert(shard_week).values(row))
            judgings.save_judging(tx, claim, "p-1", "" if said is None else said.model_version)
            leaver_scores.save_scores(tx, claim, IDS, said, fallen)

    return judge


def loaded(store: Store, first: int, last: int) -> leaver_scores.StoredScores:
    with store.read() as tx:
        return leaver_scores.load_scores(tx, PLACE, first, last)


def test_scores_that_speak_and_those_of_the_fallen_are_kept_to_the_last_digit(store: Store, judge) -> None:
    third = 0.1 + 0.2
    judge(W, [0.41, 0.399, third, 1 / 3], np.array([False, False, True, False]))
    kept = loaded(store, W, W).weeks[3][W]
    assert (kept.at.tolist(), kept.probability.tolist()) == ([0, 2], [0.41, third])
    assert kept.of_all(4).probability.tolist() == [0.41, 0.05, third, 0.05]
    assert kept.among(np.array([1, 2])).of_all(2).probability.tolist() == [0.05, third]


def test_a_week_judged_again_has_its_new_scores_alone(store: Store, judge) -> None:
    judge(W, [0.9, 0.9, 0.1, 0.1])
    judge(W + 1, [0.9, 0.1, 0.1, 0.1])
    judge(W, [0.1, 0.1, 0.1, 0.7], revision=2)
    year = loaded(store, W, W + 1)
    assert [year.weeks[3][W + at].at.tolist() for at in (0, 1)] == [[3], [0]]
    assert year.since == W
    judge(W + 1, None, revision=2)
    assert loaded(store, W, W + 1).since is None
    with store.read() as tx:
        assert tx.scalars(sa.select(leaver_score.c.week)).all() == [W]


def test_scores_are_in_it_from_the_week_after_the_last_one_without(store: Store, judge) -> None:
    judge(W, [0.9, 0.1, 0.1, 0.1])
    judge(W + 1, None)
    judge(W + 2, [0.1, 0.1, 0.1, 0.1])
    year = loaded(store, W - 9, W + 2)
    assert year.since == W + 2
    assert sorted(year.weeks[3]) == [W, W + 2]
    assert loaded(store, W - 9, W - 1).since is None


def test_the_state_changes_with_every_judging(store: Store, judge) -> None:
    judge(W, [0.1, 0.1, 0.1, 0.1])
    with store.read() as tx:
        before = leaver_scores.load_state(tx, W, W)
    judge(W, [0.1, 0.1, 0.1, 0.1], revision=2)
    with store.read() as tx:
        assert leaver_scores.load_state(tx, W, W) != before
