from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from bench.detection.courses import COURSES
from bench.detection.measures import GRADUAL
from bench.detection.measuring import Measured
from bench.detection.not_measured import NotMeasured
from bench.detection.picture import draw, shown
from bench.detection.report import Source, page
from bench.detection.rows import BANK, DO_NOT_INSTALL, LEARNED, OURS, ROWS, STREAM

SOURCE = Source("payments of a test", 7, 21, {GRADUAL: 4, "ended_fast_fade": 0, "ended_abrupt": 2}, 1)


def measured(name: str, kind: str, height: float) -> Measured:
    return Measured(
        name,
        kind,
        {course: np.linspace(0, height, 26) for course in COURSES},
        {GRADUAL: np.linspace(0, height, 27)},
        12.4,
    )


ALL = [
    measured(LEARNED, OURS, 0.8),
    measured("quarter_vs_year", BANK, 0.4),
    Measured("forest", STREAM, why="it is not installed here"),
]


def test_every_row_is_in_the_table_and_says_how_long_it_took() -> None:
    text = page(SOURCE, ALL, "picture.svg")
    assert "| **learned score** | ours | 0.224 | 0.384 | 0.800 | 0.400 | 0.554 | 0.677 | 0.800 | 12 |" in text
    assert "| quarter_vs_year | the bank's own practice | 0.112 | 0.192 |" in text
    assert "](picture.svg)" in text
    assert "payments of a test" in text


def test_what_is_not_measured_says_so_and_why_and_has_no_figures() -> None:
    text = page(SOURCE, ALL, None)
    (line,) = [line for line in text.splitlines() if line.startswith("| forest")]
    assert line.count("not measured") == 7
    assert not any(letter.isdigit() for letter in line)
    assert "* forest: it is not installed here" in text
    assert all(name in text for name in DO_NOT_INSTALL)
    assert "| none |" in text  # nobody faded fast


def test_ours_is_shown_for_each_branch_too() -> None:
    whole = replace(ALL[0], by_branch={"north": measured(LEARNED, OURS, 0.5)})
    assert "| learned score | north | 0.140 | 0.240 | 0.500 | 0.250 |" in page(SOURCE, [whole, *ALL[1:]], None)


def test_the_learned_score_is_set_against_the_best_peer() -> None:
    assert "0.384, 2.00 times as much" in page(SOURCE, ALL, None)
    silent = page(SOURCE, [Measured(LEARNED, OURS, why="not in this build"), *ALL[1:]], None)
    assert "The learned score is not measured." in silent
    assert "times as much" not in silent


def test_the_issue_s_peers_are_all_rows() -> None:
    names = " ".join(row.name for row in ROWS).lower()
    for peer in ("three_sigma", "ewma", "cusum", "adwin", "page-hinkley", "kswin", "half-space", "cut forest"):
        assert peer in names
    assert "luminol" in names
    assert "bg/nbd" in names
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_the_picture_shows_ours_and_the_best_peers() -> None:
    peers = [measured(f"peer {height}", BANK, height / 10) for height in range(1, 8)]
    assert [row.name for row in shown([*ALL, *peers])] == [LEARNED, "peer 7", "peer 6", "peer 5", "quarter_vs_year"]


@pytest.mark.filterwarnings("default")
def test_the_same_figures_draw_the_same_picture(tmp_path: Path, missing: Callable[[str, str], NoReturn]) -> None:
    one, two = tmp_path / "one.svg", tmp_path / "two.svg"
    try:
        draw(ALL, one)
    except NotMeasured as why:
        missing("bench", str(why))
    draw(ALL, two)
    assert one.read_bytes() == two.read_bytes()
    assert b"weeks before the last payment" in one.read_bytes() or b"<path" in one.read_bytes()
