"""One answer from many trees: that a client leaves by any of the ways that are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detector.leaver.history import Floats


def any_way(ways: Sequence[Sequence[Floats]], shares: Sequence[float]) -> Floats:
    """Log-odds that a client leaves by any of the ways, from what the trees of each say; several of a way are
    averaged. `shares`: of all leavers, those that go each way.

    Odds of one way add up with those of another, each by its share. A mean of log-odds would let the ways that a
    client does not go speak against the one that it goes.
    """
    by_way = [
        np.log(share) + np.mean(each, axis=0, dtype=np.float64) for each, share in zip(ways, shares, strict=True)
    ]
    found: Floats = np.logaddexp.reduce(np.stack(by_way), axis=0)
    return found
