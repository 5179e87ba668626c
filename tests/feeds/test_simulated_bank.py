"""The bank follows from its seed, week by week, and its bookings add up."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.simulated_bank import SimulatedBank
from schemas.events import ClientRecord, Event
from schemas.weeks import WeekCalendar, parse_week

FIRST = parse_week("2023-W01")


def test_a_week_made_alone_equals_the_same_week_of_a_long_run(bank, first_week):
    debit, credit = bank.weekly(first_week, first_week + 120)
    again = SimulatedBank(7, 300, first_week=first_week)
    for offset in (0, 1, 57, 120):
        alone = again.weekly(first_week + offset, first_week + offset)
        np.testing.assert_array_equal(alone[0][:, 0], debit[:, offset])
        np.testing.assert_array_equal(alone[1][:, 0], credit[:, offset])


def test_bookings_of_a_restarted_bank_are_the_same_to_the_byte(bank, first_week):
    again = SimulatedBank(7, 300, first_week=first_week)
    assert again.bookings(first_week + 77).equals(bank.bookings(first_week + 77))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), clients=st.integers(1, 60), offset=st.integers(0, 300))
def test_bookings_add_up_to_the_weekly_totals(seed, clients, offset):
    bank = SimulatedBank(seed, clients, branches=3, first_week=FIRST)
    debit, credit = bank.weekly(FIRST + offset, FIRST + offset)
    sums = minor_sums(msgspec.to_builtins(list(bank.events(FIRST + offset))))
    for row, client_id in enumerate(bank.client_ids):
        assert sums.get((client_id, "debit"), 0) == debit[row, 0]
        assert sums.get((client_id, "credit"), 0) == credit[row, 0]


def test_payments_are_the_bookings_less_those_taken_back(bank, first_week):
    counted = bank.payments(first_week + 30, first_week + 33)
    for offset in range(4):
        bookings = bank.bookings(first_week + 30 + offset)
        signs = np.where(bookings["reversal"].to_numpy(), -1, 1)
        by_client = dict.fromkeys(bank.client_ids, 0)
        for client_id, sign in zip(bookings["client_id"], signs, strict=True):
            by_client[client_id] += int(sign)
        assert list(by_client.values()) == counted[:, offset].tolist()


def test_most_who_leave_book_less_often_than_they_would_have(first_week):
    leaving, staying = (SimulatedBank(7, 300, first_week=first_week, leaver_share=share) for share in (0.12, 0.0))
    gradual = [each for each in leaving.truth() if each.kind == "gradual" and each.end_week < first_week + 240]
    rows = [leaving.client_ids.index(each.client_id) for each in gradual]
    after = [slice(each.end_week - first_week - 6, each.end_week - first_week) for each in gradual]
    there, would = (bank.payments(first_week, first_week + 240) for bank in (leaving, staying))
    fell = [there[row, weeks].sum() < would[row, weeks].sum() for row, weeks in zip(rows, after, strict=True)]
    assert len(fell) > 5
    assert np.mean(fell) > 0.6


def minor_sums(transactions):
    sums = {}
    for event in transactions:
        key = (event["client_id"], event["direction"])
        minor = int(event["amount"].replace(".", ""))
        sums[key] = sums.get(key, 0) + (-minor if event["reversal"] else minor)
    return sums


def test_events_and_records_are_what_the_contract_asks_for(bank, first_week):
    events = list(bank.events(first_week + 20))
    for event in events:
        assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
    assert len({event.event_id for event in events}) == len(events)
    records = bank.client_records()
    assert all(msgspec.convert(msgspec.to_builtins(r), ClientRecord) == r for r in records)


def test_names_say_that_nobody_real_is_meant(bank):
    assert all(record.name.startswith(f"Client {record.client_id[1:]} ") for record in bank.client_records())
    assert {record.kind for record in bank.client_records()} == {"company", "association"}


@pytest.mark.parametrize("zone", ["Asia/Hong_Kong", "Europe/London", "America/New_York"])
def test_bookings_fall_into_their_week_of_the_banks_zone(zone, first_week):
    bank = SimulatedBank(3, 80, first_week=first_week, zone=ZoneInfo(zone))
    calendar = WeekCalendar(ZoneInfo(zone))
    for week in (first_week, first_week + 12, first_week + 43):  # both changes of the clocks among them
        assert {calendar.week_at(datetime.fromisoformat(e.booked_at)) for e in bank.events(week)} == {week}


def test_events_per_client_week_are_three_to_four(bank, first_week):
    weeks = range(first_week, first_week + 52)
    assert 3.0 < sum(bank.bookings(week).height for week in weeks) / 52 / 300 < 4.0


def test_a_currency_without_minor_digits_gives_whole_amounts(first_week):
    bank = SimulatedBank(1, 20, first_week=first_week, currency="JPY")
    assert all(event.amount.isdigit() for event in bank.events(first_week))


def test_a_reversal_takes_back_a_booking_of_the_same_week_made_before_it(first_week):
    bank = SimulatedBank(5, 2000, first_week=first_week)
    events = {event.event_id: event for event in bank.events(first_week)}
    reversals = [event for event in events.values() if event.reversal]
    assert 0 < len(reversals) < 0.01 * len(events)
    for event in reversals:
        mistake = events[event.event_id.removesuffix("r") + "m"]
        assert (mistake.amount, mistake.direction) == (event.amount, event.direction)
        assert mistake.booked_at < event.booked_at
