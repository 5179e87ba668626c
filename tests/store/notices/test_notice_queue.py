"""Notices in the database: told once, waiting until they may be sent, and forgotten when they are old."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from casework.notices.notice_facts import NewAlarm, Trial, read_facts
from casework.notices.notice_making import Notice
from casework.notices.quiet_hours import QuietHours
from casework.notices.recipients import Preference
from schemas.errors import NotFound, StaleRevision
from schemas.messages import Summary
from store.notices import notice_preferences, notice_queue
from store.tables.sign_in import account

NOW = datetime(2026, 1, 13, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALARM = NewAlarm("a-1", "C1", "C1 Trading", Summary("It ebbs.", "下降。"))
STAFF = Preference(
    "staff-17",
    "branch_staff",
    "B1",
    "zh-Hans",
    "json://sink.bank.example",
    frozenset({"new_alarm", "escalation"}),
    QuietHours(time(22), time(7, 30)),
)


def about(key: str, user: str = "staff-17", not_before: datetime = NOW, kind="new_alarm") -> Notice:
    return Notice(user, kind, key, ALARM, not_before)


def write(store, *written: Notice, at: datetime = NOW) -> int:
    return store.transact(lambda tx: notice_queue.add_notices(tx, written, at))


def due(store, now: datetime = NOW) -> list[notice_queue.DueNotice]:
    with store.read() as tx:
        return notice_queue.load_due(tx, now, 100)


def mine(store, user: str = "staff-17") -> list[notice_queue.StoredNotice]:
    with store.read() as tx:
        return notice_queue.search_of_user(tx, user, before_id=None, limit=100)


@pytest.fixture
def desk(store):
    """A store with staff-17, who wants to hear of alarms and escalations."""
    with store.write() as tx:
        notice_preferences.save(tx, STAFF)
    return store


def test_a_preference_is_read_back_as_it_was_saved(desk) -> None:
    changed = replace(STAFF, language="en", quiet=None, kinds=frozenset(), revision=2)
    with desk.write() as tx:
        assert notice_preferences.get(tx, "staff-17") == STAFF
        notice_preferences.save(tx, changed)
        assert notice_preferences.find(tx, "staff-17", for_update=True) == changed
        assert notice_preferences.load_all(tx) == []  # wants to hear of nothing
        assert notice_preferences.find(tx, "staff-18") is None
        with pytest.raises(NotFound):
            notice_preferences.get(tx, "staff-18")


@pytest.mark.parametrize("revision", [1, 3])
def test_a_stale_preference_is_refused(desk, revision) -> None:
    with desk.write() as tx, pytest.raises(StaleRevision):
        notice_preferences.save(tx, replace(STAFF, revision=revision))


def test_a_preference_follows_its_persons_role(desk) -> None:
    for _ in range(2):
        with desk.write() as tx:
            notice_preferences.follow_role(tx, "staff-17", "approver", None)
            notice_preferences.follow_role(tx, "stranger", "approver", None)
    with desk.read() as tx:
        expected = replace(STAFF, role="approver", branch_id=None, revision=2)
        assert notice_preferences.get(tx, "staff-17") == expected
    assert "sink.bank" not in repr(expected)


def test_the_same_thing_is_told_once(desk) -> None:
    assert write(desk, about("a-1"), about("a-2")) == 2
    assert write(desk, about("a-2"), about("a-3"), about("a-1", kind="escalation")) == 2
    assert write(desk) == 0
    assert len(mine(desk)) == 4


def test_a_look_tells_what_was_not_told_yet(desk) -> None:
    write(desk, about("a-1"))
    wanted = [about("a-1"), about("a-1", user="staff-18"), about("a-1", kind="escalation"), about("a-2")]
    with desk.read() as tx:
        assert notice_queue.without_stored(tx, wanted) == wanted[1:]
        assert notice_queue.without_stored(tx, []) == []


def test_of_two_who_write_the_same_at_once_one_tells_it(desk) -> None:
    together = Barrier(4)

    def try_it(_: int) -> int:
        together.wait(10)
        return write(desk, *(about(f"a-{n}") for n in range(20)))

    with ThreadPoolExecutor(4) as writers:
        assert sum(writers.map(try_it, range(4))) == 20
    assert len(mine(desk)) == 20


def test_what_waits_is_due_when_its_time_has_come_the_longest_waiting_first(desk) -> None:
    write(desk, about("later", not_before=NOW + HOUR), about("now"), about("before", not_before=NOW - HOUR))
    assert [d.notice_id for d in due(desk)] == [3, 2]
    assert [d.notice_id for d in due(desk, NOW + HOUR)] == [3, 2, 1]
    first = due(desk)[0]
    assert (first.kind, read_facts(first.facts), first.reader, first.barred, first.tries) == (
        "new_alarm",
        ALARM,
        STAFF,
        None,
        0,
    )
    with desk.read() as tx:
        assert notice_queue.queue_depth(tx, NOW) == (2, NOW - HOUR)
        assert notice_queue.queue_depth(tx, NOW - 2 * HOUR) == (0, None)


def test_a_notice_ends_sent_or_given_up_and_stays_so(desk) -> None:
    write(desk, about("a-1"), about("a-2"), about("a-3"))
    with desk.write() as tx:
        notice_queue.try_again(tx, 1, NOW + HOUR)
        notice_queue.put_off(tx, 3, NOW + 2 * HOUR)
    assert [d.notice_id for d in due(desk)] == [2]
    with desk.write() as tx:
        notice_queue.mark_sent(tx, 1, NOW + HOUR)
        notice_queue.give_up(tx, 2, "refused")
        notice_queue.give_up(tx, 1, "too late")
        notice_queue.mark_sent(tx, 2, NOW)
    third, second, first = mine(desk)
    assert (first.sent_at, first.tries, first.failed) == (NOW + HOUR, 2, None)
    assert (second.sent_at, second.tries, second.failed) == (None, 0, "refused")
    assert (third.not_before, third.tries) == (NOW + 2 * HOUR, 0)
    assert [d.notice_id for d in due(desk, NOW + 3 * HOUR)] == [3]


@pytest.mark.parametrize("why", ["no longer wanted", "the account is disabled"])
def test_what_its_reader_is_not_to_hear_any_more_says_why(desk, why) -> None:
    write(desk, about("a-1"), Notice("staff-17", "test", "t-1", Trial(), NOW))
    with desk.write() as tx:
        if why == "no longer wanted":
            notice_preferences.save(tx, replace(STAFF, kinds=frozenset({"escalation"}), revision=2))
        else:
            row = {"user": "staff-17", "password_hash": "x", "role": "branch_staff", "made_at": NOW}
            tx.execute(sa.insert(account).values(row | {"disabled": True, "failures": 0}))
    alarm, trial = due(desk)
    assert alarm.barred == why
    assert trial.barred == (None if why == "no longer wanted" else why)


def test_a_person_reads_their_own_newest_first_page_by_page(desk) -> None:
    write(desk, *(about(f"a-{n}") for n in range(5)), about("a-9", user="staff-18"))
    with desk.read() as tx:
        page = notice_queue.search_of_user(tx, "staff-17", before_id=None, limit=2)
        rest = notice_queue.search_of_user(tx, "staff-17", before_id=page[-1].notice_id, limit=10)
    assert [n.notice_id for n in page + rest] == [5, 4, 3, 2, 1]
    assert page[0].facts == ALARM


def test_old_notices_are_forgotten_but_none_that_waits(desk) -> None:
    write(desk, about("a-1"), about("a-2"), about("a-3"))
    write(desk, about("a-4"), at=NOW + HOUR)
    with desk.write() as tx:
        for sent in (1, 4):
            notice_queue.mark_sent(tx, sent, NOW)
        notice_queue.give_up(tx, 2, "refused")
        assert notice_queue.forget_sent(tx, NOW + HOUR) == 2
    assert [n.notice_id for n in mine(desk)] == [4, 3]
