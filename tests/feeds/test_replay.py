"""A file is replayed week by week, each closed with its exact count."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import msgspec

from feeds.columns import ColumnMapping, parse_speed
from feeds.pacing import Pace
from feeds.payments_file import open_payments
from feeds.replay import Progress, Report, replay
from schemas.events import Event

LONDON = ZoneInfo("Europe/London")
AT_ONCE = Pace(None, lambda: 0.0, lambda _: None)


def test_equal_rows_are_two_payments_with_ids_of_their_own(sender, opened, good):
    report = replay(opened(good), sender, AT_ONCE)
    assert report == Report(rows=4, events=4, weeks=4, clients=2, rejected=0)
    ids = [event["event_id"] for event in sender.transactions()]
    assert len(set(ids)) == 4
    assert [each[-2:] for each in ids] == ["-0", "-1", "-0", "-0"]


def ids_of(sender, payments):
    sent = type(sender)()
    replay(payments, sent, AT_ONCE)
    markers = [json.loads(value)["event_id"] for _, _, value, _ in sent.sent if b"week_closed" in value]
    return [event["event_id"] for event in sent.transactions()], markers


def test_the_same_payments_have_the_same_ids_under_any_name_and_in_any_order(sender, opened, write, good):
    here, _ = ids_of(sender, opened(good))
    renamed, _ = ids_of(sender, open_payments(write(good, "other.csv"), ColumnMapping(), LONDON))
    head, *lines = good.splitlines()
    turned, _ = ids_of(sender, opened("\n".join([head, *reversed(lines)])))
    assert here == renamed
    assert sorted(here) == sorted(turned)


def test_other_payments_under_the_same_name_are_new_and_so_are_their_markers(sender, opened, good):
    first, first_markers = ids_of(sender, opened(good))
    second, second_markers = ids_of(sender, opened(good.replace("-01-", "-02-")))
    assert not set(first) & set(second)
    assert not set(first_markers) & set(second_markers)


def test_weeks_without_rows_are_closed_with_zero(sender, opened, good):
    replay(opened(good), sender, AT_ONCE)
    totals = {}
    for (week, _), count in sender.markers().items():
        totals[week] = totals.get(week, 0) + count
    assert totals == {"2026-W02": 3, "2026-W03": 0, "2026-W04": 0, "2026-W05": 1}
    assert len(sender.markers()) == 4 * 3


def test_every_message_is_an_event_of_the_contract(sender, opened, good):
    replay(opened(good), sender, AT_ONCE)
    decoded = [msgspec.json.decode(value, type=Event) for _, _, value, _ in sender.sent]
    assert len(decoded) == 4 + 12


def test_a_file_in_any_order_gives_the_same_weeks(sender, opened, write, good):
    head, *lines = good.splitlines()
    shuffled = "\n".join([head, *reversed(lines)])
    in_order, reversed_order = (replay(opened(t), type(sender)(), AT_ONCE) for t in (good, shuffled))
    assert in_order == reversed_order
    weeks = [week for week, _ in open_payments(write(shuffled), ColumnMapping(), LONDON).weeks()]
    assert weeks == sorted(weeks)


def test_what_the_file_says_of_clients_goes_first(sender, opened):
    text = (
        "client_id,date,direction,amount,currency,branch_id,name,tier\n"
        "C1,2026-01-05,credit,1,GBP,B1,Client One,A\nC1,2026-01-06,credit,1,GBP,B2,,A\n"
        "C2,2026-01-06,credit,1,GBP,B1,,\n"
    )
    replay(opened(text), sender, AT_ONCE)
    kept = [(r["client_id"], r["name"], r["branch_id"], r["tier"]) for r in sender.clients()]
    assert kept == [("C1", "Client One", "B2", "A"), ("C2", "C2", "B1", "C")]
    assert [topic for topic, *_ in sender.sent][:2] == ["corebank.clients"] * 2


def test_a_file_that_says_nothing_of_clients_leaves_the_master_alone(sender, opened, good):
    replay(opened(good), sender, AT_ONCE)
    assert sender.clients() == []


def test_progress_is_told_after_every_week(sender, opened, good):
    heard: list[Progress] = []
    replay(opened(good), sender, AT_ONCE, heard.append)
    assert [(p.weeks, p.events) for p in heard] == [(1, 3), (2, 3), (3, 3), (4, 4)]


def test_weeks_come_at_the_speed_asked_for(sender, opened, good):
    naps: list[float] = []
    replay(opened(good), sender, Pace(parse_speed("4"), lambda: 0.0, naps.append))
    assert naps == [0.25, 0.5, 0.75]
