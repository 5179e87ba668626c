"""Alert episodes in the database: what is saved is read back, with its revisions and messages, or nothing is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random
from threading import Barrier
from time import perf_counter

import msgspec
import pytest
import sqlalchemy as sa

from casework.alerts.actions import acknowledge, close, snooze
from casework.alerts.episodes import EpisodeRules
from casework.alerts.holdout import lot
from casework.alerts.judging import judge
from schemas.errors import NotFound, StaleRevision
from schemas.messages import AlertMessage
from schemas.verdicts import Baseline, Comparison, Direction, Grade, Series, Verdict
from schemas.weeks import Week
from store import outbox
from store.alerts import alert_rows
from store.tables.alerts import alert_opening, alert_revision
from store.tables.clients import client

W = 2900
AT = datetime(2025, 8, 4, 6, tzinfo=UTC)
RULES = EpisodeRules()


def verdict(week: int, client_id: str = "C1", direction=Direction.FALL, grade=Grade.PROMPT) -> Verdict:
    compared = Comparison(
        Series.CREDIT, Baseline.WEEK_VS_RECENT, 1, 8, 31_000_000, 50_000_001, -38.00000123999998, -30.0, grade
    )
    return Verdict(client_id, Week(week), direction, grade, (compared,), 120_000_000, "standard-1", 1)


def opened(week: int, client_id: str = "C1", direction=Direction.FALL, grade=Grade.PROMPT):
    return judge(None, None, verdict(week, client_id, direction, grade), Week(week), RULES)


@pytest.fixture
def bank(store):
    """A store with three clients, two of them in shard 0."""
    rows = [
        {"client_id": i, "name": f"Client {i}", "kind": "company", "branch_id": "B1", "tier": "A", "shard": shard}
        for i, shard in (("C1", 0), ("C2", 0), ("C3", 1))
    ]
    with store.write() as tx:
        tx.execute(sa.insert(client).values(placeholder=False), rows)
    return store


def save(bank, *episodes) -> None:
    with bank.write() as tx:
        facts = alert_rows.load_client_facts(tx, {e.client_id for e in episodes})
        alert_rows.save_all(tx, episodes, facts, "HKD", AT)


def get(bank, alert_id):
    with bank.read() as tx:
        return alert_rows.get(tx, alert_id)


def test_an_episode_is_read_back_as_it_was_saved(bank) -> None:
    first = opened(W)
    save(bank, first)
    assert get(bank, first.alert_id) == first
    asleep = snooze(acknowledge(first, "U17"), date(2025, 9, 1), "audit", date(2025, 8, 5))
    save(bank, acknowledge(first, "U17"))
    save(bank, asleep)
    assert get(bank, first.alert_id) == asleep
    second = judge(asleep, None, verdict(W + 1, grade=Grade.ALARM), Week(W + 1), RULES)
    save(bank, second)
    read = get(bank, first.alert_id)
    assert read == second
    assert read.unsaved_weeks == frozenset()
    closed = close(read, "true_diversion", "second bank")
    save(bank, closed)
    assert get(bank, first.alert_id) == closed


def test_how_an_alert_opened_is_kept_whatever_becomes_of_it(bank) -> None:
    first = opened(W)
    save(bank, first)
    save(bank, judge(first, None, verdict(W + 1, grade=Grade.ALARM), Week(W + 1), RULES))
    with bank.read() as tx:
        kept = tx.execute(sa.select(alert_opening)).mappings().all()
    assert [dict(row) for row in kept] == [
        {
            "alert_id": first.alert_id,
            "policy_version": "standard-1",
            "grade": 1,
            "value_at_risk_minor": 120_000_000,
            "lot": lot(first.alert_id),
        }
    ]


def test_every_revision_is_kept_and_goes_to_the_outbox_as_the_same_bytes(bank) -> None:
    first = opened(W)
    save(bank, first)
    save(bank, acknowledge(first, "U17"))
    with bank.read() as tx:
        kept = tx.execute(sa.select(alert_revision.c.message).order_by(alert_revision.c.revision)).scalars().all()
        sent = outbox.load_unsent(tx, 10)
    assert [(u.message.topic, u.message.key, u.message.value) for u in sent] == [
        ("ebbwatch.alerts", b"C1", message) for message in kept
    ]
    read = [msgspec.json.decode(message, type=AlertMessage) for message in kept]
    assert [(m.revision, m.state, m.branch_id) for m in read] == [(1, "open", "B1"), (2, "acknowledged", "B1")]


def test_replaced_and_withdrawn_evidence_overwrites_its_week(bank) -> None:
    first = opened(W, grade=Grade.ALARM)
    save(bank, first)
    lowered = judge(first, None, verdict(W), Week(W), RULES)
    save(bank, lowered)
    assert get(bank, first.alert_id).evidence[W].grade is Grade.PROMPT
    withdrawn = judge(get(bank, first.alert_id), None, None, Week(W), RULES)
    save(bank, withdrawn)
    assert get(bank, first.alert_id) == withdrawn


def test_a_stale_revision_keeps_nothing_of_its_batch(bank) -> None:
    first = opened(W)
    save(bank, first)
    save(bank, acknowledge(first, "U17"))
    with pytest.raises(StaleRevision) as stale:
        save(bank, opened(W, "C2"), acknowledge(first, "U18"))
    assert (stale.value.expected, stale.value.actual) == (1, 2)
    with bank.read() as tx:
        assert list(alert_rows.load_open(tx, 0, 0)) == [("C1", Direction.FALL)]
        assert outbox.queue_depth(tx)[0] == 2


def test_the_same_new_alert_twice_is_stale(bank) -> None:
    save(bank, opened(W))
    with pytest.raises(StaleRevision):
        save(bank, opened(W))


def test_two_open_episodes_of_a_client_and_direction_are_refused_by_the_database(bank) -> None:
    save(bank, opened(W))
    with pytest.raises(sa.exc.IntegrityError):
        save(bank, opened(W + 1))


def test_a_closing_and_the_episode_that_takes_its_place_are_kept_together(bank) -> None:
    first = opened(W)
    save(bank, first)
    save(bank, opened(W + 9), close(first, "data_fault", None))
    with bank.read() as tx:
        assert alert_rows.load_open(tx, 0, 0)["C1", Direction.FALL].opened_week == W + 9


def test_a_shard_has_the_open_episodes_of_its_own_clients(bank) -> None:
    fall, rise, closed = opened(W), opened(W, direction=Direction.RISE), opened(W, "C2")
    save(bank, fall, rise, closed, opened(W, "C3"))
    save(bank, close(closed, "false_alarm", None))
    with bank.read() as tx:
        assert alert_rows.load_open(tx, 0, 0) == {("C1", Direction.FALL): fall, ("C1", Direction.RISE): rise}
        assert list(alert_rows.load_open(tx, 1, 0)) == [("C3", Direction.FALL)]
        assert alert_rows.load_open(tx, 2, 0) == {}


@pytest.mark.parametrize(
    ("week", "found"), [(W - 1, None), (W, W), (W + 6, W), (W + 7, W + 7), (W + 20, W + 7), (W + 21, None)]
)
def test_last_closed_is_the_one_that_had_opened_by_that_week_and_still_matters(bank, week, found) -> None:
    for at in (W, W + 7):
        save(bank, opened(at))
        save(bank, close(opened(at), "true_decline", None))
    with bank.read() as tx:
        last = alert_rows.load_last_closed(tx, 0, week, RULES)
    assert [e.opened_week for e in last.values()] == ([] if found is None else [found])


def test_an_unknown_alert_is_not_found(bank) -> None:
    with bank.write() as tx:
        for for_update in (False, True):
            with pytest.raises(NotFound):
                alert_rows.get(tx, "no-such-alert", for_update=for_update)


def test_two_people_at_once_take_turns_and_the_second_sees_the_first(bank) -> None:
    first = opened(W)
    save(bank, first)
    entered = Barrier(2)

    def act(actor: str) -> str | None:
        entered.wait(10)
        with bank.write() as tx:
            seen = acknowledge(alert_rows.get(tx, first.alert_id, for_update=True), actor)
            if seen.revision > 1 and seen.assignee == actor:
                alert_rows.save(tx, seen, alert_rows.load_client_facts(tx, ["C1"])["C1"], "HKD", AT)
            return seen.assignee

    with ThreadPoolExecutor(2) as people:
        takers = set(people.map(act, ["U17", "U18"]))
    assert takers == {get(bank, first.alert_id).assignee}
    assert get(bank, first.alert_id).revision == 2


def test_two_alerts_of_one_client_are_saved_in_turns_so_that_their_messages_keep_the_order(bank) -> None:
    fall, rise = opened(W), opened(W, direction=Direction.RISE)
    save(bank, fall, rise)
    with ThreadPoolExecutor(1) as another:
        with bank.write() as tx:
            alert_rows.save(tx, acknowledge(fall, "U17"), alert_rows.load_client_facts(tx, ["C1"])["C1"], "HKD", AT)
            second = another.submit(save, bank, acknowledge(rise, "U18"))
            assert wait([second], timeout=0.3).not_done
        second.result(10)
    with bank.read() as tx:
        messages = [msgspec.json.decode(u.message.value, type=AlertMessage) for u in outbox.load_unsent(tx, 10)]
    assert [m.assignee for m in messages] == [None, None, "U17", "U18"]


def test_several_hundred_changes_are_kept_in_seconds_and_all_read_back(bank) -> None:
    ids = [f"M{number:05d}" for number in range(600)]
    rows = [{"client_id": i, "name": i, "kind": "company", "branch_id": "B1", "tier": "C", "shard": 3} for i in ids]
    with bank.write() as tx:
        tx.execute(sa.insert(client).values(placeholder=False), rows)
    started = perf_counter()
    episodes = [opened(W, i) for i in ids]
    save(bank, *episodes)
    save(bank, *(judge(e, None, verdict(W + 1, e.client_id), Week(W + 1), RULES) for e in episodes))
    with bank.read() as tx:
        read = alert_rows.load_open(tx, 3, 0)
    assert perf_counter() - started < 8
    assert [sorted(read[i, Direction.FALL].evidence) for i in ids] == [[W, W + 1]] * len(ids)


@pytest.mark.parametrize("seed", range(8))
def test_judging_with_the_evidence_that_is_loaded_is_judging_with_all_of_it(bank, seed) -> None:
    """Weeks at random, some judged again with late data: the episode from the database and the whole one agree."""
    draw = Random(seed)
    whole = opened(W)
    save(bank, whole)
    week = W
    for _ in range(40):
        again = draw.random() < 0.3
        for judged in range(week - draw.randrange(8) if again else week + 1, (week if again else week + 1) + 1):
            said = draw.choice([None, Grade.PROMPT, Grade.PROMPT, Grade.ALARM])
            told = None if said is None else verdict(judged, grade=said)
            with bank.read() as tx:
                parts = alert_rows.load_open(tx, 0, judged) | alert_rows.load_last_closed(tx, 0, judged, RULES)
            part = parts.get((whole.client_id, whole.direction))
            if part is None or judged < W:
                continue
            expected = _judged(whole, told, judged)
            found = _judged(part, told, judged)
            assert _standing(found) == _standing(expected)
            if found is not None and found.alert_id == whole.alert_id:
                save(bank, found)
                whole = expected
        week = week if again else week + 1


def _judged(episode, told, week):
    is_open = episode.state != "closed"
    return judge(episode if is_open else None, None if is_open else episode, told, Week(week), RULES)


def _standing(episode):
    """All of an episode but the evidence, which may be there in part."""
    return None if episode is None else replace(episode, evidence={}, settled=Grade.NONE)


def test_several_alerts_are_read_with_what_people_can_act_on(bank) -> None:
    first, other = opened(W), opened(W, "C2")
    save(bank, first, other, opened(W, "C3"))
    second = judge(first, None, verdict(W + 1, grade=Grade.ALARM), Week(W + 1), RULES)
    save(bank, second)
    with bank.write() as tx:
        found = alert_rows.get_all(tx, [first.alert_id, other.alert_id, "no-such-alert"], for_update=True)
        alert_rows.save(
            tx, acknowledge(found[first.alert_id], "U17"), alert_rows.load_client_facts(tx, ["C1"])["C1"], "HKD", AT
        )
    assert set(found) == {first.alert_id, other.alert_id}
    assert get(bank, first.alert_id) == acknowledge(second, "U17")


def test_the_open_alerts_of_a_client_are_named(bank) -> None:
    fall, rise = opened(W), opened(W, direction=Direction.RISE)
    save(bank, fall, rise, opened(W, "C2"))
    save(bank, close(rise, "false_alarm", None))
    with bank.read() as tx:
        assert alert_rows.load_open_ids(tx, "C1") == [fall.alert_id]
