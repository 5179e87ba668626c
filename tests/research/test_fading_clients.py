"""Ten real clients that faded are told of with figures that can be added up again."""

from __future__ import annotations

from pathlib import Path

import pytest

from research.fading_clients import MARKS, main
from research.fading_page import NAMES
from schemas.explanations import FindingKind


def test_every_finding_has_a_name_on_the_page() -> None:
    assert set(NAMES) == set(FindingKind) - {FindingKind.INDUSTRY}  # which these payments do not tell


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.timeout(600)  # it trains a model for each branch
def test_ten_are_told_of_and_every_figure_is_added_up_again(real_payments: Path, tmp_path: Path) -> None:
    (tmp_path / "detection.md").write_text(f"before\n{MARKS[0]}yesterday\n{MARKS[1]}after\n")
    main(real_payments, tmp_path)
    text = (tmp_path / "detection.md").read_text()
    assert (text[:7], text[-6:]) == ("before\n", "after\n")
    assert "yesterday" not in text
    assert text.count("### F") == len(list((tmp_path / "fading").glob("*.svg"))) == 10
    assert text.count("Figures added up again from the weeks: the same.") >= 4
    assert "NOT the same" not in text
