"""The sorted run against a dict, for hashes spread evenly and for hashes that are not."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.arrays import UInt64
from ingest.folding.sorted_run import SortedRun

rng = np.random.default_rng(3)
EVEN = rng.integers(0, 2**64, 20_000, np.uint64)
CROWDED = np.concatenate(
    [np.arange(5_000, dtype=np.uint64), np.uint64(2**64 - 1) - np.arange(300, dtype=np.uint64)]
)


def filled(hashes: UInt64, pieces: int) -> SortedRun:
    run = SortedRun(block_entries=1_000)  # so that a merge takes several blocks
    for piece in np.array_split(rng.permutation(np.unique(hashes)), pieces):
        rising = np.sort(piece)
        run.absorb(rising, rising ^ np.uint64(0xFF))
    return run


@pytest.mark.parametrize("hashes", [EVEN, CROWDED, EVEN[:1], EVEN[:0]], ids=["even", "crowded", "one", "none"])
@pytest.mark.parametrize("pieces", [1, 2, 9])
def test_every_hash_is_found_with_its_word_and_no_other_is(hashes: UInt64, pieces: int) -> None:
    run = filled(hashes, pieces)
    asked = np.concatenate([hashes, hashes + np.uint64(1), np.array([0, 2**64 - 1], np.uint64)])
    words = np.zeros(len(asked), np.uint64)

    found = run.find(asked, words)

    assert (run.hashes[1:] > run.hashes[:-1]).all()
    assert found.tolist() == np.isin(asked, hashes).tolist()
    assert (words[found] == asked[found] ^ np.uint64(0xFF)).all()
    assert not words[~found].any()


def test_kept_entries_stay_in_order_and_the_rest_is_gone() -> None:
    run = filled(EVEN, 3)
    kept_low_bytes = np.arange(256) < 100

    run.retain(kept_low_bytes)

    expected = np.unique(EVEN)
    expected = expected[kept_low_bytes[(expected ^ np.uint64(0xFF)).astype(np.uint8)]]
    assert (run.hashes == expected).all()
    assert (run.words == expected ^ np.uint64(0xFF)).all()
