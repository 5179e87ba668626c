from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from bench.detection import __main__ as command
from bench.detection.reading import OUTCOMES, PAYMENTS, FolderIncomplete, read_folder
from bench.detection.simulated import simulated_branches


def test_a_folder_without_its_files_is_refused_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--data", str(tmp_path)]) == command.BAD_FOLDER
    said = capsys.readouterr().err
    assert PAYMENTS in said
    assert OUTCOMES in said
    pl.DataFrame({"client_id": ["C1"]}).write_parquet(tmp_path / PAYMENTS)
    with pytest.raises(FolderIncomplete, match=f"holds no {OUTCOMES}"):
        read_folder(tmp_path)


def test_payments_are_summed_by_week_in_the_order_of_the_branches(tmp_path: Path) -> None:
    monday = date(2020, 1, 6)
    days = [monday, monday + timedelta(days=6), monday + timedelta(days=21), monday + timedelta(days=7)]
    pl.DataFrame(
        {
            "client_id": ["S1", "S1", "S1", "N1"],
            "branch_id": ["south", "south", "south", "north"],
            "date": days,
            "amount": [Decimal("0.10"), Decimal("0.20"), Decimal("5.00"), Decimal("7.00")],
        }
    ).write_parquet(tmp_path / PAYMENTS)
    pl.DataFrame(
        {"client_id": ["N1", "S1"], "branch_id": ["north", "south"], "outcome": ["ended_abrupt", "alive_at_end"]}
    ).write_parquet(tmp_path / OUTCOMES)
    south, north = read_folder(tmp_path)
    assert (south.name, north.name) == ("south", "north")
    assert south.turnover.tolist() == [[0.3, 0, 0, 5.0]]
    assert (south.first.tolist(), south.last.tolist()) == ([0], [3])
    assert north.turnover.tolist() == [[7.0]]
    assert north.first_day - south.first_day == 7


def test_without_data_it_measures_on_simulated_banks_and_says_so_loudly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("EBBWATCH_TEST_DATA", raising=False)
    monkeypatch.setattr(command, "simulated_branches", lambda: simulated_branches(60))
    page = tmp_path / "page.md"
    assert command.main(["--repeats", "1", "--only", "cusum", "--only", "week_vs_recent", "--out", str(page)]) == 0
    assert "SIMULATED" in capsys.readouterr().out
    text = page.read_text("utf-8")
    assert "simulated banks, no real client among them" in text
    assert "| cusum | control chart |" in text


def test_a_simulated_bank_has_stayers_and_clients_that_went_for_good() -> None:
    branches = simulated_branches(120)
    outcomes = {outcome for branch in branches for outcome in branch.outcome}
    assert {"alive_at_end", "ended_gradual_fade"} <= outcomes
    assert any(outcome.startswith("kept a part") for outcome in outcomes)
