"""What is judged of weeks long past is kept and not told; what still stands at the first week that is news, is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import msgspec
import pytest
import sqlalchemy as sa

from acts.judging.rebuilding import rebuild_alert
from casework.alerts.buckets import AsOf
from schemas.errors import NotFound
from schemas.messages import AlertMessage
from schemas.weeks import Week, format_week
from services.detect import Judge
from store.alerts import alert_rows, alert_search
from store.alerts.alert_search import AlertFilter
from store.tables.alerts import alert, alert_explanation, alert_revision, alert_telling
from store.tables.clients import client
from store.tables.ledger import shard_week
from store.tables.operations import outbox
from tests.services.conftest import FIRST_WEEK, NOW, RULES, WEEKS, JudgedBank
from tests.system.digest import digest

MakeBank = Callable[[int], JudgedBank]
NEWS = Week(FIRST_WEEK + 25)  # the first week that is news
LAST_WEEK = FIRST_WEEK + WEEKS - 1
FROM_NEWS = {"alerts_from": format_week(NEWS)}
NEVER = {"alerts_from": "2099-W01"}
AS_OF = AsOf(NOW.date(), RULES)


def judge_until(bank: JudgedBank, judge: Judge, week: int) -> None:
    """All weeks before one, as if the later ones had not come yet."""
    later = shard_week.c.week >= week
    with bank.store.write() as tx:
        tx.execute(sa.update(shard_week).where(later).values(state="open"))
    bank.judge_all(judge)
    with bank.store.write() as tx:
        tx.execute(sa.update(shard_week).where(later).values(state="closed"))


def messages(bank: JudgedBank) -> list[AlertMessage]:
    with bank.store.read() as tx:
        values = tx.scalars(sa.select(outbox.c.value).order_by(outbox.c.outbox_id)).all()
    return [msgspec.json.decode(value, type=AlertMessage) for value in values]


def listed(bank: JudgedBank) -> dict[str, AlertMessage]:
    with bank.store.read() as tx:
        rows = alert_search.search(tx, AlertFilter(AS_OF), only_branch=None, after=None, limit=999)
    return {row.message.alert_id: row.message for row in rows}


def rows(bank: JudgedBank, table: sa.Table) -> list[dict[str, object]]:
    with bank.store.read() as tx:
        return [dict(row) for row in tx.execute(sa.select(table)).mappings()]


def standing_at(bank: JudgedBank) -> dict[str, dict[str, object]]:
    """Alerts that were neither closed nor recovered before the first week that is news, where all was told."""
    judge = bank.judge()
    judge_until(bank, judge, NEWS)
    found = {str(row["alert_id"]): row for row in rows(bank, alert)}
    bank.judge_all(judge)
    return found


@pytest.fixture
def bank(make_bank: MakeBank) -> JudgedBank:
    return make_bank(2)


def test_history_makes_figures_and_explanations_and_no_news(bank: JudgedBank) -> None:
    bank.judge_all(bank.judge())
    told = {name: len(rows(bank, table)) for name, table in (("alert", alert), ("why", alert_explanation))}
    bank.forget_verdicts()
    bank.judge_all(bank.judge(**NEVER))
    assert {"alert": len(rows(bank, alert)), "why": len(rows(bank, alert_explanation))} == told
    assert messages(bank) == rows(bank, alert_revision) == rows(bank, alert_telling) == []
    assert listed(bank) == {}
    with bank.store.read() as tx:
        assert alert_search.counts(tx, AlertFilter(AS_OF), only_branch=None) == []
        one = tx.scalar(sa.select(alert.c.alert_id).limit(1))
        assert alert_rows.get_all(tx, [one]) == {}
        with pytest.raises(NotFound):
            alert_search.get(tx, one, AS_OF, only_branch=None)
        with pytest.raises(NotFound):
            alert_search.get_client_id(tx, one, only_branch=None)


def test_what_still_stands_is_told_in_one_message_as_it_began(bank: JudgedBank) -> None:
    before = standing_at(bank)
    everything = {str(row["alert_id"]): row for row in rows(bank, alert)}
    bank.forget_verdicts()
    judge = bank.judge(**FROM_NEWS)
    judge_until(bank, judge, NEWS)
    assert messages(bank) == []
    judge_until(bank, judge, NEWS + 1)
    first = messages(bank)
    late = rows(bank, alert_telling)
    assert len({each.alert_id for each in first}) == len(first) > 0
    assert {str(row["alert_id"]) for row in late} == {m.alert_id for m in first if m.alert_id in before} != set()
    assert {row["week"] for row in late} == {NEWS}
    assert {m.opened_week for m in first} > {format_week(NEWS)}  # some are older
    stored = {str(row["alert_id"]): row for row in rows(bank, alert)}
    for each in first:
        assert (each.revision, each.state) == (stored[each.alert_id]["revision"], "open")
        assert stored[each.alert_id]["told"]
    for row in stored.values():
        assert row["told"] == (row["alert_id"] in {m.alert_id for m in first})
        assert row["told"] or row["state"] == "closed" or row["recovered_week"] is not None

    bank.judge_all(judge)
    again = {str(row["alert_id"]): row for row in rows(bank, alert)}
    same = ("state", "grade", "opened_week", "last_week", "quiet_weeks", "value_at_risk_minor", "recovered_week")
    assert set(again) == set(everything)
    for alert_id, row in again.items():
        assert [row[name] for name in same] == [everything[alert_id][name] for name in same]
    assert set(listed(bank)) == {alert_id for alert_id, row in again.items() if row["told"]}
    numbers = [(m.alert_id, m.revision) for m in messages(bank)]
    assert len(set(numbers)) == len(numbers)


def test_by_itself_history_ends_a_quarter_before_the_clock(bank: JudgedBank) -> None:
    this_week = bank.judge()._parts.calendar.week_at(NOW)
    bank.judge_all(bank.judge(alerts_from="auto"))
    by_week = {row["week"]: row["history"] for row in rows(bank, shard_week)}
    assert by_week == {week: this_week - week > 13 for week in range(FIRST_WEEK, FIRST_WEEK + WEEKS)}
    assert {True, False} == set(by_week.values())


def test_whether_a_week_is_history_was_decided_when_it_was_first_judged(bank: JudgedBank) -> None:
    bank.judge_all(bank.judge(**NEVER))
    bank.amend(0, "C07", LAST_WEEK - 5, 90_000_000)
    assert len(bank.judge_all(bank.judge())) == 6
    assert messages(bank) == []
    assert {row["history"] for row in rows(bank, shard_week)} == {True}


def test_a_correction_of_history_tells_what_was_told_before_and_nothing_else(bank: JudgedBank) -> None:
    bank.judge_all(bank.judge(**FROM_NEWS))
    told, before = set(listed(bank)), len(messages(bank))
    bank.amend(0, "C07", NEWS - 3, 90_000_000)
    bank.amend(0, "C03", NEWS - 3, 1, offset=2)
    judge = bank.judge()
    judge_until(bank, judge, NEWS)
    assert {m.alert_id for m in messages(bank)[before:]} <= told
    bank.judge_all(judge)
    for each in rows(bank, alert):
        standing = each["state"] != "closed" and each["recovered_week"] is None
        assert each["told"] or not standing


def test_a_restart_at_any_week_and_a_kill_in_one_tell_the_same(bank: JudgedBank) -> None:
    names = ("alert", "alert_evidence", "alert_revision", "alert_telling", "outbox", "shard_week")

    def found() -> dict[str, tuple[int, str]]:
        return {name: each for name, each in digest(bank.store).items() if name in names}

    bank.judge_all(bank.judge(**FROM_NEWS))
    undisturbed = found()
    bank.forget_verdicts()

    def commits(judge: Judge) -> Iterator[None]:
        while bank.judge(**FROM_NEWS).judge_next() is not None:
            yield
            with bank.store.engine.connect() as tx:  # killed before its commit
                judge._judge._judge(tx)  # type: ignore[arg-type] # a connection that is never committed
                tx.rollback()

    for _ in commits(bank.judge(**FROM_NEWS)):
        pass
    assert found() == undisturbed


def test_who_is_gone_is_not_told(bank: JudgedBank) -> None:
    bank.judge_all(bank.judge(**FROM_NEWS))
    late = {row["alert_id"] for row in rows(bank, alert_telling)}
    theirs = {str(row["client_id"]) for row in rows(bank, alert) if row["alert_id"] in late}
    one, *_ = sorted(theirs)
    bank.forget_verdicts()
    judge = bank.judge(**FROM_NEWS)
    judge_until(bank, judge, NEWS)
    with bank.store.write() as tx:
        tx.execute(sa.update(client).where(client.c.client_id == one).values(closed_on=date(2026, 1, 4)))
    judge_until(bank, judge, NEWS + 1)
    assert {m.client_id for m in messages(bank) if m.alert_id in late} == theirs - {one}


def test_who_has_been_silent_for_half_a_year_is_not_told(bank: JudgedBank) -> None:
    """The last client of each shard falls silent in the middle."""
    silent = {f"C{number}7" for number in range(2)}
    judge = bank.judge(**FROM_NEWS)
    judge_until(bank, judge, NEWS + 1)
    there = {m.client_id for m in messages(bank)}
    bank.forget_verdicts()
    rules = replace(RULES, silent_weeks_to_be_gone=NEWS - FIRST_WEEK - WEEKS // 2)
    parts = bank.judge(**FROM_NEWS)._parts
    judge_until(bank, Judge(parts, bank.policy, rules), NEWS + 1)
    assert {m.client_id for m in messages(bank)} == there - silent != there


def test_what_is_told_late_waits_for_room_like_any_other(bank: JudgedBank) -> None:
    bank.judge_all(bank.judge(**FROM_NEWS, branch_weekly_alerts=2))
    for row in rows(bank, alert):
        assert row["deferred"] == row["told"]


def test_history_comes_out_again_when_it_is_rebuilt(bank: JudgedBank) -> None:
    bank.judge_all(bank.judge(**NEVER))
    with bank.store.read() as tx:
        for alert_id in tx.scalars(sa.select(alert.c.alert_id)).all():
            assert all(week.identical for week in rebuild_alert(tx, alert_rows.get(tx, alert_id), bank.policy))
