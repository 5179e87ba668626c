"""Tables as CSV and as Excel workbooks that no cell of can run anything where they are opened.

What a person wrote is text and stays text: see docs/decisions/0018.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TypeAlias

import xlsxwriter
from fastapi.responses import StreamingResponse
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

# Instants are naive, in the bank's zone: neither kind of file knows zones.
Cell: TypeAlias = str | int | float | Decimal | date | datetime | None
Pages: TypeAlias = Iterable[Sequence[Sequence[Cell]]]

# What Excel, LibreOffice and Google Sheets take for the start of a formula, in either width; and the same behind a
# semicolon, which separates the cells where a comma separates the decimals.
_FORMULA = re.compile(r"(^|;)(\s*)(?=[=+\-@＝＋－＠])")
_BOM = "\ufeff"  # without it Excel takes UTF-8 for the code page of its machine
_ROWS_A_SHEET = 1_048_576  # as many as Excel has
_CHUNK_BYTES = 1 << 16
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows, page by page: a list of any length is never whole in memory."""

    name: str
    header: Sequence[str]
    pages: Pages


def without_formula(text: str) -> str:
    """The text with an apostrophe before whatever would begin a formula in CSV."""
    marked = _FORMULA.sub(r"\1'\2", text)
    return f"'{marked}" if marked.startswith(("\t", "\r", "\n")) else marked


def csv_response(table: Table) -> StreamingResponse:
    """UTF-8 with a byte order mark, RFC 4180; sent page by page."""
    return StreamingResponse(
        _csv(table), media_type="text/csv; charset=utf-8", headers=_attachment_headers(f"{table.name}.csv")
    )


def xlsx_response(name: str, tables: Sequence[Table]) -> StreamingResponse:
    """A workbook with a sheet a table."""
    return StreamingResponse(_xlsx(tables), media_type=XLSX, headers=_attachment_headers(f"{name}.xlsx"))


def _attachment_headers(filename: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{filename}"'}


def _csv(table: Table) -> Iterator[str]:
    page = io.StringIO()
    writer = csv.writer(page)
    page.write(_BOM)
    writer.writerow(map(_csv_cell, table.header))
    for rows in table.pages:
        writer.writerows([_csv_cell(cell) for cell in row] for row in rows)
        yield page.getvalue()
        page.seek(0)
        page.truncate()
    yield page.getvalue()


def _csv_cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return without_formula(cell)
    return "" if cell is None else str(cell)


def _xlsx(tables: Sequence[Table]) -> Iterator[bytes]:
    """Written to a file first: the parts of a workbook are told of at its end."""
    with tempfile.TemporaryFile() as file:
        _write_workbook(file, tables)
        file.seek(0)
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _write_workbook(file: IO[bytes], tables: Sequence[Table]) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as workbook:
        bold = workbook.add_format({"bold": True})
        day, instant = (workbook.add_format({"num_format": f"yyyy-mm-dd{time}"}) for time in ("", " hh:mm:ss"))
        for table in tables:
            for number, rows in enumerate(_sheets(table), 1):
                sheet = workbook.add_worksheet(table.name if number == 1 else f"{table.name} {number}")
                sheet.freeze_panes(1, 0)
                sheet.set_column(0, len(table.header) - 1, 16)
                for column, title in enumerate(table.header):
                    sheet.write_string(0, column, title, bold)
                for at, row in enumerate(rows, 1):
                    for column, cell in enumerate(row):
                        _write_cell(sheet, at, column, cell, day, instant)


def _sheets(table: Table) -> Iterator[Iterator[Sequence[Cell]]]:
    """The rows of one sheet after the other; one sheet at least. Each must be read to its end before the next."""
    rows = (row for page in table.pages for row in page)
    first = next(rows, None)
    yield _at_most(first, rows)
    while first is not None and (first := next(rows, None)) is not None:
        yield _at_most(first, rows)


def _at_most(first: Sequence[Cell] | None, rows: Iterator[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    if first is None:
        return
    yield first
    for _, row in zip(range(_ROWS_A_SHEET - 2), rows, strict=False):
        yield row


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, day: Format, instant: Format) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, instant)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, day)
    elif cell is not None:
        sheet.write_number(row, column, cell)
