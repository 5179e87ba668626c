"""Judging closed weeks: every week once, and the same alerts however often the process starts anew."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from casework.alerts import actions
from detector.policies.policy import Policy, dump_policy
from schemas.errors import BadSetting
from services.bank_rules import policy_of
from services.detect import Judge
from services.settings import Settings
from store.alerts import alert_rows
from store.tables.alerts import alert, alert_evidence
from store.tables.operations import outbox
from store.unit_of_work import Store
from tests.services.conftest import FIRST_WEEK, NOW, WEEKS, JudgedBank
from tests.system.digest import digest

LAST_WEEK = FIRST_WEEK + WEEKS - 1
MakeBank = Callable[[int], JudgedBank]
on_postgres = pytest.mark.parametrize(
    "store", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def of_judging(store: Store) -> dict[str, tuple[int, str]]:
    names = ("alert", "alert_evidence", "alert_revision", "outbox")
    return {name: rows for name, rows in digest(store).items() if name in names}


def open_alert(store: Store) -> tuple[str, str, int]:
    """(alert_id, client_id, revision) of an open alert that gains evidence to the end."""
    waiting = sa.select(alert.c.alert_id, alert.c.client_id, alert.c.revision).where(alert.c.state == "open")
    with store.read() as tx:
        row = tx.execute(waiting.where(alert.c.last_week == LAST_WEEK).order_by(alert.c.alert_id)).first()
    assert row is not None
    return tuple(row)


def standing_evidence(store: Store) -> dict[tuple[str, str, int], object]:
    """Comparisons by client, direction and week, of the verdicts that were not withdrawn."""
    found = sa.select(alert.c.client_id, alert.c.direction, alert_evidence.c.week, alert_evidence.c.verdict)
    standing = found.join_from(alert_evidence, alert).where(alert_evidence.c.grade > 0)
    with store.read() as tx:
        return {tuple(row[:3]): row.verdict["comparisons"] for row in tx.execute(standing)}


def test_every_week_is_judged_once_in_order(make_bank: MakeBank) -> None:
    bank = make_bank(2)
    judge = bank.judge()
    judged = bank.judge_all(judge)
    assert sorted(judged) == [(s, w, 1) for s in range(2) for w in range(FIRST_WEEK, FIRST_WEEK + WEEKS)]
    assert [week for _, week, _ in judged] == sorted(week for _, week, _ in judged)
    assert judge.judge_next() is None
    with bank.store.read() as tx:
        states = dict(tx.execute(sa.select(alert.c.state, sa.func.count()).group_by(alert.c.state)).all())
    assert states["open"] > 0
    assert states["closed"] > 0  # it has seen both ends of an episode


def test_a_restart_at_any_week_gives_the_same_alerts(make_bank: MakeBank) -> None:
    bank = make_bank(1)
    bank.judge_all(bank.judge())
    undisturbed = of_judging(bank.store)
    assert undisturbed["alert"][0] > 0
    bank.forget_verdicts()
    while bank.judge().judge_next() is not None:  # a new process for every week
        pass
    assert of_judging(bank.store) == undisturbed


def test_an_amended_week_and_those_after_it_are_judged_again(make_bank: MakeBank) -> None:
    """Afterwards the evidence is that of a feed that was never late."""
    bank = make_bank(1)
    late = (0, "C07", LAST_WEEK - 5, 90_000_000)
    judge = bank.judge()
    bank.judge_all(judge)
    before = standing_evidence(bank.store)
    bank.amend(*late)
    assert bank.judge_all(judge) == [(0, week, 2) for week in range(LAST_WEEK - 5, LAST_WEEK + 1)]
    amended = standing_evidence(bank.store)
    bank.fill()
    bank.amend(*late)
    bank.judge_all(bank.judge())
    assert standing_evidence(bank.store) == amended != before


def test_a_judge_that_kept_its_state_and_a_new_one_agree_about_an_amended_week(make_bank: MakeBank) -> None:
    bank = make_bank(1)
    found = []
    for start_anew in (False, True):
        bank.fill()
        judge = bank.judge()
        bank.judge_all(judge)
        bank.amend(0, "C07", LAST_WEEK - 5, 90_000_000)
        assert len(bank.judge_all(bank.judge() if start_anew else judge)) == 6
        found.append(of_judging(bank.store))
    assert found[0] == found[1]


def test_rows_and_messages_of_a_week_come_together_or_not_at_all(make_bank: MakeBank) -> None:
    bank = make_bank(1)

    def dying() -> datetime:
        raise RuntimeError("killed in mid-transaction")

    failing = bank.judge(clock=dying)
    judged = 0
    with pytest.raises(RuntimeError, match="killed"):
        while failing.judge_next() is not None:
            judged += 1
    assert of_judging(bank.store)["alert"][0] == 0
    assert bank.judge_all(bank.judge())[0] == (0, FIRST_WEEK + judged, 1)


def test_the_judge_goes_on_after_a_failed_transaction(make_bank: MakeBank) -> None:
    """The state was spent by the step that failed: it must not be used again."""
    bank = make_bank(1)
    bank.judge_all(bank.judge())
    undisturbed = of_judging(bank.store)
    bank.forget_verdicts()
    answers = iter([RuntimeError("away"), NOW] * 1000)

    def clock() -> datetime:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    judge = bank.judge(clock)
    failures = 0
    while True:
        try:
            if judge.judge_next() is None:
                break
        except RuntimeError:
            failures += 1
    assert failures == WEEKS
    assert of_judging(bank.store) == undisturbed


@on_postgres
def test_a_person_who_acts_between_reading_and_writing_is_not_overruled(make_bank: MakeBank) -> None:
    bank = make_bank(1)
    bank.judge_all(bank.judge())
    alert_id, client_id, revision = open_alert(bank.store)
    bank.amend(0, client_id, LAST_WEEK, 1)
    acted = []

    def clock() -> datetime:
        if not acted:
            acted.append(acknowledge(bank.store, alert_id))
        return NOW

    assert bank.judge_all(bank.judge(clock)) == [(0, LAST_WEEK, 2)]
    assert acted == [revision + 1]
    with bank.store.read() as tx:
        episode = alert_rows.get(tx, alert_id)
    assert (episode.state, episode.assignee, episode.touched) == ("acknowledged", "U1", True)
    assert episode.revision == revision + 2  # the person's, then the detector's


def acknowledge(store: Store, alert_id: str) -> int:
    """As the API does; the revision it made."""
    with store.write() as tx:
        after = actions.acknowledge(alert_rows.get(tx, alert_id, for_update=True), "U1")
        facts = alert_rows.load_client_facts(tx, [after.client_id])
        alert_rows.save_all(tx, [after], facts, "HKD", NOW)
    return after.revision


def judge_until_done(bank: JudgedBank, judge: Judge, total: int, found: list[tuple[int, int, int]]) -> None:
    while len(found) < total:
        judged = judge.judge_next()
        if judged is not None:
            found.append((judged.claim.shard, judged.claim.week, judged.claim.revision))


@on_postgres
def test_two_judges_at_once_share_the_weeks_and_judge_none_twice(make_bank: MakeBank) -> None:
    bank = make_bank(3)
    bank.judge_all(bank.judge())
    alone = of_judging(bank.store)
    bank.forget_verdicts()
    found: list[tuple[int, int, int]] = []
    judges = [
        threading.Thread(target=judge_until_done, args=(bank, bank.judge(), 3 * WEEKS, found)) for _ in range(2)
    ]
    for thread in judges:
        thread.start()
    for thread in judges:
        thread.join(60)
    assert sorted(found) == [(s, w, 1) for s in range(3) for w in range(FIRST_WEEK, FIRST_WEEK + WEEKS)]
    for shard in range(3):
        mine = [week for of, week, _ in found if of == shard]
        assert mine == sorted(mine)
    assert of_judging(bank.store) == alone


def test_the_figures_shown_are_of_what_was_written(make_bank: MakeBank) -> None:
    bank = make_bank(1)
    bank.judge_all(bank.judge())
    told = bank.metrics.registry.get_sample_value
    assert told("ebbwatch_weeks_judged_total") == told("ebbwatch_judge_seconds_count") == WEEKS
    counted = [sample for family in bank.metrics.registry.collect() for sample in family.samples]
    with bank.store.read() as tx:
        written = tx.scalar(sa.select(sa.func.count()).select_from(outbox))
    assert sum(s.value for s in counted if s.name == "ebbwatch_alerts_total") == written


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "No such file"), ("{", "policy: "), ("minor_digits", "minor_digits is 0, HKD has 2")],
)
def test_a_policy_that_cannot_be_used_names_the_setting(
    tmp_path: Path, policy: Policy, content: str | None, says: str
) -> None:
    file = tmp_path / "policy.json"
    if content is not None:
        other = dump_policy(msgspec.structs.replace(policy, minor_digits=0))
        file.write_bytes(other if content == "minor_digits" else content.encode())
    with pytest.raises(BadSetting, match=f"^EBBWATCH_POLICY_FILE: .*{says}"):
        policy_of(Settings(policy_file=file))


def test_a_policy_file_takes_the_place_of_the_shipped_one(tmp_path: Path, policy: Policy) -> None:
    file = tmp_path / "policy.json"
    file.write_bytes(dump_policy(policy))
    assert policy_of(Settings(policy_file=file)).version == policy.version
    assert policy_of(Settings()).name == "default"
