"""From the database to people: at least once, in their language, not at night, whatever is down."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from casework.notices.address import DEFAULT_SCHEMES
from casework.notices.notice_facts import NewAlarm, Trial
from casework.notices.notice_making import Notice
from casework.notices.quiet_hours import QuietHours
from casework.notices.recipients import CHOICES, Preference
from casework.notices.text import NoticeText
from publish.notices.apprise_channel import AppriseChannel
from publish.notices.notifier import GIVE_UP_AFTER, LEASE, LEASE_TTL, RENEW_BEFORE_END, TRIES_AT_LEAST, Notifier
from schemas.messages import Summary
from store.notices import notice_preferences, notice_queue
from store.operations.turns import Turn
from store.tables.notices import notice
from tests.publish.notices.sink import SECRET, Sink, open_sink

EBBS = Summary("It ebbs.", "下降。")
NIGHT = QuietHours(time(22), time(7, 30))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LOCAL = ZoneInfo("Asia/Hong_Kong")


@pytest.fixture
def sink() -> Iterator[Sink]:
    with open_sink() as opened:
        yield opened


@pytest.fixture
def make_notifier(store, metrics, clock) -> Callable[..., Notifier]:
    """Senders on one store, with the real channel: `make_notifier(owner)`."""

    def make(owner: str = "notify-1", channel: object = None) -> Notifier:
        turn = Turn(store, LEASE, owner, clock, ttl=LEASE_TTL, renew_before_end=RENEW_BEFORE_END)
        taken = channel or AppriseChannel(DEFAULT_SCHEMES, timeout_s=1)
        return Notifier(
            store, taken, metrics, clock, turn, zone=LOCAL, currency="HKD", desk_url="https://desk.bank.example"
        )

    return make


@pytest.fixture
def people(store, sink) -> Preference:
    """staff-17 reads English, staff-18 Chinese; both have the sink as their address."""
    first = Preference("staff-17", "branch_staff", "B1", "en", sink.address())
    with store.write() as tx:
        notice_preferences.save(tx, first)
        notice_preferences.save(tx, replace(first, user="staff-18", language="zh-Hans"))
    return first


@pytest.fixture
def tell(store, clock) -> Callable[..., None]:
    """Write notices of new alarms, one a client named: `tell("staff-17", "C1", "C2")`."""

    def write(user: str, *clients: str, kind: str = "new_alarm", not_before: datetime | None = None) -> None:
        facts = [Trial() if kind == "test" else NewAlarm(f"a-{c}", c, f"{c} Trading", EBBS) for c in clients]
        rows = [Notice(user, kind, c, f, not_before or clock()) for c, f in zip(clients, facts, strict=True)]
        store.transact(lambda tx: notice_queue.add_notices(tx, rows, clock()))

    return write


def of(store, user: str = "staff-17") -> list[notice_queue.StoredNotice]:
    with store.read() as tx:
        return notice_queue.search_of_user(tx, user, before_id=None, limit=100)[::-1]


def counted(metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(f"ebbwatch_{name}", labels) or 0.0


def test_each_reads_it_once_in_their_language_with_a_link(
    store, sink, people, tell, make_notifier, metrics
) -> None:
    tell("staff-17", "C1")
    tell("staff-18", "C1")
    notifier = make_notifier()
    assert notifier.run_once() == 2
    assert notifier.run_once() == 0
    assert sink.titles == ["New alarm: C1 Trading", "新警报：C1 Trading"]
    link = "https://desk.bank.example/desk/clients/C1"
    assert sink.got[0]["message"] == f"C1 Trading (C1): It ebbs.\n{link}"
    assert (of(store)[0].tries, of(store)[0].failed) == (1, None)
    assert counted(metrics, "notices_sent_total", kind="new_alarm", scheme="json") == 2


def test_who_has_no_preference_waits_for_one_and_holds_nobody_up(sink, people, tell, make_notifier) -> None:
    tell("staff-19", "C1")
    tell("staff-17", "C1")
    assert make_notifier().run_once() == 1


def test_quiet_hours_that_began_after_it_was_written_are_kept(
    store, sink, people, tell, make_notifier, clock
) -> None:
    tell("staff-17", "C1")
    with store.write() as tx:
        notice_preferences.save(tx, replace(people, quiet=NIGHT, revision=2))
    clock.now = datetime(2026, 1, 5, 23, tzinfo=LOCAL).astimezone(UTC)
    notifier = make_notifier()
    assert notifier.run_once() == 0
    assert of(store)[0].not_before == datetime(2026, 1, 6, 7, 30, tzinfo=LOCAL)
    clock.now = of(store)[0].not_before - timedelta(seconds=1)
    assert notifier.run_once() == 0
    clock.move(timedelta(seconds=1))
    assert notifier.run_once() == 1
    assert of(store)[0].tries == 1


def test_a_trial_goes_out_at_night_and_is_not_repeated(store, sink, people, tell, make_notifier, clock) -> None:
    with store.write() as tx:
        notice_preferences.save(tx, replace(people, quiet=NIGHT, kinds=frozenset(), revision=2))
    clock.now = datetime(2026, 1, 5, 23, tzinfo=LOCAL).astimezone(UTC)
    tell("staff-17", "t-1", kind="test")
    assert make_notifier().run_once() == 1
    sink.status = 500
    tell("staff-17", "t-2", kind="test")
    assert make_notifier().run_once() == 0
    assert of(store)[1].failed == "the other end answered 500"


def test_a_failed_send_is_tried_again_later_and_later(store, sink, people, tell, make_notifier, clock) -> None:
    sink.status = 503
    tell("staff-17", "C1")
    notifier, pauses = make_notifier(), []
    for _ in range(9):
        assert notifier.run_once() == 0
        pauses.append((of(store)[0].not_before - clock()) / MINUTE)
        clock.now = of(store)[0].not_before
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    sink.status = 200
    assert notifier.run_once() == 1
    assert (of(store)[0].tries, of(store)[0].failed) == (10, None)


def test_after_a_day_it_is_given_up_with_a_reason_that_holds_no_secret(
    store, sink, people, tell, make_notifier, clock, metrics
) -> None:
    sink.status = 403
    tell("staff-17", "C1", "C2", "C3")
    notifier, began = make_notifier(), clock()
    while any(n.failed is None for n in of(store)):
        assert notifier.run_once() == 0
        clock.move(10 * MINUTE)
    assert clock() - began <= GIVE_UP_AFTER + 3 * timedelta(hours=1)
    assert {n.failed for n in of(store)} == {"the other end answered 403"}
    assert counted(metrics, "notices_given_up_total", scheme="json") == 3
    assert SECRET not in str(of(store))
    assert notifier.run_once() == 0


def test_a_sender_that_was_down_for_days_still_tries_several_times(
    store, sink, people, tell, make_notifier, clock
) -> None:
    sink.status = 403
    tell("staff-17", "C1")
    clock.move(3 * DAY)
    notifier = make_notifier()
    for _ in range(TRIES_AT_LEAST):
        assert of(store)[0].failed is None
        notifier.run_once()
        clock.now = max(clock.now, of(store)[0].not_before)
    assert of(store)[0].failed is not None


def test_a_channel_that_is_down_is_tried_once_a_round_and_others_go_on(
    store, sink, people, tell, make_notifier
) -> None:
    with store.write() as tx:
        down = sink.address().replace(f":{sink.port}", ":1")
        notice_preferences.save(tx, replace(people, address=down, revision=2))
    tell("staff-17", "C1", "C2", "C3")
    tell("staff-18", "C1")
    assert make_notifier().run_once() == 1
    assert [n.tries for n in of(store)] == [1, 0, 0]
    assert len({n.not_before for n in of(store)}) == 1
    assert sink.titles == ["新警报：C1 Trading"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kinds": CHOICES - {"new_alarm"}}, "no longer wanted"),
        ({"address": f"dbus://{SECRET}"}, "an address begins with one of: "),
        ({"address": f"wecombot://{SECRET}!!"}, "Apprise cannot use this wecombot:// address"),
    ],
)
def test_what_can_never_be_sent_is_given_up_at_once(
    store, sink, people, tell, make_notifier, change, reason
) -> None:
    tell("staff-17", "C1")
    with store.write() as tx:
        notice_preferences.save(tx, replace(people, revision=2, **change))
    assert make_notifier().run_once() == 0
    assert of(store)[0].failed.startswith(reason)
    assert SECRET not in of(store)[0].failed


def test_a_second_sender_stands_by_until_the_lease_runs_out(people, tell, make_notifier, clock) -> None:
    first, second = make_notifier("notify-1"), make_notifier("notify-2")
    assert first.run_once() == 0
    tell("staff-17", "C1")
    assert second.run_once() == 0
    clock.move(LEASE_TTL)
    assert second.run_once() == 1
    assert first.run_once() == 0


class Dying:
    """Sends, and then the process ends: as after SIGKILL."""

    def __init__(self, channel: AppriseChannel, after: int, killed: type[BaseException]) -> None:
        self._channel, self._left, self._killed = channel, after, killed

    def send(self, address: str, text: NoticeText) -> None:
        self._channel.send(address, text)
        self._left -= 1
        if not self._left:
            raise self._killed


@pytest.mark.parametrize("after", [1, 2, 3])
def test_killed_between_sending_and_marking_it_tells_one_thing_twice_and_the_rest_once(
    store, sink, people, tell, make_notifier, clock, killed, after
) -> None:
    tell("staff-17", "C1", "C2", "C3")
    dying = Dying(AppriseChannel(DEFAULT_SCHEMES), after, killed)
    with pytest.raises(killed):
        make_notifier("notify-1", dying).run_once()
    clock.move(LEASE_TTL)
    make_notifier("notify-2").run_once()
    again = f"New alarm: C{after} Trading"
    assert sorted(sink.titles) == sorted([*(f"New alarm: C{n} Trading" for n in (1, 2, 3)), again])
    assert all(n.sent_at for n in of(store))


def test_what_waits_is_measured(people, tell, make_notifier, clock, metrics) -> None:
    tell("staff-17", "C1", not_before=clock() + DAY)
    notifier = make_notifier()
    notifier.run_once()
    assert counted(metrics, "notices_waiting") == 0
    clock.move(DAY + MINUTE)
    notifier.run_once()
    assert (counted(metrics, "notices_waiting"), counted(metrics, "notices_oldest_age_seconds")) == (1, 60)


def test_a_round_that_fails_is_counted_and_the_next_one_comes(store, people, tell, make_notifier, metrics) -> None:
    stop, rounds = threading.Event(), []

    class Shaky:
        def send(self, _address: str, _text: NoticeText) -> None:
            rounds.append(1)
            if len(rounds) == 1:
                raise ZeroDivisionError
            stop.set()

    tell("staff-17", "C1", "C2")
    notifier = make_notifier("notify-1", Shaky())
    notifier.run(stop)
    assert counted(metrics, "notice_failures_total", scheme="none") == 1
    assert all(n.sent_at for n in of(store))
    tell("staff-17", "C3")
    assert make_notifier("notify-2").run_once() == 1  # the lease was given back


def test_facts_of_another_version_hold_up_no_other_notice(store, sink, people, tell, make_notifier) -> None:
    tell("staff-17", "C1", "C2")
    with store.write() as tx:
        unknown = sa.update(notice).where(notice.c.subject_key == "C1")
        tx.execute(unknown.values(facts={"type": "FromTheFuture"}))
    assert make_notifier().run_once() == 1
    with store.read() as tx:
        assert (
            tx.scalar(sa.select(notice.c.failed).where(notice.c.subject_key == "C1"))
            == "its text could not be made"
        )
