"""A file is replayed to the penny, and what cannot be sent is named by its row."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import polars as pl
import pytest

from feeds import payments_file
from feeds.columns import BadFile, ColumnMapping, parse_speed
from feeds.pacing import Pace
from feeds.payments_file import open_payments
from feeds.replay import Progress, Report, read, replay
from schemas.events import Event

LONDON = ZoneInfo("Europe/London")
AT_ONCE = Pace(None, lambda: 0.0, lambda _: None)
GOOD = """client_id,date,direction,amount,currency
C1,2026-01-05,credit,10.00,GBP
C1,2026-01-05,credit,10.00,GBP
C2,2026-01-26,debit,7.5,GBP
C1,2026-01-06,credit,-3.25,GBP
"""


def write(tmp_path, text, name="payments.csv"):
    path = tmp_path / name
    path.write_text(text)
    return path


def opened(tmp_path, text, **mapping):
    return open_payments(write(tmp_path, text), ColumnMapping(**mapping), LONDON)


def test_equal_rows_are_two_payments_with_ids_of_their_own(tmp_path, sender):
    report = replay(opened(tmp_path, GOOD), sender, AT_ONCE)
    assert report == Report(rows=4, events=4, weeks=4, clients=2, rejected=0)
    ids = [event["event_id"] for event in sender.transactions()]
    assert ids == ["payments.csv:1", "payments.csv:2", "payments.csv:4", "payments.csv:3"]


def test_weeks_without_rows_are_closed_with_zero(tmp_path, sender):
    replay(opened(tmp_path, GOOD), sender, AT_ONCE)
    totals = {}
    for (week, _), count in sender.markers().items():
        totals[week] = totals.get(week, 0) + count
    assert totals == {"2026-W02": 3, "2026-W03": 0, "2026-W04": 0, "2026-W05": 1}
    assert len(sender.markers()) == 4 * 3


def test_a_plain_date_is_noon_in_the_banks_zone(tmp_path, sender):
    replay(opened(tmp_path, GOOD.replace("2026-01-26", "2026-07-01")), sender, AT_ONCE)
    assert sender.transactions()[0]["booked_at"] == "2026-01-05T12:00:00+00:00"
    assert sender.transactions()[-1]["booked_at"] == "2026-07-01T12:00:00+01:00"


def test_a_negative_amount_is_a_reversal_of_its_direction(tmp_path, sender):
    replay(opened(tmp_path, GOOD), sender, AT_ONCE)
    third = sender.transactions()[2]
    assert (third["direction"], third["amount"], third["reversal"]) == ("credit", "3.25", True)


def test_every_message_is_an_event_of_the_contract(tmp_path, sender):
    replay(opened(tmp_path, GOOD), sender, AT_ONCE)
    decoded = [msgspec.json.decode(value, type=Event) for _, _, value, _ in sender.sent]
    assert len(decoded) == 4 + 12


def test_a_file_in_any_order_gives_the_same_weeks(tmp_path, sender):
    head, *lines = GOOD.splitlines()
    shuffled = "\n".join([head, *reversed(lines)])
    in_order, reversed_order = (replay(opened(tmp_path, t), type(sender)(), AT_ONCE) for t in (GOOD, shuffled))
    assert in_order == reversed_order
    weeks = [week for week, _ in read(write(tmp_path, shuffled), ColumnMapping(), LONDON)]
    assert weeks == sorted(weeks)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",2026-01-05,credit,1.00,GBP", "bad_id"),
        ("C 1,2026-01-05,credit,1.00,GBP", "bad_id"),
        ("C1,2026-02-30,credit,1.00,GBP", "bad_time"),
        ("C1,,credit,1.00,GBP", "bad_time"),
        ("C1,0026-01-05,credit,1.00,GBP", "bad_time"),
        ("C1,2026-01-05,sideways,1.00,GBP", "bad_shape"),
        ('C1,2026-01-05,credit,"1,00",GBP', "bad_amount"),
        ("C1,2026-01-05,credit,1.005,GBP", "bad_amount"),
        ("C1,2026-01-05,credit,,GBP", "bad_amount"),
        ("C1,2026-01-05,credit,NaN,GBP", "bad_amount"),
        ("C1,2026-01-05,credit,1e3,GBP", "bad_amount"),
        ("C1,2026-01-05,credit,1.5,JPY", "bad_amount"),
        ("C1,2026-01-05,credit,1.00,XYZ", "bad_currency"),
        ("C1,2026-01-05,credit,1.00,", "bad_currency"),
        ("C1", "bad_time"),
    ],
)
def test_a_bad_row_is_counted_and_named_and_the_others_go(tmp_path, sender, row, reason):
    payments = opened(tmp_path, f"{GOOD}{row}\nC9,2026-01-07,debit,5,GBP\n")
    assert payments.rejected.select("row", "reason").rows() == [(5, reason)]
    report = replay(payments, sender, AT_ONCE)
    assert (report.rows, report.events, report.rejected) == (6, 5, 1)
    assert sum(sender.markers().values()) == 5


def test_a_rejected_row_can_be_read_in_the_report(tmp_path):
    payments = opened(tmp_path, GOOD + 'C1,2026-01-05,credit,"1,00",GBP\n')
    assert '"amount":"1,00"' in payments.rejected["said"][0]


@pytest.mark.parametrize(
    ("booked_at", "sent"),
    [
        ("2026-01-05T10:00:00+08:00", "2026-01-05T02:00:00+00:00"),
        ("2026-01-05T10:00:00Z", "2026-01-05T10:00:00+00:00"),
        ("2026-01-05T10:00:00", "2026-01-05T10:00:00+00:00"),
        ("2026-07-05 10:00:00", "2026-07-05T10:00:00+01:00"),
        ("2026-07-05 10:00", "2026-07-05T10:00:00+01:00"),
        ("2026-01-05T10:00:00.250Z", "2026-01-05T10:00:00.250+00:00"),
        ("2026-10-25 01:30:00", "2026-10-25T01:30:00+01:00"),  # of the hour that comes twice, the first
    ],
)
def test_times_are_taken_with_their_zone_or_as_the_banks(tmp_path, sender, booked_at, sent):
    text = f"client_id,booked_at,direction,amount,currency\nC1,{booked_at},d,1,GBP\n"
    replay(opened(tmp_path, text), sender, AT_ONCE)
    (event,) = sender.transactions()
    assert datetime.fromisoformat(event["booked_at"]) == datetime.fromisoformat(sent)
    assert event["booked_at"] == sent
    assert event["direction"] == "debit"


def test_an_hour_that_the_clocks_skip_is_no_time(tmp_path):
    text = "client_id,booked_at,direction,amount,currency\nC1,2026-03-29 01:30:00,debit,1,GBP\n"
    assert opened(tmp_path, text).rejected["reason"].to_list() == ["bad_time"]


def test_columns_are_taken_under_the_names_they_have(tmp_path, sender):
    text = "kunde,tag,richtung,betrag\nC1,05.01.2026,credit,2.50\n"
    options = ["client_id=kunde", "date=tag", "direction=richtung", "amount=betrag"]
    parsed = ColumnMapping.parse(options, currency="EUR")
    mapping = {"names": parsed.names, "currency": parsed.currency, "date_format": "%d.%m.%Y"}
    replay(opened(tmp_path, text, **mapping), sender, AT_ONCE)
    (event,) = sender.transactions()
    assert (event["client_id"], event["amount"], event["currency"]) == ("C1", "2.50", "EUR")


@pytest.mark.parametrize("option", ["amount", "amount=", "betrag=amount", "=x"])
def test_a_mapping_that_says_nothing_is_refused(option):
    with pytest.raises(BadFile, match="--column"):
        ColumnMapping.parse([option])


@pytest.mark.parametrize("text", ["client_id,date,direction\nC1,2026-01-05,debit\n", "", "\x00\x01"])
def test_a_file_without_the_columns_stops_before_the_first_message(tmp_path, text):
    with pytest.raises(BadFile):
        opened(tmp_path, text)


@pytest.mark.parametrize("name", ["absent.csv", "payments.xlsx"])
def test_a_file_that_cannot_be_read_says_why(tmp_path, name):
    if name != "absent.csv":
        write(tmp_path, GOOD, name)
    with pytest.raises(BadFile, match=name):
        open_payments(tmp_path / name, ColumnMapping(), LONDON)


def test_a_row_with_too_many_fields_stops_before_the_first_message(tmp_path):
    with pytest.raises(BadFile):
        opened(tmp_path, GOOD + "C1,2026-01-05,credit,1.00,GBP,surplus\n")


def test_what_the_file_says_of_clients_goes_first(tmp_path, sender):
    text = (
        "client_id,date,direction,amount,currency,branch_id,name,tier\n"
        "C1,2026-01-05,credit,1,GBP,B1,Client One,A\nC1,2026-01-06,credit,1,GBP,B2,,A\n"
        "C2,2026-01-06,credit,1,GBP,B1,,\n"
    )
    replay(opened(tmp_path, text), sender, AT_ONCE)
    kept = [(r["client_id"], r["name"], r["branch_id"], r["tier"]) for r in sender.clients()]
    assert kept == [("C1", "Client One", "B2", "A"), ("C2", "C2", "B1", "C")]
    assert [topic for topic, *_ in sender.sent][:2] == ["corebank.clients"] * 2


def test_a_branch_that_is_no_id_stops_before_the_first_message(tmp_path):
    text = "client_id,date,direction,amount,currency,branch_id\nC1,2026-01-05,credit,1,GBP,High Street\n"
    with pytest.raises(BadFile, match="High Street"):
        opened(tmp_path, text)


def test_a_file_that_says_nothing_of_clients_leaves_the_master_alone(tmp_path, sender):
    replay(opened(tmp_path, GOOD), sender, AT_ONCE)
    assert sender.clients() == []


@pytest.mark.parametrize(
    ("amounts", "sent"),
    [
        ([Decimal("10.10"), Decimal("-3.00")], ["10.10", "3.00"]),
        ([12.1, 0.1 + 0.2], ["12.1"]),  # a float is its shortest decimal; 0.30000000000000004 is refused
        ([5, -6], ["5", "6"]),
        ([Decimal("1.500000"), Decimal("1.005000")], ["1.50"]),
    ],
)
def test_parquet_amounts_are_exact_or_refused(tmp_path, sender, amounts, sent):
    path = tmp_path / "payments.parquet"
    rows = {"client_id": ["C1", "C1"], "date": [date(2026, 1, 5)] * 2, "direction": ["credit"] * 2}
    pl.DataFrame(rows | {"amount": amounts}).write_parquet(path)
    payments = open_payments(path, ColumnMapping(currency="GBP"), LONDON)
    report = replay(payments, sender, AT_ONCE)
    assert [event["amount"] for event in sender.transactions()] == sent
    assert report.rejected == 2 - len(sent)


def test_a_file_larger_than_a_chunk_is_sent_once(tmp_path, sender, monkeypatch):
    monkeypatch.setattr(payments_file, "CHUNK_ROWS", 2)
    replay(opened(tmp_path, GOOD), sender, AT_ONCE)
    assert sorted(event["event_id"][-1] for event in sender.transactions()) == ["1", "2", "3", "4"]
    assert len(sender.markers()) == 4 * 3


def test_progress_is_told_after_every_week(tmp_path, sender):
    heard: list[Progress] = []
    replay(opened(tmp_path, GOOD), sender, AT_ONCE, heard.append)
    assert [(p.weeks, p.of_weeks, p.events, p.of_events) for p in heard] == [
        (1, 4, 3, 4),
        (2, 4, 3, 4),
        (3, 4, 3, 4),
        (4, 4, 4, 4),
    ]


def test_weeks_come_at_the_speed_asked_for(tmp_path, sender):
    naps: list[float] = []
    replay(opened(tmp_path, GOOD), sender, Pace(parse_speed("4"), lambda: 0.0, naps.append))
    assert naps == [0.25, 0.5, 0.75]


@pytest.mark.parametrize("text", ["fast", "0", "-1", "nan", "inf"])
def test_a_speed_that_is_none_is_refused(text):
    with pytest.raises(BadFile, match="--speed"):
        parse_speed(text)


def test_a_long_file_name_leaves_room_in_the_event_id(tmp_path, sender):
    path = write(tmp_path, GOOD, "p" * 200 + ".csv")
    replay(open_payments(path, ColumnMapping(), LONDON), sender, AT_ONCE)
    assert all(len(event["event_id"]) < 140 for event in sender.transactions())
