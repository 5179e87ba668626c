"""What acts know of the bank, from settings and its file of rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from acts.bank import BankRules
from casework.alerts.sla import Within
from casework.cases.case_lifecycle import CaseRules
from schemas.errors import BadSetting
from services.bank_rules import bank_rules
from services.settings import load_settings

CASES = '{"cases": {"quorum": 3, "relapse_weeks": 8}}'


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EBBWATCH_AUTHORITY_FILE", str(tmp_path / "rules.json"))
    return tmp_path / "rules.json"


def test_without_a_file_the_rules_are_the_shipped_ones() -> None:
    found, shipped = bank_rules(load_settings()), BankRules()
    assert (found.cases, found.authority) == (shipped.cases, shipped.authority)
    assert (found.deadlines, found.retention, found.snooze) == (
        shipped.deadlines,
        shipped.retention,
        shipped.snooze,
    )


def test_the_file_sets_each_kind_of_rule(file) -> None:
    file.write_text(
        '{"branch_amount": 5, "deadlines": {"acknowledge": {"alarm": 2, "prompt": 4}}, '
        '"retention": {"saved_pct": 80}, "snooze": {"longest_weeks": 4}, "cases": {"quorum": 3}}'
    )
    found = bank_rules(load_settings())
    assert (found.authority.branch_amount, found.deadlines.acknowledge) == (5, Within(2, 4))
    assert (found.retention.saved_pct, found.snooze.longest_weeks) == (80, 4)
    assert found.cases == CaseRules(3, 26)


def test_a_tier_may_have_its_own_margin_and_the_others_have_the_setting_s(file, monkeypatch) -> None:
    file.write_text('{"margins": {"A": 4}}')
    monkeypatch.setenv("EBBWATCH_MARGIN_BPS", "20")
    margins = bank_rules(load_settings()).margins
    assert (margins.of("A"), margins.of("B")) == (4, 20)
    assert margins.income_minor(1_000_000_00, "A") == 400_00
    assert margins.income_minor(0, "B") == 0


def test_a_setting_that_was_made_wins_over_the_file(file, monkeypatch) -> None:
    file.write_text(CASES)
    assert bank_rules(load_settings()).cases == CaseRules(3, 8)
    monkeypatch.setenv("EBBWATCH_CASE_QUORUM", "2")  # as shipped, and said all the same
    assert bank_rules(load_settings()).cases == CaseRules(2, 8)


@pytest.mark.parametrize("text", [None, "{", '{"snooze": {"longest_weeks": 0}}', '{"margins": {"A": 0}}'])
def test_a_file_that_cannot_be_used_stops_the_start_in_one_line(file, text) -> None:
    if text is not None:
        file.write_text(text)
    with pytest.raises(BadSetting, match=rf"^EBBWATCH_AUTHORITY_FILE: {file}: .+$"):
        bank_rules(load_settings())
