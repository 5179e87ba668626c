"""A week goes out whole: every event to its client's partition, then the count to each partition."""

from __future__ import annotations

from collections import Counter

import msgspec

from feeds.pacing import Pace
from feeds.publishing import Publisher, messages_of_week
from feeds.simulation import simulate
from schemas.events import TOPIC_ACTIVITY, Event, WeekClosed

AT_ONCE = Pace(None, lambda: 0.0, lambda _: None)


def test_each_partition_is_told_how_many_events_it_got(bank, first_week, sender):
    Publisher(sender, "test").publish_week(first_week, bank.bookings(first_week))
    got = Counter(home for event, home in sender.activity() if event["type"] == "transaction")
    assert sender.markers() == {("2023-W01", home): got[home] for home in range(3)}
    assert [event["type"] for event, _ in sender.activity()[-3:]] == ["week_closed"] * 3


def test_a_week_without_events_is_closed_with_zero_everywhere(bank, first_week, sender):
    Publisher(sender, "test").publish_week(first_week, bank.bookings(first_week).clear())
    assert sender.markers() == {("2023-W01", home): 0 for home in range(3)}


def test_events_of_a_client_stay_in_its_partition_under_its_key(bank, first_week, sender):
    Publisher(sender, "test").publish_week(first_week, bank.bookings(first_week))
    for topic, key, value, home in sender.sent:
        event = msgspec.json.decode(value, type=Event)
        if not isinstance(event, WeekClosed):
            assert key == event.client_id.encode()
            assert home == sender.partition_for(TOPIC_ACTIVITY, key)
        assert topic == TOPIC_ACTIVITY


def test_messages_made_again_are_the_same_to_the_byte(bank, first_week):
    first, second = (
        list(messages_of_week(first_week, bank.bookings(first_week), "test", 2, lambda key: key[-1] % 2))
        for _ in range(2)
    )
    assert first == second
    assert len({message.value for message in first}) == len(first)


def test_a_simulation_publishes_the_master_once_then_changes_and_weeks(bank, first_week, sender):
    heard = []
    weeks = range(first_week, first_week + 30)
    sent = simulate(bank, sender, weeks, AT_ONCE, lambda week, events: heard.append((week, events)))
    assert [week for week, _ in heard] == list(weeks)
    assert sum(events for _, events in heard) == sent == len(sender.transactions())
    changes = [record.client_id for week in weeks for record in bank.client_changes(week)]
    known = [record.client_id for record in bank.client_records()]
    assert [record["client_id"] for record in sender.clients()] == known + changes
    assert changes


def test_a_simulation_continues_where_an_earlier_one_was_stopped(bank, first_week, sender):
    whole, parts = type(sender)(), sender
    simulate(bank, whole, range(first_week, first_week + 6), AT_ONCE)
    simulate(bank, parts, range(first_week, first_week + 6), AT_ONCE, stopped=lambda: len(parts.markers()) >= 6)
    assert 0 < len(parts.sent) < len(whole.sent)
    simulate(bank, parts, range(first_week + 2, first_week + 6), AT_ONCE)
    assert parts.sent == whole.sent


def test_weeks_are_paced_and_lost_time_is_not_made_up_in_a_rush():
    now, naps = [100.0], []

    def sleep(seconds):
        naps.append(seconds)
        now[0] += seconds

    pace = Pace(0.5, lambda: now[0], sleep)
    pace.wait()
    pace.wait()
    now[0] += 7.0  # a slow week
    pace.wait()
    pace.wait()
    assert naps == [2.0, 2.0]
