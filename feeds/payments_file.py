"""A CSV or Parquet file of transactions, read week by week; its faults are known before a message goes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import polars as pl
from xxhash import xxh3_128_hexdigest

from feeds.checking import REASON, ROW, WEEK, check_rows, with_time
from feeds.columns import MASTER, BadFile, ColumnMapping
from feeds.encoding import BOOKING
from schemas.events import ID_PATTERN, ClientRecord
from schemas.money import NotMoney, minor_digits

_ID = re.compile(ID_PATTERN)
CHUNK_ROWS = 500_000  # rows held as columns at a time: some 200 MB
_SAYS = tuple(name for name in BOOKING if name != "event_id")


@dataclass(frozen=True)
class PaymentsFile:
    """What a first pass found.

    `source`: names this very content, in the ids of the markers that close its weeks.

    `week_rows`: week -> number of good rows, sorted; weeks without any are not in it. `rejected`: row, reason and
    said (what the row says, JSON), one line for each row that is not sent. Rows count from 1 behind the header: row
    1 is line 2 of a CSV file.
    """

    source: str
    rows: int
    week_rows: dict[int, int]
    clients: int
    rejected: pl.DataFrame
    records: list[ClientRecord]
    _rows: pl.LazyFrame

    def weeks(self, chunk_rows: int = CHUNK_ROWS) -> Iterator[tuple[int, pl.DataFrame]]:
        """Every week from the first to the last with its bookings in file order, weeks with none included.

        At most `chunk_rows` rows are held at a time, or one week.
        """
        if not self.week_rows:
            return
        held: dict[int, pl.DataFrame] = {}
        chunks = iter(_chunks(self.week_rows, chunk_rows))
        for week in range(min(self.week_rows), max(self.week_rows) + 1):
            if week in self.week_rows and week not in held:
                held = self._read(*next(chunks))
            yield week, held.pop(week, _EMPTY)

    def _read(self, first: int, last: int) -> dict[int, pl.DataFrame]:
        good = self._rows.filter(pl.col(WEEK).is_between(first, last) & pl.col(REASON).is_null())
        chunk = good.select(WEEK, ROW, *_SAYS).sort(WEEK, ROW).collect(engine="streaming")
        parts = _with_ids(chunk).partition_by(WEEK, maintain_order=True)
        return {int(part[WEEK][0]): part.select(BOOKING) for part in parts}


_EMPTY = pl.DataFrame(schema={name: pl.Boolean if name == "reversal" else pl.String for name in BOOKING})
_NONE_REJECTED = pl.DataFrame(schema={"row": pl.UInt32, "reason": pl.String, "said": pl.String})


def open_payments(path: Path, mapping: ColumnMapping, zone: ZoneInfo, latest: date | None = None) -> PaymentsFile:
    """1. Scan. 2. Count weeks. 3. List what is refused. 4. Gather the client master.

    Days after `latest` are refused: a mistyped year would close every week up to it. Raises BadFile for a file that
    is no CSV or Parquet, lacks a column, or names a branch that is no id.
    """
    try:
        raw = _scan(path)
        found = mapping.resolve(raw.collect_schema().names())
        timed = with_time(raw, found, mapping, zone)
        rows = check_rows(timed, found, mapping, _digits(raw, found, mapping), latest)
        week_rows, bad = _tally(rows)
        rejected = _rejected(raw, rows, list(found.values())) if bad else _NONE_REJECTED
        master = _master(rows, [name for name in MASTER if name in found])
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BadFile(f"{path}: {str(error).splitlines()[0]}") from error
    return PaymentsFile(
        source=_digest(path),
        rows=sum(week_rows.values()) + rejected.height,
        week_rows=week_rows,
        clients=master.height,
        rejected=rejected,
        records=[_record(row) for row in master.iter_rows(named=True)] if master.width > 1 else [],
        _rows=rows,
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _with_ids(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of whole weeks, each with an id made of what it says and of how many said the same before it.

    The same payments are the same events, whatever the file is called and wherever in it they stand: sent again
    they are duplicates, and another file's payments are new.
    """
    said = rows.select(pl.concat_str(pl.col(_SAYS).cast(pl.String), separator="|").cast(pl.Binary)).to_series()
    nth = rows.select(pl.int_range(pl.len()).over(_SAYS)).to_series()
    ids = [f"{xxh3_128_hexdigest(row)}-{n}" for row, n in zip(said, nth, strict=True)]
    return rows.with_columns(event_id=pl.Series(ids, dtype=pl.String))


def _scan(path: Path) -> pl.LazyFrame:
    if not path.is_file():
        raise BadFile(f"{path}: there is no such file")
    if path.suffix == ".parquet":
        return pl.scan_parquet(path, row_index_name=ROW, row_index_offset=1)
    if path.suffix in {".csv", ".txt"}:
        return pl.scan_csv(
            path, separator=_separator(path), infer_schema=False, row_index_name=ROW, row_index_offset=1
        )
    raise BadFile(f"{path}: a name that ends in .parquet or .csv says what it is")


def _separator(path: Path) -> str:
    """Comma, semicolon or tab: whichever the header has most of."""
    with path.open("rb") as file:
        header = file.readline(1 << 16)
    return max(",;\t", key=lambda mark: header.count(mark.encode()))


def _digits(raw: pl.LazyFrame, found: dict[str, str], mapping: ColumnMapping) -> dict[str, int]:
    """Minor digits of the file's currencies, those that are none left out."""
    codes = [mapping.currency]
    if "currency" in found:
        column = pl.col(found["currency"]).cast(pl.String).str.strip_chars().str.to_uppercase()
        codes = raw.select(column.unique().alias("code")).collect(engine="streaming")["code"].drop_nulls().to_list()
    known: dict[str, int] = {}
    for code in codes:
        try:
            known[code] = minor_digits(code)
        except NotMoney:
            continue
    return known


def _chunks(week_rows: dict[int, int], limit: int) -> list[tuple[int, int]]:
    """Consecutive weeks, first and last inclusive, of at most `limit` rows together or of one week."""
    chunks: list[tuple[int, int]] = []
    held = 0
    for week, rows in week_rows.items():
        if chunks and held + rows <= limit:
            chunks[-1], held = (chunks[-1][0], week), held + rows
        else:
            chunks.append((week, week))
            held = rows
    return chunks


def _tally(rows: pl.LazyFrame) -> tuple[dict[int, int], int]:
    """Good rows of each week, and how many rows are not good."""
    tally = rows.group_by(WEEK, REASON).len().sort(WEEK).collect(engine="streaming")
    good = tally.filter(pl.col(REASON).is_null())
    week_rows = dict(zip(good[WEEK].to_list(), good["len"].to_list(), strict=True))
    return week_rows, int(tally["len"].sum()) - sum(week_rows.values())


def _rejected(raw: pl.LazyFrame, rows: pl.LazyFrame, columns: list[str]) -> pl.DataFrame:
    bad = rows.filter(pl.col(REASON).is_not_null()).select(ROW, reason=REASON).collect(engine="streaming")
    said = raw.join(bad.lazy().select(ROW), on=ROW, how="semi").select(
        ROW, pl.struct(pl.col(columns).cast(pl.String)).struct.json_encode().alias("said")
    )
    return bad.join(said.collect(engine="streaming"), on=ROW).sort(ROW).rename({ROW: "row"})


def _master(rows: pl.LazyFrame, fields: list[str]) -> pl.DataFrame:
    """One row a client, with the last that the file says of each of `fields`."""
    newest = [pl.col(f"master_{name}").sort_by(ROW).drop_nulls().last().alias(name) for name in fields]
    good = rows.filter(pl.col(REASON).is_null())
    return good.group_by("client_id").agg(newest).sort("client_id").collect(engine="streaming")


def _record(row: dict[str, str | None]) -> ClientRecord:
    given = {name: value for name, value in row.items() if value}
    try:
        record = msgspec.convert({"name": given["client_id"]} | given, ClientRecord)
    except msgspec.ValidationError as error:
        raise BadFile(f"client {given['client_id']}: {error}") from None
    if not _ID.fullmatch(record.branch_id):
        raise BadFile(f"client {record.client_id}: branch_id {record.branch_id!r} is no id ({ID_PATTERN})")
    return record
