"""Ten real clients that faded are told of with figures that can be added up again."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from bench.detection.ours import SEED, together
from bench.detection.reading import read_folder
from detector import fit
from detector.leaver.history import ClientHistory
from detector.leaver.model import LeaverModel
from research.fading_clients import MARKS, main
from research.fading_page import NAMES
from schemas.explanations import FindingKind


class FitsOnce:
    """One model for all branches, of the history that is asked for first: each takes a minute, and how the figures
    add up has nothing to do with which one it is.
    """

    def __init__(self) -> None:
        self.histories: list[ClientHistory] = []
        self._model: LeaverModel | None = None

    def __call__(self, history: ClientHistory, seed: int) -> LeaverModel:
        assert seed == SEED
        self.histories.append(history)
        if self._model is None:
            self._model = fit(history, seed)
        return self._model


def test_every_finding_has_a_name_on_the_page() -> None:
    assert set(NAMES) == set(FindingKind) - {FindingKind.INDUSTRY}  # which these payments do not tell


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.timeout(1600)  # it trains a model
def test_ten_are_told_of_and_every_figure_is_added_up_again(real_payments: Path, tmp_path: Path) -> None:
    (tmp_path / "detection.md").write_text(f"before\n{MARKS[0]}yesterday\n{MARKS[1]}after\n")
    fits = FitsOnce()
    main(real_payments, tmp_path, fits)
    text = (tmp_path / "detection.md").read_text()
    assert (text[:7], text[-6:]) == ("before\n", "after\n")
    assert "yesterday" not in text
    assert text.count("### F") == len(list((tmp_path / "fading").glob("*.svg"))) == 10
    assert text.count("Figures added up again from the weeks: the same.") >= 4
    assert "NOT the same" not in text
    told_of = dict.fromkeys(re.findall(r"### F\d+, (\w+),", text))
    assert [_left_out(real_payments, history) for history in fits.histories] == list(told_of)


def _left_out(folder: Path, history: ClientHistory) -> str:
    """The one branch that a model was not to learn from."""
    everybody = read_folder(folder)
    [found] = [
        branch.name
        for branch in everybody
        if np.array_equal(together([each for each in everybody if each is not branch]).turnover, history.turnover)
    ]
    return found
