"""Seeded random numbers that can be drawn for any week alone. Source: docs/decisions/0013-simulated-bank.md."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

TAIL = 4.0  # standard deviations: a log-normal of a heavier tail has no mean to speak of


class Stream(IntEnum):
    """One independent stream of numbers for each thing that is random, so that a new one moves no other."""

    POPULATION = 1
    HABITS = 2
    LIVES = 3
    NOISE = 4
    SILENCE = 5
    SPIKES = 6
    WANDER = 7
    SHARED = 8
    SLIPS = 9
    BOOKINGS = 10
    FEWER = 11


class Dice:
    """Generators keyed by (seed, stream, step): the same numbers whatever was drawn before."""

    def __init__(self, seed: int, clients: int) -> None:
        """`seed`: zero or above. `clients`: length of the normals, one for each client."""
        self._seed, self._clients = seed, clients
        self._cached = lru_cache(maxsize=256)(self._draw)

    def at(self, stream: Stream, step: int = 0) -> np.random.Generator:
        """The generator of one step. Steps may be negative: before 1970 nothing else is different."""
        return np.random.default_rng([self._seed, int(stream), step + 2**20])

    def normals(self, stream: Stream, step: int) -> Floats:
        """(2, clients) normals of one step, cut at TAIL; row 0 debit, row 1 credit. Read-only, kept for reuse."""
        return self._cached(stream, step)

    def moving(self, stream: Stream, step: int, weights: tuple[float, ...]) -> Floats:
        """(2, clients) normals of unit variance, correlated over the last len(weights) steps."""
        total = np.zeros((2, self._clients))
        for back, weight in enumerate(weights):
            total += weight * self.normals(stream, step - back)
        return total / float(np.sqrt(sum(w * w for w in weights)))

    def _draw(self, stream: Stream, step: int) -> Floats:
        drawn = np.clip(self.at(stream, step).standard_normal((2, self._clients)), -TAIL, TAIL)
        drawn.flags.writeable = False
        return drawn
