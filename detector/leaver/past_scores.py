"""Scores of a week that was judged long ago, as far as they were kept: what a replay is sharpened with."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from detector.leaver.history import Floats
from detector.leaver.sharpen import Scores

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class PastScores:
    """`probability` (k,) of the clients at the places `at` (k,), sorted, and the limits of the model that judged.

    Of all others it was below the limits: nobody knows by how much, and `base_rate` is what is expected of a client
    of whom nothing is known.
    """

    at: Places
    probability: Floats
    base_rate: float
    prompt_at: float
    alarm_at: float
    model_version: str

    def among(self, clients: Places) -> PastScores:
        """Of those at the places `clients`, sorted, counted among them."""
        mine = np.isin(self.at, clients)
        return replace(self, at=np.searchsorted(clients, self.at[mine]), probability=self.probability[mine])

    def of_all(self, clients: int) -> Scores:
        """In columns over so many clients."""
        silent = np.nextafter(min(self.prompt_at, self.alarm_at), 0.0)
        probability = np.full(clients, min(self.base_rate, silent))
        probability[self.at] = self.probability
        return Scores(probability, self.prompt_at, self.alarm_at, self.model_version)
