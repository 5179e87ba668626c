"""What a preview replays is what the running detector judged."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import sqlalchemy as sa

from acts.judging.leaver_scores import LeaverScores
from casework.quiet.calendar import Entry
from detector.leaver.model import LeaverModel
from detector.replay import replay
from detector.state import HISTORY_WEEKS
from schemas.verdicts import Direction
from schemas.weeks import Week
from store.leaver import leaver_models
from store.policies import policy_history
from store.policies.policy_history import BankHistory
from store.quiet import calendar
from store.tables.alerts import alert, alert_evidence
from tests.services.conftest import FIRST_WEEK, NOW, WEEKS, JudgedBank
from tests.services.test_explain_scored import model

__all__ = ["model"]  # a fixture: one that is easily moved

SCORED_WEEKS = 65  # clients have a score after a year
WAYS = (Direction.FALL, Direction.RISE)


Told = tuple[str, str, int, int]  # client, direction, week, grade


def evidence(bank: JudgedBank) -> set[Told]:
    """What the running detector judged."""
    columns = (alert.c.client_id, alert.c.direction, alert_evidence.c.week, alert_evidence.c.grade)
    with bank.store.read() as tx:
        return {tuple(row) for row in tx.execute(sa.select(*columns).join_from(alert, alert_evidence))}


def loaded(bank: JudgedBank) -> BankHistory:
    with bank.store.read() as tx:
        last = policy_history.find_last_judged_week(tx)
        assert last == FIRST_WEEK + bank.weeks - 1
        return policy_history.load_bank(tx, last, HISTORY_WEEKS + bank.weeks, bank.weeks)


def replayed(bank: JudgedBank, *, scored: bool = True) -> set[Told]:
    whole, told = loaded(bank), set()
    for at, history, scores in whole.shards():
        assert [whole.history.client_ids[place] for place in at] == history.client_ids
        for each in replay(history, bank.policy, Week(FIRST_WEEK), scores if scored else {}):
            for way, client in np.argwhere(each.grade):
                found = int(each.grade[way, client])
                told.add((history.client_ids[client], WAYS[way].value, int(each.week), found))
    return told


def test_the_grades_of_a_replay_are_the_evidence_of_the_alerts(make_bank: Callable[[int], JudgedBank]) -> None:
    bank = make_bank(2)
    bank.judge_all(bank.judge())
    assert loaded(bank).scores.since is None
    assert replayed(bank) == evidence(bank)
    assert len(evidence(bank)) > 100


def test_with_a_model_in_use_a_replay_is_sharpened_as_the_alerts_were(make_bank, model: LeaverModel) -> None:
    bank = make_bank(2, SCORED_WEEKS)
    with bank.store.write() as tx:
        leaver_models.save(tx, model, NOW)
    bank.judge_all(bank.judge(leaver_scores=LeaverScores(model)))
    assert replayed(bank) == evidence(bank)
    assert loaded(bank).scores.since == FIRST_WEEK
    alone = {told[:3]: told[3] for told in replayed(bank, scored=False)}
    sharp = {told[:3]: told[3] for told in replayed(bank)}
    assert set(sharp) > set(alone)  # prompts that the score alone raised
    assert any(sharp[key] > grade for key, grade in alone.items())  # and alarms that it made of prompts


def test_weeks_judged_before_there_were_scores_are_replayed_by_presets_alone(make_bank, model: LeaverModel) -> None:
    bank = make_bank(1, SCORED_WEEKS)
    with bank.store.write() as tx:
        leaver_models.save(tx, model, NOW)
    alone = bank.judge()
    for _ in range(SCORED_WEEKS - 10):
        assert alone.judge_next() is not None
    bank.judge_all(bank.judge(leaver_scores=LeaverScores(model)))
    assert loaded(bank).scores.since == FIRST_WEEK + SCORED_WEEKS - 10
    assert replayed(bank) == evidence(bank)


def test_clients_that_the_calendar_holds_back_are_those_of_its_entries(
    make_bank: Callable[[int], JudgedBank],
) -> None:
    bank = make_bank(1)
    bank.judge_all(bank.judge())
    last = Week(FIRST_WEEK + WEEKS - 1)
    entry = Entry("00000000-0000-4000-8000-0000000000ca", "client", "C03", Week(last - 1), last, "stocktaking")
    with bank.store.write() as tx:
        before = policy_history.load_state(tx, last, WEEKS)
        calendar.add_entry(tx, entry, "staff-17", NOW)
        assert policy_history.load_state(tx, last, WEEKS) != before
    bank_then = loaded(bank)
    held = bank_then.held(last, frozenset())
    assert [bank_then.history.client_ids[place] for place in np.flatnonzero(held)] == ["C03"]
    assert bank_then.held(Week(last - 2), frozenset()) is None
    assert bank_then.held(Week(last - 2), frozenset({Week(last - 2)})).all()
