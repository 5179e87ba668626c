"""Rows of a file as bookings, in columns: what each row says, or why it is refused.

The reasons are those of dead letters, so that a bad row is found under one name wherever it is met.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

import polars as pl

from feeds.columns import MASTER, ColumnMapping
from schemas.events import AMOUNT_PATTERN, ID_PATTERN

# Columns of ours beside the file's own: names that no file has.
ROW, WEEK, REASON, INSTANT = "_row", "_week", "_reason", "_instant"
_FIRST_DAY, _LAST_DAY = pl.date(1970, 1, 5), pl.date(2148, 12, 31)
_MONDAY_0_DAYS = 3  # 1970-01-01 is the fourth day of week 0
_ZONED = "%+"
_UNZONED = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
_DIRECTIONS = {"debit": "debit", "credit": "credit", "d": "debit", "c": "credit", "dr": "debit", "cr": "credit"}
_YES = ("true", "yes", "1", "y")
_NO = ("false", "no", "0", "n", "")


def with_time(rows: pl.LazyFrame, found: Mapping[str, str], mapping: ColumnMapping, zone: ZoneInfo) -> pl.LazyFrame:
    """Add INSTANT (in the bank's zone, null where unreadable or outside 1970 to 2148) and WEEK (int32)."""
    types = rows.collect_schema()
    if "booked_at" in found:
        instant = _instant(found["booked_at"], types[found["booked_at"]], zone)
    else:
        instant = _noon(found["date"], types[found["date"]], mapping.date_format, zone)
    day = pl.col(INSTANT).dt.date()
    sane = day.is_between(_FIRST_DAY, _LAST_DAY)
    return rows.with_columns(instant.dt.cast_time_unit("us").alias(INSTANT)).with_columns(
        pl.when(sane).then(INSTANT).alias(INSTANT),
        pl.when(sane).then((day.cast(pl.Int32) + _MONDAY_0_DAYS) // 7).alias(WEEK),
    )


def check_rows(
    rows: pl.LazyFrame,
    found: Mapping[str, str],
    mapping: ColumnMapping,
    digits: Mapping[str, int],
    latest: date | None,
) -> pl.LazyFrame:
    """Rows with time -> columns of `feeds.encoding.BOOKING` but the id, of the client master, ROW, WEEK, REASON.

    `digits`: minor digits of each known currency. Days after `latest` are refused. A negative amount takes back one
    of the same direction: it becomes a reversal, and a negative reversal a plain booking. A float is the shortest
    decimal that names it (12.1, not 12.0999...); one that needs more digits than its currency has is refused,
    never rounded.
    """
    types = rows.collect_schema()
    currency = _text(found["currency"]).str.to_uppercase() if "currency" in found else pl.lit(mapping.currency)
    direction = _text(found["direction"]).str.to_lowercase().replace_strict(_DIRECTIONS, default=None)
    signed = _plain_decimal(found["amount"], types[found["amount"]])
    account = pl.coalesce(_text(found["account_id"]), _text(found["client_id"])) if "account_id" in found else None
    booked = rows.with_columns(
        client_id=_text(found["client_id"]),
        account_id=_text(found["client_id"]) if account is None else account,
        booked_at=pl.col(INSTANT).dt.strftime("%Y-%m-%dT%H:%M:%S%.f%:z"),
        direction=direction,
        amount=signed.str.strip_prefix("-"),
        currency=currency,
        reversal=signed.str.starts_with("-") ^ _flag(found.get("reversal")),
        **{f"master_{name}": _text(found[name]) for name in MASTER if name in found},
    )
    return booked.with_columns(_reason(digits, latest).alias(REASON))


def _reason(digits: Mapping[str, int], latest: date | None) -> pl.Expr:
    late = pl.lit(value=False) if latest is None else pl.col(INSTANT).dt.date() > latest
    allowed = pl.col("currency").replace_strict(dict(digits), default=None, return_dtype=pl.Int64)
    used = pl.col("amount").str.extract(r"\.(\d*?)0*$", 1).fill_null("").str.len_chars()
    amount_ok = pl.col("amount").str.contains(AMOUNT_PATTERN).fill_null(value=False)
    return (
        pl.when(~_is_id("client_id") | ~_is_id("account_id"))
        .then(pl.lit("bad_id"))
        .when(pl.col(INSTANT).is_null())
        .then(pl.lit("bad_time"))
        .when(late)
        .then(pl.lit("in_future"))
        .when(pl.col("direction").is_null() | pl.col("reversal").is_null() & amount_ok)
        .then(pl.lit("bad_shape"))
        .when(allowed.is_null())
        .then(pl.lit("bad_currency"))
        .when(~amount_ok | (used > allowed))
        .then(pl.lit("bad_amount"))
    )


def _is_id(column: str) -> pl.Expr:
    return pl.col(column).str.contains(ID_PATTERN).fill_null(value=False)


def _text(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).str.strip_chars()


def _plain_decimal(column: str, dtype: pl.DataType) -> pl.Expr:
    """Decimal text with at least two digits kept; zeros behind them dropped where a wide type added them."""
    text = _text(column)
    if dtype.is_decimal() or dtype.is_float():
        return text.str.replace(r"(\.\d\d\d*?)0+$", "$1")
    return text


def _flag(column: str | None) -> pl.Expr:
    if column is None:
        return pl.lit(value=False)
    text = _text(column).str.to_lowercase().fill_null("")
    return pl.when(text.is_in(_YES)).then(True).when(text.is_in(_NO)).then(False)


def _instant(column: str, dtype: pl.DataType, zone: ZoneInfo) -> pl.Expr:
    """A time without a zone is the bank's; of an hour that the clocks repeat, the first."""
    if isinstance(dtype, pl.Datetime):
        given = pl.col(column)
        return given.dt.convert_time_zone(zone.key) if dtype.time_zone else _local(given, zone)
    text = _text(column)
    zoned = text.str.to_datetime(_ZONED, time_zone="UTC", time_unit="us", strict=False)
    unzoned = [text.str.to_datetime(form, time_unit="us", strict=False) for form in _UNZONED]
    return pl.coalesce(zoned.dt.convert_time_zone(zone.key), _local(pl.coalesce(unzoned), zone))


def _noon(column: str, dtype: pl.DataType, date_format: str, zone: ZoneInfo) -> pl.Expr:
    """Noon of a plain day in the bank's zone."""
    if dtype == pl.String:
        day = _text(column).str.to_date(date_format, strict=False)
    else:
        day = pl.col(column).cast(pl.Date, strict=False)
    return _local(day.cast(pl.Datetime("us")).dt.offset_by("12h"), zone)


def _local(naive: pl.Expr, zone: ZoneInfo) -> pl.Expr:
    return naive.dt.replace_time_zone(zone.key, ambiguous="earliest", non_existent="null")
