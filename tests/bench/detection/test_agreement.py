from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import numpy as np
import pytest

from bench.detection.measures import AHEAD, WITHIN, ahead, injected, natural, within
from bench.detection.peers.charts import CHARTS, COMPARISONS
from bench.detection.reading import read_folder
from bench.detection.sample import windows_of_stayers

pytestmark = pytest.mark.data
PEERS = {**COMPARISONS, **CHARTS}


@pytest.fixture(scope="module")
def folder(missing: Callable[[str, str], NoReturn]) -> Path:
    named = os.environ.get("EBBWATCH_TEST_DATA")
    if not named or not (Path(named) / "outcomes_hindsight.parquet").is_file():
        missing("data", "EBBWATCH_TEST_DATA names no folder with outcomes_hindsight.parquet")
    return Path(named)


@pytest.fixture(scope="module")
def other(folder: Path, missing: Callable[[str, str], NoReturn]) -> ModuleType:
    """The measures as somebody else wrote them, beside the data or where EBBWATCH_TEST_PROTOCOL says."""
    path = Path(os.environ.get("EBBWATCH_TEST_PROTOCOL") or folder.parent / "evaluation" / "protocol.py")
    if not path.is_file():
        missing("data", f"{path} is not there, and EBBWATCH_TEST_PROTOCOL names no other protocol.py")
    spec = importlib.util.spec_from_file_location("other_protocol", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:  # a dataclass looks up the module that it is defined in
        patch.setitem(__import__("sys").modules, "other_protocol", module)
        spec.loader.exec_module(module)
    return module


def test_the_branches_and_the_stayers_are_the_same(folder: Path, other: ModuleType) -> None:
    mine, theirs = read_folder(folder), list(other.branches(folder))
    assert [branch.name for branch in mine] == [branch.name for branch in theirs]
    for one, two in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(one.turnover, two.turnover)
        assert np.array_equal(one.first, two.first)
        assert np.array_equal(one.last, two.last)
        assert one.outcome.tolist() == two.outcome.tolist()
    pool = np.concatenate([other.stayers(branch) for branch in theirs])
    np.testing.assert_allclose(windows_of_stayers(mine).turnover, pool)


@pytest.mark.parametrize("peer", PEERS)
def test_both_measures_agree_on_a_peer_to_the_third_decimal(peer: str, folder: Path, other: ModuleType) -> None:
    mine, theirs = read_folder(folder), list(other.branches(folder))
    pool = np.concatenate([other.stayers(branch) for branch in theirs])
    courses = injected(windows_of_stayers(mine), PEERS[peer])
    expected = other.injected(pool, other.PEERS[peer])
    assert [(course.ramp, course.residual) for course in courses] == list(expected)
    for curve, wanted in zip(courses.values(), expected.values(), strict=True):
        assert [within(curve, weeks) for weeks in WITHIN] == pytest.approx(wanted, abs=5e-4)
    outcomes, hoped = natural(mine, PEERS[peer]), other.natural(theirs, other.PEERS[peer])
    assert set(outcomes) == set(hoped)
    for outcome, wanted in hoped.items():
        assert [ahead(outcomes[outcome], weeks) for weeks in AHEAD] == pytest.approx(wanted, abs=5e-4)


def test_every_peer_of_the_other_protocol_is_measured_here(other: ModuleType) -> None:
    assert set(PEERS) == set(other.PEERS)
