"""A week's totals as single bookings that add up to them to the last minor unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from feeds.encoding import BOOKING
from feeds.randomness import Bools, Floats, Ints
from schemas.money import minor_digits
from schemas.weeks import format_week, monday

REVERSED_SHARE = 0.003  # bookings that were first made by mistake and taken back the same week
DAY_SHARES = (0.20, 0.19, 0.19, 0.19, 0.19, 0.04)  # Monday to Saturday
OPENS_S, CLOSES_S = 9 * 3600, 17 * 3600
TAKEN_BACK_S = 1800


@dataclass(frozen=True, slots=True)
class Parts:
    """Parallel columns, one entry a booking, length m."""

    client: Ints  # row of the population
    credit: Bools
    number: Ints  # from 0 within client and direction
    amount_minor: Ints
    reversal: Bools
    mistaken: Bools  # the booking that a reversal takes back


def split_totals(rng: np.random.Generator, totals: Ints, mean_bookings: Floats) -> Parts:
    """Split (2, n) totals, minor units, row 0 debit and row 1 credit, into bookings of at least one minor unit."""
    n = totals.shape[1]
    flat = totals.ravel()
    owner = np.flatnonzero(flat > 0)
    count = draw_counts(rng, totals, mean_bookings).ravel()[owner]
    rows = np.repeat(owner, count)
    first = np.cumsum(count) - count
    number = np.arange(len(rows)) - np.repeat(first, count)
    amount = _cut_into_parts(rng, flat[owner], count)
    wrong = np.flatnonzero(rng.random(len(rows)) < REVERSED_SHARE)
    every = np.concatenate([np.arange(len(rows)), wrong, wrong])
    nature = np.repeat([0, 1, 2], [len(rows), len(wrong), len(wrong)])
    return Parts(rows[every] % n, rows[every] >= n, number[every], amount[every], nature == 2, nature == 1)


def draw_counts(rng: np.random.Generator, totals: Ints, mean_bookings: Floats) -> Ints:
    """How many bookings each of the (2, n) totals is split into, before any is taken back; none of nothing."""
    flat = totals.ravel()
    owner = np.flatnonzero(flat > 0)
    counts = np.zeros(flat.shape, np.int64)
    counts[owner] = np.minimum(1 + rng.poisson(np.tile(mean_bookings - 1, 2)[owner]), flat[owner])
    return counts.reshape(totals.shape)


def _cut_into_parts(rng: np.random.Generator, totals: Ints, count: Ints) -> Ints:
    """Uneven shares: one minor unit each, and the rest cut at random places."""
    weight = np.cumsum(rng.gamma(0.8, size=int(count.sum())))
    last = np.cumsum(count) - 1
    before = np.concatenate([[0.0], weight[last[:-1]]])[: len(count)]
    share = (weight - np.repeat(before, count)) / np.repeat(weight[last] - before, count)
    share[last] = 1.0
    cuts = np.floor(np.clip(share, 0.0, 1.0) * np.repeat(totals - count, count)).astype(np.int64)
    previous = np.concatenate([[0], cuts[:-1]])
    previous[last - count + 1] = 0
    parts: Ints = cuts - previous + 1
    return parts


def bookings_frame(
    rng: np.random.Generator, parts: Parts, week: int, source: str, currency: str, zone: ZoneInfo
) -> pl.DataFrame:
    """The bookings in time order, as columns of `feeds.encoding.BOOKING`. Times are in the bank's zone."""
    m = len(parts.client)
    day = rng.choice(len(DAY_SHARES), m, p=DAY_SHARES)
    second = day * 86_400 + rng.integers(OPENS_S, CLOSES_S, m)
    second[parts.reversal] = second[parts.mistaken] + rng.integers(60, TAKEN_BACK_S, int(parts.reversal.sum()))
    suffix = np.where(parts.reversal, "r", np.where(parts.mistaken, "m", ""))
    digits = minor_digits(currency)
    columns = pl.DataFrame(
        {
            "client": (parts.client + 1).astype(str),
            "number": parts.number,
            "letter": np.where(parts.credit, "c", "d"),
            "suffix": suffix,
            "second": second,
            "whole": parts.amount_minor // 10**digits,
            "part": (parts.amount_minor % 10**digits).astype(str),
            "direction": np.where(parts.credit, "credit", "debit"),
            "reversal": parts.reversal,
        }
    ).sort("second", maintain_order=True)
    start = pl.lit(datetime.combine(monday(week), time()), pl.Datetime("ms"))
    client = pl.col("client").str.zfill(6)
    amount = pl.format("{}.{}", "whole", pl.col("part").str.zfill(digits)) if digits else pl.col("whole").cast(str)
    return columns.select(
        event_id=pl.format(
            "{}-{}-{}-{}{}{}", pl.lit(source), pl.lit(format_week(week)), client, "letter", "number", "suffix"
        ),
        client_id=pl.format("C{}", client),
        account_id=pl.format("A{}-{}", client, pl.col("number") % 3 + 1),
        booked_at=_instant(start + pl.duration(seconds="second"), zone),
        direction="direction",
        amount=amount,
        currency=pl.lit(currency),
        reversal="reversal",
    ).select(BOOKING)


def _instant(local: pl.Expr, zone: ZoneInfo) -> pl.Expr:
    return local.dt.replace_time_zone(zone.key).dt.strftime("%Y-%m-%dT%H:%M:%S%:z")
