"""For how many weeks has a client paid nothing, and how long does it usually pay nothing?"""

from __future__ import annotations

import numpy as np

from detector.explanation.evidence import YEAR_WEEKS, Bools, Known


def silent_weeks(known: Known) -> int:
    """Weeks up to the one judged in which no money moved; all of them where it never did."""
    moved = np.flatnonzero(_moved(known))
    return len(known.debit) - 1 - int(moved[-1]) if len(moved) else len(known.debit)


def usual_silent_weeks(known: Known, onset: int) -> int:
    """The longest run of weeks without money in the up to a year before place `onset`, when all was as usual."""
    before = _moved(known)[max(0, onset - YEAR_WEEKS) : onset]
    edges = np.flatnonzero(np.concatenate([[True], before, [True]]))
    return int(np.diff(edges).max()) - 1


def _moved(known: Known) -> Bools:
    moved: Bools = (known.debit != 0) | (known.credit != 0)
    return moved
