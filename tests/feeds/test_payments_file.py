"""A file is understood, or refused before the first message; it is read once, however large."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from feeds.columns import BadFile, ColumnMapping, parse_speed
from feeds.pacing import Pace
from feeds.payments_file import open_payments
from feeds.replay import replay

LONDON = ZoneInfo("Europe/London")
AT_ONCE = Pace(None, lambda: 0.0, lambda _: None)


def test_columns_are_taken_under_the_names_they_have(sender, opened):
    text = "kunde,tag,richtung,betrag\nC1,05.01.2026,credit,2.50\n"
    options = ["client_id=kunde", "date=tag", "direction=richtung", "amount=betrag"]
    parsed = ColumnMapping.parse(options, currency="EUR")
    mapping = {"names": parsed.names, "currency": parsed.currency, "date_format": "%d.%m.%Y"}
    replay(opened(text, **mapping), sender, AT_ONCE)
    (event,) = sender.transactions()
    assert (event["client_id"], event["amount"], event["currency"]) == ("C1", "2.50", "EUR")


@pytest.mark.parametrize("option", ["amount", "amount=", "betrag=amount", "=x"])
def test_a_mapping_that_says_nothing_is_refused(option):
    with pytest.raises(BadFile, match="--column"):
        ColumnMapping.parse([option])


@pytest.mark.parametrize("text", ["client_id,date,direction\nC1,2026-01-05,debit\n", "", "\x00\x01"])
def test_a_file_without_the_columns_stops_before_the_first_message(opened, text):
    with pytest.raises(BadFile):
        opened(text)


@pytest.mark.parametrize("name", ["absent.csv", "payments.xlsx"])
def test_a_file_that_cannot_be_read_says_why(tmp_path, write, good, name):
    if name != "absent.csv":
        write(good, name)
    with pytest.raises(BadFile, match=name):
        open_payments(tmp_path / name, ColumnMapping(), LONDON)


def test_a_row_with_too_many_fields_stops_before_the_first_message(opened, good):
    with pytest.raises(BadFile):
        opened(good + "C1,2026-01-05,credit,1.00,GBP,surplus\n")


def test_a_branch_that_is_no_id_stops_before_the_first_message(opened):
    text = "client_id,date,direction,amount,currency,branch_id\nC1,2026-01-05,credit,1,GBP,High Street\n"
    with pytest.raises(BadFile, match="High Street"):
        opened(text)


@pytest.mark.parametrize("chunk_rows", [1, 2, 3, 4, 100])
def test_a_file_larger_than_a_chunk_is_read_once(opened, good, chunk_rows):
    weeks = list(opened(good).weeks(chunk_rows))
    assert [frame.height for _, frame in weeks] == [3, 0, 0, 1]
    in_one = [frame for _, frame in opened(good).weeks()]
    assert [frame.rows() for _, frame in weeks] == [frame.rows() for frame in in_one]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_separators_and_a_byte_order_mark_are_understood(opened, good, mark):
    payments = opened("\ufeff" + good.replace(",", mark))
    assert (payments.rows, payments.clients, payments.rejected.height) == (4, 2, 0)


def test_columns_of_the_file_may_have_any_names(sender, opened):
    text = "row,week,reason,instant,source\nC1,2026-01-05,credit,2.50,GBP\n"
    names = ["client_id=row", "date=week", "direction=reason", "amount=instant", "currency=source"]
    replay(opened(text, names=ColumnMapping.parse(names).names), sender, AT_ONCE)
    (event,) = sender.transactions()
    assert (event["client_id"], event["amount"], event["booked_at"][:10]) == ("C1", "2.50", "2026-01-05")


@pytest.mark.parametrize("text", ["fast", "0", "-1", "nan", "inf"])
def test_a_speed_that_is_none_is_refused(text):
    with pytest.raises(BadFile, match="--speed"):
        parse_speed(text)
