"""A trained model: trees as data, what they were trained on, and how well they did. No code is ever loaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from detector.leaver.features import names
from detector.leaver.history import (
    ENOUGH_WEEKS,
    REACH_WEEKS,
    ClientHistory,
    Floats,
    History,
    without_quiet_weeks,
)
from detector.leaver.margins import margins_of
from schemas.errors import EbbwatchError

if TYPE_CHECKING:
    import xgboost

FORMAT = 3
_WEEKS_AT_ONCE = 52


class UnusableModel(EbbwatchError):
    """A model file that is none, is damaged, or was made for other features."""


@dataclass(frozen=True, slots=True)
class LeaverModel:
    """`ways`: the boosters of each way of leaving; `shares`: of all leavers, those that go each way. See
    detector.leaver.combining.

    `base_rate`: the share of clients taken to be leaving at any time. `slope`, `offset`: margin to log-odds.

    `prompt_at`, `alarm_at`: probabilities from which on the score speaks by itself, or makes an alarm of a prompt.
    `evaluation`: what training measured on clients it had not seen.
    """

    ways: tuple[tuple[bytes, ...], ...]  # XGBoost's own JSON
    shares: tuple[float, ...]
    slope: float
    offset: float
    base_rate: float
    prompt_at: float
    alarm_at: float
    evaluation: Mapping[str, Any]
    version: str = field(init=False)  # names this very model: the first letters of its hash
    _boosters: Sequence[Sequence[xgboost.Booster]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        limits = self.base_rate, self.prompt_at, self.alarm_at
        trees = [json.loads(each) for way in self.ways for each in way]
        made = repr((trees, self.shares, self.slope, self.offset, *limits))  # as read: numbers have many spellings
        object.__setattr__(self, "version", hashlib.sha256(made.encode()).hexdigest()[:12])
        object.__setattr__(self, "_boosters", [[_load(each) for each in way] for way in self.ways])

    def score(self, history: ClientHistory) -> Floats:
        """Probability that each client is leaving, by what was known at the end of each week: (clients, weeks).
        It is that of a first alert: of one that stands for weeks it is too low.

        Column t depends on columns up to t alone. Before a client's ENOUGH_WEEKS-th week it is the base rate.
        """
        given = History.of(history)
        return self.probability(self._margins(given, 0))

    def latest(self, history: ClientHistory) -> Floats:
        """The last column of `score`, (clients,), for a fraction of the work. Raises ValueError without a week."""
        given = History.of(history)
        weeks = given.turnover.shape[1]
        return self.probability(self._margins(given, max(0, weeks - 1)))[:, -1]

    def _margins(self, given: History, begin: int) -> Floats:
        """Raw log-odds of the columns from `begin` on; NaN where a client's history is too short."""
        weeks = given.turnover.shape[1]
        if int(given.first_week.min(initial=weeks)) > weeks - ENOUGH_WEEKS:
            return np.full((len(given.turnover), weeks - begin), np.nan)
        filled = without_quiet_weeks(given)
        turnover, count = filled.turnover, filled.counted
        margins = np.empty((len(turnover), weeks - begin))
        for start in range(begin, weeks, _WEEKS_AT_ONCE):
            at = np.arange(start, min(start + _WEEKS_AT_ONCE, weeks))
            reached = max(0, start - REACH_WEEKS + 1)
            first = np.maximum(given.first_week - reached, 0)
            seen = slice(reached, at[-1] + 1)
            margins[:, at - begin] = margins_of(
                self._boosters, self.shares, turnover[:, seen], count[:, seen], first, at - reached
            )
        known = np.arange(begin + 1, weeks + 1) - given.first_week[:, None]
        margins[known < ENOUGH_WEEKS] = np.nan
        return margins

    def probability(self, margins: Floats) -> Floats:
        """Calibrated; the base rate where a margin is NaN."""
        odds = np.exp(-(self.slope * margins + self.offset))
        return np.where(np.isnan(margins), self.base_rate, 1.0 / (1.0 + odds))

    def dump(self) -> bytes:
        """JSON that `load_model` reads."""
        body = {
            "format": FORMAT,
            "features": names(),
            "slope": self.slope,
            "offset": self.offset,
            "base_rate": self.base_rate,
            "prompt_at": self.prompt_at,
            "alarm_at": self.alarm_at,
            "evaluation": self.evaluation,
            "shares": self.shares,
            "ways": [_parsed(way) for way in self.ways],
        }
        return json.dumps(body, separators=(",", ":")).encode()


def load_model(raw: bytes) -> LeaverModel:
    """A model from JSON. Raises UnusableModel, which says why."""
    try:
        body = json.loads(raw)
        made_of = tuple(body["features"])
        if body["format"] != FORMAT:
            raise UnusableModel(f"format {body['format']} is not {FORMAT}")
        if made_of != names():
            other = sorted(set(made_of) ^ set(names()))[:3]
            raise UnusableModel(f"made for other features, such as {', '.join(other) or 'another order'}")
        if not len(body["ways"]) == len(body["shares"]) > 0:
            raise UnusableModel(f"not a leaver model: {len(body['ways'])} ways, {len(body['shares'])} shares")
        return LeaverModel(
            ways=tuple(_dumped(way) for way in body["ways"]),
            shares=tuple(float(each) for each in body["shares"]),
            slope=float(body["slope"]),
            offset=float(body["offset"]),
            base_rate=float(body["base_rate"]),
            prompt_at=float(body["prompt_at"]),
            alarm_at=float(body["alarm_at"]),
            evaluation=body["evaluation"],
        )
    except (ValueError, TypeError, KeyError) as error:  # XGBoost's own errors are ValueErrors
        raise UnusableModel(f"not a leaver model: {error!r:.200}") from None


def _parsed(trees: Sequence[bytes]) -> list[Any]:
    return [json.loads(each) for each in trees]


def _dumped(trees: Sequence[Any]) -> tuple[bytes, ...]:
    return tuple(json.dumps(each, separators=(",", ":")).encode() for each in trees)


def _load(trees: bytes) -> xgboost.Booster:
    import xgboost  # here, since a process without a model in use has no need of it

    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(bytearray(trees))
    return booster
