"""What a week is judged as depends on the ledger, the master, calendar, policy and model alone, not on memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from acts.judging.leaver_scores import LeaverScores
from detector.leaver.model import LeaverModel
from schemas.events import ClientRecord
from schemas.weeks import monday
from services.judging.leaver_model import model_of
from services.settings import Settings
from store.clients import client_master
from store.tables.columns import metadata
from store.tables.ledger import ledger
from tests.services.conftest import FIRST_WEEK, JudgedBank

MakeBank = Callable[..., JudgedBank]
WEEKS, CLIENTS = 80, 8
STORED = ("alert", "alert_evidence", "alert_explanation", "explained_verdict", "leaver_score", "movement", "outbox")
OWN_IDS = ("message_id", "id", "outbox_id")


@dataclass
class Happening:
    """Before a week is judged: what the master says of a client from then on, or what of it comes late."""

    client_id: str
    closed_in: int | None = None
    branch_id: str = "B1"
    silent_weeks: int = 0  # after it, without any row
    late: tuple[int, int] | None = None  # week, minor units


@dataclass
class Course:
    """A random history: by week, what happens before it is judged, and in which the caches are dropped."""

    happenings: dict[int, list[Happening]] = field(default_factory=dict)

    @classmethod
    def drawn(cls, seed: int) -> Course:
        """Closings, wrong closings taken back, returns, moves, late and corrected events."""
        draw, course = np.random.default_rng(seed), cls()
        for at in np.sort(draw.integers(20, WEEKS, 24)).tolist():
            client_id = f"C0{draw.integers(CLIENTS)}"
            what = draw.choice(["close", "reopen", "move", "late", "late"])
            happening = Happening(client_id, branch_id=f"B{draw.integers(2)}")
            if what == "close":
                happening.closed_in = FIRST_WEEK + at - int(draw.integers(-2, 12))
                happening.silent_weeks = int(draw.choice([0, 8, 20]))
            if what == "late":
                happening.late = (
                    FIRST_WEEK + at - int(draw.integers(1, 15)),
                    int(draw.choice([-1, 1, 40]) * 200_000),
                )
            course.happenings.setdefault(FIRST_WEEK + at, []).append(happening)
        return course


def rows_of(bank: JudgedBank) -> dict[str, list[Any]]:
    """What judging has stored, without what numbers it by chance."""
    found = {}
    with bank.store.read() as tx:
        for name in STORED:
            table = metadata.tables[name]
            columns = [c for c in table.c if c.name not in OWN_IDS and not isinstance(c.type, sa.LargeBinary)]
            found[name] = sorted(map(repr, tx.execute(sa.select(*columns))))
    return found


def judge_all_weeks(bank: JudgedBank, course: Course, model: LeaverModel, *, forgetful: bool) -> Iterator[Any]:
    """Verdicts and scores week by week, then the stored rows."""
    judge = bank.judge(leaver_scores=LeaverScores(model))
    offset, due = 1, dict(course.happenings)
    for week in range(FIRST_WEEK, FIRST_WEEK + WEEKS):
        for each in due.pop(week, ()):
            if each.late is not None:
                bank.amend(0, each.client_id, *each.late, offset=offset)
                offset += 1
                continue
            closed = None if each.closed_in is None else date.fromordinal(monday(each.closed_in).toordinal() + 2)
            record = ClientRecord(each.client_id, each.client_id, each.branch_id, closed_on=closed)
            with bank.store.write() as tx:
                client_master.save_records(tx, [record])
                silent = ledger.c.week.between(week, week + each.silent_weeks - 1)
                tx.execute(sa.delete(ledger).where(ledger.c.client_id == each.client_id, silent))
        while True:
            if forgetful:
                judge = bank.judge(leaver_scores=LeaverScores(model))
            judged = judge.judge_next()
            assert judged is not None
            yield judged.claim, sorted(map(repr, judged.verdicts.passed())), judged.verdicts.client_ids
            if judged.claim.week == week:
                break
    yield rows_of(bank)


@pytest.fixture(scope="module")
def model() -> LeaverModel:
    found = model_of(Settings(kafka_bootstrap="127.0.0.1:1"))
    assert found is not None
    return found


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_a_judge_that_remembers_says_what_one_says_that_forgets_every_week(
    make_bank: MakeBank, model: LeaverModel, seed: int
) -> None:
    course = Course.drawn(seed)
    kept = list(judge_all_weeks(make_bank(1, WEEKS), course, model, forgetful=False))
    dropped = list(judge_all_weeks(make_bank(1, WEEKS), course, model, forgetful=True))
    for one, other in zip(kept, dropped, strict=True):
        assert one == other
    assert kept[-1]["alert"]
    assert kept[-1]["leaver_score"]
