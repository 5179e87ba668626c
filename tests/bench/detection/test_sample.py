from __future__ import annotations

from dataclasses import replace

import numpy as np

from bench.detection.sample import STAYED, Branch, windows_of_stayers


def test_lives_of_stayers_are_cut_end_to_end_and_leavers_are_left_out(branch: Branch) -> None:
    pool = windows_of_stayers([branch, branch], weeks=100)
    pieces = [
        branch.turnover[i, start : start + 100]
        for i in range(16)
        for start in range(branch.first[i], branch.last[i] - 100 + 2, 100)
    ]
    assert np.array_equal(pool.turnover, np.array(pieces + pieces))
    assert pool.branch.tolist() == [0] * len(pieces) + [1] * len(pieces)
    assert not pool.first.any()


def test_a_piece_that_falls_silent_at_its_end_is_nobody_s_who_stayed(branch: Branch) -> None:
    turnover = branch.turnover.copy()
    turnover[0, 180:299] = 0.0
    turnover[0, 299] = 1.0
    quiet = replace(branch, turnover=turnover)
    assert len(windows_of_stayers([quiet]).turnover) == len(windows_of_stayers([branch]).turnover) - 1
    nobody = replace(branch, outcome=np.full(20, "ended_abrupt"))
    assert STAYED not in nobody.outcome
    assert windows_of_stayers([nobody]).turnover.shape == (0, 208)
