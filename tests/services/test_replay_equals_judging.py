"""What a preview replays is what the running detector judged."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import sqlalchemy as sa

from casework.quiet.calendar import Entry
from detector.policies.replay import replay
from detector.state import HISTORY_WEEKS
from schemas.verdicts import Direction
from schemas.weeks import Week
from store.policies import history as policies_history
from store.quiet import calendar
from store.tables.alerts import alert, alert_evidence
from tests.services.conftest import FIRST_WEEK, NOW, WEEKS, JudgedBank

WAYS = (Direction.FALL, Direction.RISE)


def test_the_grades_of_a_replay_are_the_evidence_of_the_alerts(make_bank: Callable[[int], JudgedBank]) -> None:
    bank = make_bank(2)
    bank.judge_all(bank.judge())
    columns = (alert.c.client_id, alert.c.direction, alert_evidence.c.week, alert_evidence.c.grade)
    with bank.store.read() as tx:
        judged = {tuple(row) for row in tx.execute(sa.select(*columns).join_from(alert, alert_evidence))}
        last = policies_history.last_judged(tx)
        assert last == FIRST_WEEK + WEEKS - 1
        loaded = policies_history.load(tx, last, HISTORY_WEEKS + WEEKS, WEEKS)
    replayed = set()
    for at, history in loaded.shards():
        assert [loaded.history.client_ids[place] for place in at] == history.client_ids
        for week, grade in replay(history, bank.policy, Week(FIRST_WEEK)):
            for way, client in np.argwhere(grade):
                found = int(grade[way, client])
                replayed.add((history.client_ids[client], WAYS[way].value, int(week), found))
    assert replayed == judged
    assert len(judged) > 100


def test_clients_that_the_calendar_holds_back_are_those_of_its_entries(
    make_bank: Callable[[int], JudgedBank],
) -> None:
    bank = make_bank(1)
    bank.judge_all(bank.judge())
    last = Week(FIRST_WEEK + WEEKS - 1)
    entry = Entry("00000000-0000-4000-8000-0000000000ca", "client", "C03", Week(last - 1), last, "stocktaking")
    with bank.store.write() as tx:
        before = policies_history.state(tx, last, WEEKS)
        calendar.add(tx, entry, "staff-17", NOW)
        assert policies_history.state(tx, last, WEEKS) != before
        loaded = policies_history.load(tx, last, HISTORY_WEEKS + WEEKS, WEEKS)
    held = loaded.held(last, frozenset())
    assert [loaded.history.client_ids[place] for place in np.flatnonzero(held)] == ["C03"]
    assert loaded.held(Week(last - 2), frozenset()) is None
    assert loaded.held(Week(last - 2), frozenset({Week(last - 2)})).all()
