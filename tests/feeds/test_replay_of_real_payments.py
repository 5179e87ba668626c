"""The real payments, made into messages, add up to an independent sum to the penny."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from feeds.columns import ColumnMapping
from feeds.pacing import Pace
from feeds.payments_file import open_payments
from feeds.replay import replay

pytestmark = pytest.mark.data
SLICE = (date(2014, 12, 1), date(2015, 2, 28))  # over a turn of the year


def test_every_client_week_equals_an_independent_group_by(real_payments, tmp_path, sender):
    rows = pl.read_parquet(real_payments).filter(pl.col("date").is_between(*SLICE))
    rows.write_parquet(tmp_path / "slice.parquet")
    payments = open_payments(tmp_path / "slice.parquet", ColumnMapping(), ZoneInfo("Europe/London"))
    report = replay(payments, sender, Pace(None, lambda: 0.0, lambda _: None))
    assert (report.rows, report.events, report.rejected) == (rows.height, rows.height, 0)
    sums: defaultdict[tuple[str, str, date], Decimal] = defaultdict(Decimal)
    for event in sender.transactions():
        iso = datetime.fromisoformat(event["booked_at"]).isocalendar()
        amount = Decimal(event["amount"]) * (-1 if event["reversal"] else 1)
        sums[event["client_id"], event["direction"], date.fromisocalendar(iso.year, iso.week, 1)] += amount
    monday = pl.col("date").dt.truncate("1w")
    truth = rows.group_by("client_id", "direction", monday.alias("monday")).agg(pl.col("amount").sum())
    assert sums == {(c, d, m): amount for c, d, m, amount in truth.iter_rows()}
    assert sum(sender.markers().values()) == rows.height
    assert {r["client_id"]: r["branch_id"] for r in sender.clients()} == dict(
        rows.select("client_id", "branch_id").unique().iter_rows()
    )
