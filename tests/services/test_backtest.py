"""The command that replays a year: a table on the screen and in a file, and a picture."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from acts.replays import NothingJudged
from detector.policies.policy import Policy, dump_policy
from schemas.errors import BadSetting, NotFound
from services import backtest
from services.parts import Parts
from services.settings import Settings
from tests.services.conftest import JudgedBank

MakeBank = Callable[[int], JudgedBank]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, policy: Policy, capsys: pytest.CaptureFixture[str]):
    """`run(bank, ...)`: the table's rows by name, and what was printed. The settings hold the strict policy."""

    def run(bank: JudgedBank, file: Path | None = None, version: str | None = None) -> tuple[dict, str]:
        own = tmp_path / "own.json"
        own.write_bytes(dump_policy(policy))
        settings = Settings(data_dir=bank.data_dir, policy_file=own)
        parts = Parts(settings, bank.store, bank.judge()._parts.calendar, bank.metrics)
        monkeypatch.setattr(backtest, "load_settings", lambda: settings)
        monkeypatch.setattr(backtest, "open_parts", lambda _: parts)
        backtest.main(file, version, tmp_path / "out")
        with (tmp_path / "out" / "backtest.csv").open(encoding="utf-8") as written:
            return {row[0]: row[1:] for row in csv.reader(written)}, capsys.readouterr().out

    return run


def test_a_policy_is_shown_beside_the_one_in_force(
    make_bank: MakeBank, run, policy: Policy, tmp_path: Path
) -> None:
    bank = make_bank(2)
    bank.judge_all(bank.judge())
    quiet = msgspec.structs.replace(
        policy, name="quiet", tiers=(msgspec.structs.replace(policy.tiers[0], minimum_effect=10**12),)
    )
    file = tmp_path / "quiet.json"
    file.write_bytes(dump_policy(quiet))
    rows, printed = run(bank, file)
    assert rows["figure"] == [policy.version, quiet.version]
    assert int(rows["alerts"][0]) > 5
    assert rows["alerts"][1] == "0"
    assert rows["clients that left"][0] == rows["clients that left"][1] == "2"  # one of each shard
    assert "in force" in printed
    assert "presets alone" in printed  # no model has judged
    assert rows["alerts that waited for room"] == ["0", "0"]
    picture = (tmp_path / "out" / "backtest.html").read_text(encoding="utf-8")
    assert quiet.version in picture
    assert "<script src=" not in picture  # it needs no network


def test_the_policy_in_force_alone_is_one_column(make_bank: MakeBank, run, policy: Policy) -> None:
    bank = make_bank(1)
    bank.judge_all(bank.judge())
    rows, _ = run(bank)
    assert rows["figure"] == [policy.version]


def test_what_cannot_be_looked_at_is_one_line(make_bank: MakeBank, run, tmp_path: Path) -> None:
    bank = make_bank(1)
    with pytest.raises(NothingJudged):
        run(bank)
    with pytest.raises(BadSetting, match=r"none\.json"):
        run(bank, tmp_path / "none.json")
    with pytest.raises(NotFound):
        run(bank, version="none-1")
