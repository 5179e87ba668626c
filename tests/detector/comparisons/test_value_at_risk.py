"""What is at risk was there: never more than the client moved in its best real year."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.comparisons.readings import value_at_risk
from detector.comparisons.windows import LONGEST

YEAR = 52
paid = st.sampled_from([0, 0, 0, 1, 10, 10**9]) | st.integers(0, 10**6)


@given(weeks=st.lists(paid, min_size=1, max_size=120))
def test_it_is_never_more_than_the_best_year_moved(weeks) -> None:
    newest_first = np.array([*weeks[::-1], *[0] * LONGEST], np.int64)[:LONGEST, None]
    found = int(value_at_risk(newest_first, np.array([len(weeks)], np.int64))[0])
    assert 0 <= found <= max(sum(weeks[at : at + YEAR]) for at in range(len(weeks)))
