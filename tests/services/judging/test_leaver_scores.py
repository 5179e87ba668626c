"""The running detector's scores: those of the whole history, week by week, and what they do to alerts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
import sqlalchemy as sa

from acts.judging.leaver_scores import LeaverScores
from casework.alerts.message import ClientFacts
from detector.leaver.model import LeaverModel
from detector.leaver.sharpen import Scores
from schemas.errors import BadSetting
from schemas.messages import AlertMessage
from services.judging.leaver_model import model_of
from services.settings import Settings
from services.train import ledger_history
from store.ledger.ledger_reading import WeekRows
from store.ledger.shard_weeks import Claim
from store.tables.alerts import alert_revision
from store.unit_of_work import Tx
from tests.services.conftest import JudgedBank

HISTORY = 70  # weeks: a client has a score after a year
MakeBank = Callable[..., JudgedBank]
_MESSAGE = msgspec.json.Decoder(AlertMessage)


class Remembering(LeaverScores):
    """Keeps what it said, by shard and week."""

    def __init__(self, model: LeaverModel) -> None:
        super().__init__(model)
        self.said: dict[tuple[int, int], dict[str, float]] = {}

    def scores(self, tx: Tx, claim: Claim, rows: WeekRows, facts: dict[str, ClientFacts]) -> Scores:
        found = super().scores(tx, claim, rows, facts)
        self.said[claim.shard, claim.week] = dict(zip(rows.client_ids, found.probability.tolist(), strict=True))
        return found


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings(kafka_bootstrap="127.0.0.1:1")


def judge_all(bank: JudgedBank, scores: LeaverScores) -> None:
    bank.judge_all(bank.judge(leaver_scores=scores))


def test_scores_week_by_week_are_those_of_the_whole_history(make_bank: MakeBank, settings: Settings) -> None:
    model = model_of(settings)
    assert model is not None
    bank, scores = make_bank(1, HISTORY), Remembering(model)
    judge_all(bank, scores)
    whole = ledger_history(bank.store)
    by_hand = model.score(whole)[:, -1]
    last = scores.said[max(scores.said)]
    assert len(last) == len(by_hand) == 8
    assert np.allclose(list(last.values()), by_hand, rtol=1e-4)
    assert len(set(last.values())) > 4


@pytest.mark.slow
def test_a_judge_started_anew_says_the_same(make_bank: MakeBank, settings: Settings) -> None:
    model = model_of(settings)
    assert model is not None
    straight, broken = Remembering(model), Remembering(model)
    judge_all(make_bank(1, HISTORY), straight)
    bank = make_bank(1, HISTORY)
    judge = bank.judge(leaver_scores=broken)
    while judge.judge_next() is not None:
        broken._windows.clear()
    assert straight.said == broken.said


@pytest.mark.slow
def test_alerts_carry_the_score_and_say_which_it_raised(make_bank: MakeBank, settings: Settings) -> None:
    model = model_of(settings)
    assert model is not None
    bank = make_bank(2, HISTORY)
    judge_all(bank, LeaverScores(model))
    with bank.store.read() as tx:
        messages = [_MESSAGE.decode(row) for row in tx.scalars(sa.select(alert_revision.c.message))]
    falls = [m for m in messages if m.direction == "fall" and m.outcome != "withdrawn"]
    assert falls
    assert all(m.score is not None and m.score.model_version == model.version for m in falls)
    assert all(m.score is None for m in messages if m.direction == "rise")
    alone = [m for m in falls if not m.comparisons]
    assert alone
    for message in alone:
        assert message.score is not None
        assert (message.grade in {"prompt", "alarm"}, message.score.raised) == (True, True)
        assert f"{round(100 * message.score.probability)}%" in message.summary.en
        assert f"{round(100 * message.score.probability)}%" in message.summary.zh


def test_without_a_model_presets_speak_alone() -> None:
    assert model_of(Settings(kafka_bootstrap="127.0.0.1:1", leaver_model="none")) is None


@pytest.mark.parametrize("content", [None, b"{}", b"\x80\x04pickle"])
def test_a_file_that_is_no_model_stops_the_start(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "model.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadSetting, match="EBBWATCH_LEAVER_MODEL"):
        model_of(Settings(kafka_bootstrap="127.0.0.1:1", leaver_model=str(path)))
