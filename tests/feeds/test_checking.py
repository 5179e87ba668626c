"""What a row says is taken exactly, and what cannot be taken is refused by name."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from feeds.columns import ColumnMapping
from feeds.pacing import Pace
from feeds.payments_file import open_payments
from feeds.replay import replay

LONDON = ZoneInfo("Europe/London")
AT_ONCE = Pace(None, lambda: 0.0, lambda _: None)


def test_a_plain_date_is_noon_in_the_banks_zone(sender, opened, good):
    replay(opened(good.replace("2026-01-26", "2026-07-01")), sender, AT_ONCE)
    assert sender.transactions()[0]["booked_at"] == "2026-01-05T12:00:00+00:00"
    assert sender.transactions()[-1]["booked_at"] == "2026-07-01T12:00:00+01:00"


def test_a_negative_amount_is_a_reversal_of_its_direction(sender, opened, good):
    replay(opened(good), sender, AT_ONCE)
    third = sender.transactions()[2]
    assert (third["direction"], third["amount"], third["reversal"]) == ("credit", "3.25", True)


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
def test_a_bad_row_is_counted_and_named_and_the_others_go(sender, opened, good, row, reason):
    payments = opened(f"{good}{row}\nC9,2026-01-07,debit,5,GBP\n")
    assert payments.rejected.select("row", "reason").rows() == [(5, reason)]
    report = replay(payments, sender, AT_ONCE)
    assert (report.rows, report.events, report.rejected) == (6, 5, 1)
    assert sum(sender.markers().values()) == 5


def test_a_rejected_row_can_be_read_in_the_report(opened, good):
    payments = opened(good + 'C1,2026-01-05,credit,"1,00",GBP\n')
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
def test_times_are_taken_with_their_zone_or_as_the_banks(sender, opened, booked_at, sent):
    text = f"client_id,booked_at,direction,amount,currency\nC1,{booked_at},d,1,GBP\n"
    replay(opened(text), sender, AT_ONCE)
    (event,) = sender.transactions()
    assert datetime.fromisoformat(event["booked_at"]) == datetime.fromisoformat(sent)
    assert event["booked_at"] == sent
    assert event["direction"] == "debit"


def test_an_hour_that_the_clocks_skip_is_no_time(opened):
    text = "client_id,booked_at,direction,amount,currency\nC1,2026-03-29 01:30:00,debit,1,GBP\n"
    assert opened(text).rejected["reason"].to_list() == ["bad_time"]


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


def test_a_mistyped_year_is_refused_where_a_latest_day_is_given(write, good):
    path = write(good.replace("2026-01-26", "2062-01-26"))
    payments = open_payments(path, ColumnMapping(), LONDON, latest=date(2026, 1, 31))
    assert payments.rejected.select("row", "reason").rows() == [(3, "in_future")]
    assert len(payments.week_rows) == 1
