"""Files of figures, alerts and cases: the whole list, of the own branch, and nothing in it that runs."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from api.figures import list_tables, spreadsheets
from api.figures.spreadsheets import XLSX, Table, without_formula
from schemas.verdicts import Direction
from store.tables.alerts import alert
from store.tables.clients import client

NASTY = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "＝1",
    " =1",
    "a;=1",
    "=cmd|' /C calc'!A0",
    "-",
    "https://x.example",
]


def read_csv(answer) -> tuple[list[str], list[dict[str, str]]]:
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    return list(rows.fieldnames or []), list(rows)


def read_xlsx(answer) -> openpyxl.Workbook:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == XLSX
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def rows_of(sheet) -> list[dict[str, Any]]:
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_list_of_alerts_comes_whole_and_in_its_order(two_branches, api, monkeypatch) -> None:
    monkeypatch.setattr(list_tables, "ROWS_A_PAGE", 1)
    auditor = api.a("auditor")
    listed = [each["alert_id"] for each in auditor.get("/api/v1/alerts").json()["items"]]
    assert len(listed) == 3
    assert [row["alert_id"] for row in read_csv(auditor.get("/api/v1/alerts.csv?limit=2"))[1]] == listed
    book = read_xlsx(auditor.get("/api/v1/alerts.xlsx"))
    assert [row["alert_id"] for row in rows_of(book["alerts"])] == listed


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_keeps_the_filters_and_the_branch(two_branches, api, kind) -> None:
    def seen(person, query: str = "") -> set[str]:
        answer = person.get(f"/api/v1/alerts.{kind}{query}")
        rows = read_csv(answer)[1] if kind == "csv" else rows_of(read_xlsx(answer)["alerts"])
        return {row["client_id"] for row in rows}

    assert seen(api.staff("B1")) == {"C1", "C2"}
    assert seen(api.staff("B1"), "?branch=B2") == set()
    assert seen(api.a("auditor"), "?branch=B2") == {"D1"}
    assert seen(api.a("auditor"), "?grade=prompt") == {"C2"}


def test_cases_are_exported_like_alerts(two_branches, api) -> None:
    two_branches.case("C1")
    header, rows = read_csv(api.a("auditor").get("/api/v1/cases.csv?state=forming"))
    assert [row["client_id"] for row in rows] == ["C1"]
    assert rows[0]["opened_at (Asia/Hong_Kong)"] == "2026-01-13 10:00:00"
    assert rows[0]["alarm"] in ("yes", "no")
    assert read_csv(api.a("auditor").get("/api/v1/cases.csv?state=closed"))[1] == []
    assert read_csv(api.a("branch_manager", "B2").get("/api/v1/cases.csv"))[1] == []
    (row,) = rows_of(read_xlsx(api.a("auditor").get("/api/v1/cases.xlsx"))["cases"])
    assert list(row) == header
    assert row["opened_at (Asia/Hong_Kong)"] == datetime(2026, 1, 13, 10)  # noqa: DTZ001 - of the bank's zone


def test_money_is_a_number_in_both(two_branches, api) -> None:
    person = api.a("auditor")
    assert {row["value_at_risk"] for row in read_csv(person.get("/api/v1/alerts.csv"))[1]} == {
        "120000.00", "50000.00", "900000.00"
    }  # fmt: skip
    book = read_xlsx(person.get("/api/v1/alerts.xlsx"))
    assert {row["value_at_risk"] for row in rows_of(book["alerts"])} == {120000, 50000, 900000}


@pytest.mark.parametrize("text", NASTY)
def test_what_people_wrote_stays_text(two_branches, api, text) -> None:
    with two_branches.store.write() as tx:
        tx.execute(sa.update(client).where(client.c.client_id == "C1").values(name=text))
    person = api.staff("B1")
    name = read_csv(person.get("/api/v1/alerts.csv"))[1][0]["client_name"]
    assert name == without_formula(text)
    assert name[0] not in "=+-@\t\r＝"
    sheet = read_xlsx(person.get("/api/v1/alerts.xlsx"))["alerts"]
    cell = sheet.cell(2, 3)
    assert (cell.data_type, cell.value.replace("_x000D_", "\r"), cell.hyperlink) == ("s", text, None)
    assert all(each.data_type != "f" for row in sheet.iter_rows() for each in row)


@given(st.text())
def test_no_cell_of_a_csv_begins_a_formula_and_nothing_is_lost(text: str) -> None:
    cell = without_formula(text)
    assert not cell.lstrip().startswith(tuple("=+-@＝＋－＠"))
    assert not cell.startswith(("\t", "\r", "\n"))
    assert cell.replace("'", "") == text.replace("'", "")
    assert all(not part.lstrip().startswith(tuple("=+-@")) for part in cell.split(";"))


@given(st.text(alphabet=st.characters(exclude_characters="=+-@＝＋－＠\t\r\n;", exclude_categories=["Cs"])))
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert without_formula(text) == text


def test_chinese_is_readable_and_lines_stay_in_their_cell(two_branches, api) -> None:
    with two_branches.store.write() as tx:
        tx.execute(sa.update(client).where(client.c.client_id == "C1").values(name='海港,"紡織"'))
        tx.execute(sa.update(alert).where(alert.c.client_id == "C1").values(outcome_note="one\ntwo, =3"))
    row = read_csv(api.staff("B1").get("/api/v1/alerts.csv"))[1][0]
    assert (row["client_name"], row["outcome_note"]) == ('海港,"紡織"', "one\ntwo, =3")
    assert any(ord(letter) > 0x4E00 for letter in row["summary_zh"])


def test_days_are_days_and_nothing_is_an_empty_cell(two_branches, api) -> None:
    two_branches.alert("C1", direction=Direction.RISE, snoozed_until=date(2026, 2, 1), at_risk=9**9)
    person = api.staff("B1")
    rows = {row["direction"]: row for row in read_csv(person.get("/api/v1/alerts.csv"))[1]}
    assert (rows["rise"]["snoozed_until"], rows["fall"]["snoozed_until"]) == ("2026-02-01", "")
    cells = {row["direction"]: row for row in rows_of(read_xlsx(person.get("/api/v1/alerts.xlsx"))["alerts"])}
    assert cells["rise"]["snoozed_until"].date() == date(2026, 2, 1)
    assert cells["fall"]["snoozed_until"] is None


def test_figures_are_a_row_a_branch_and_the_total(two_branches, api) -> None:
    header, rows = read_csv(api.a("approver").get("/api/v1/figures.csv"))
    assert [(row["branch"], row["alerts_count"]) for row in rows] == [("B1", "2"), ("B2", "1"), ("total", "3")]
    assert rows[0]["cases_save_rate_pct"] == ""
    assert rows[0]["to_acknowledge_count"] == "0"
    book = read_xlsx(api.a("approver").get("/api/v1/figures.xlsx"))
    assert book.sheetnames == ["figures", "precision"]
    assert [row["branch"] for row in rows_of(book["figures"])] == ["B1", "B2", "total"]
    assert list(rows_of(book["figures"])[0]) == header
    manager = read_csv(api.a("branch_manager", "B2").get("/api/v1/figures.csv"))[1]
    assert [row["branch"] for row in manager] == ["B2", "total"]


def test_figures_of_a_bank_that_measured_something_are_numbers(two_branches, api) -> None:
    with two_branches.store.write() as tx:
        judged = sa.update(alert).where(alert.c.client_id == "C1")
        tx.execute(judged.values(state="closed", outcome="true_diversion", touched=True))
    book = read_xlsx(api.a("auditor").get("/api/v1/figures.xlsx"))
    row = rows_of(book["figures"])[0]
    assert (row["alerts_judged"], row["precision_pct"], row["conceded_a_month"]) == (1, 100, 0)
    assert rows_of(book["precision"])[0] == {
        "branch": "B1", "policy_version": "policy-1", "judged": 1, "true": 1, "precision_pct": 100
    }  # fmt: skip


def test_a_file_has_a_name_and_is_kept_out_of_caches(two_branches, api) -> None:
    answer = api.a("auditor").get("/api/v1/alerts.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="alerts.csv"'
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_cannot_be_read_is_refused_and_not_broken_off(two_branches, api) -> None:
    for path in ("alerts.csv", "alerts.xlsx", "cases.csv", "cases.xlsx"):
        answer = api.a("auditor").get(f"/api/v1/{path}?cursor=AAAA")
        assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
        assert api.a("auditor").get(f"/api/v1/{path}?colour=red").status_code == 422


def test_more_rows_than_a_sheet_takes_go_on_in_the_next(monkeypatch) -> None:
    monkeypatch.setattr(spreadsheets, "_ROWS_A_SHEET", 4)
    for count in range(8):
        table = Table("t", ["n"], [[[n]] for n in range(count)])
        content = b"".join(spreadsheets._xlsx([table]))
        book = openpyxl.load_workbook(io.BytesIO(content))
        assert [row["n"] for sheet in book for row in rows_of(sheet)] == list(range(count))
        assert len(book.sheetnames) == max(1, -(-count // 3))


def test_numbers_and_instants_are_written_as_they_are() -> None:
    instant = datetime(2026, 1, 5, 10, 30, tzinfo=ZoneInfo("Asia/Hong_Kong")).replace(tzinfo=None)
    row = [Decimal("-12.34"), -5, 1.5, instant, date(2026, 1, 5), None, "-5"]
    table = Table("t", list("abcdefg"), [[row]])
    text = "".join(spreadsheets._csv(table))
    assert text.splitlines()[1] == "-12.34,-5,1.5,2026-01-05 10:30:00,2026-01-05,,'-5"
    (cells,) = rows_of(openpyxl.load_workbook(io.BytesIO(b"".join(spreadsheets._xlsx([table]))))["t"])
    assert list(cells.values()) == [-12.34, -5, 1.5, instant, datetime(2026, 1, 5), None, "-5"]  # noqa: DTZ001
