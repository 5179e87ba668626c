"""A trained model: trees as data, what they were trained on, and how well they did. No code is ever loaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from detector.leaver.features import features, names
from detector.leaver.history import (
    ENOUGH_WEEKS,
    REACH_WEEKS,
    SMOOTHED_OVER,
    ClientHistory,
    Floats,
    History,
    Ints,
    without_quiet_weeks,
)
from schemas.errors import EbbwatchError

if TYPE_CHECKING:
    import xgboost

FORMAT = 2
_WEEKS_AT_ONCE = 52
_AT_ONCE = 400_000  # client-weeks of history in work at a time: what a processor keeps near


class UnusableModel(EbbwatchError):
    """A model file that is none, is damaged, or was made for other features."""


@dataclass(frozen=True, slots=True)
class LeaverModel:
    """`trees`: one booster a way of leaving; `shares`: of their sums in the score, as many.

    `base_rate`: the share of clients taken to be leaving at any time. `slope`, `offset`: margin to log-odds.

    `prompt_at`, `alarm_at`: probabilities from which on the score speaks by itself, or makes an alarm of a prompt.
    `evaluation`: what training measured on clients it had not seen.
    """

    trees: tuple[bytes, ...]  # XGBoost's own JSON
    shares: tuple[float, ...]
    slope: float
    offset: float
    base_rate: float
    prompt_at: float
    alarm_at: float
    evaluation: Mapping[str, Any]
    version: str = field(init=False)  # names this very model: the first letters of its hash
    _boosters: tuple[xgboost.Booster, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        limits = self.base_rate, self.prompt_at, self.alarm_at
        made = repr(
            ([json.loads(each) for each in self.trees], self.shares, self.slope, self.offset, *limits)
        )  # as read: numbers have many spellings
        object.__setattr__(self, "version", hashlib.sha256(made.encode()).hexdigest()[:12])
        object.__setattr__(self, "_boosters", tuple(_load(each) for each in self.trees))

    def score(self, history: ClientHistory) -> Floats:
        """Probability that each client is leaving, by what was known at the end of each week: (clients, weeks).

        Column t depends on columns up to t alone. Before a client's ENOUGH_WEEKS-th week it is the base rate.
        """
        given = History.of(history)
        return self.probability(smoothed(self._margins(given, 0)))

    def latest(self, history: ClientHistory) -> Floats:
        """The last column of `score`, (clients,), for a fraction of the work. Raises ValueError without a week."""
        given = History.of(history)
        weeks = given.turnover.shape[1]
        return self.probability(smoothed(self._margins(given, max(0, weeks - len(SMOOTHED_OVER)))))[:, -1]

    def _margins(self, given: History, begin: int) -> Floats:
        """The trees' raw sums of the columns from `begin` on; NaN where a client's history is too short."""
        weeks = given.turnover.shape[1]
        if int(given.first_week.min(initial=weeks)) > weeks - ENOUGH_WEEKS:
            return np.full((len(given.turnover), weeks - begin), np.nan)
        turnover = without_quiet_weeks(given)
        margins = np.empty((len(turnover), weeks - begin))
        for start in range(begin, weeks, _WEEKS_AT_ONCE):
            at = np.arange(start, min(start + _WEEKS_AT_ONCE, weeks))
            reached = max(0, start - REACH_WEEKS + 1)
            first = np.maximum(given.first_week - reached, 0)
            margins[:, at - begin] = self._trees_of(turnover[:, reached : at[-1] + 1], first, at - reached)
        seen = np.arange(begin + 1, weeks + 1) - given.first_week[:, None]
        margins[seen < ENOUGH_WEEKS] = np.nan
        return margins

    def _trees_of(self, turnover: Floats, first: Ints, at: Ints) -> Floats:
        """The trees' raw sums by their shares, (n, m), of clients at the columns `at` of their weeks."""
        out = np.zeros((len(turnover), len(at)))
        rows = max(1, _AT_ONCE // max(1, turnover.shape[1]))
        for start in range(0, len(turnover), rows):
            part = slice(start, start + rows)
            columns = features(turnover[part], first[part], at)
            flat = columns.reshape(-1, columns.shape[-1])
            for booster, share in zip(self._boosters, self.shares, strict=True):
                margin = np.asarray(booster.inplace_predict(flat, predict_type="margin"))
                out[part] += share * margin.reshape(columns.shape[:2])
        return out

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
            "trees": [json.loads(each) for each in self.trees],
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
        if not len(body["trees"]) == len(body["shares"]) > 0:
            raise UnusableModel(f"not a leaver model: {len(body['trees'])} boosters, {len(body['shares'])} shares")
        return LeaverModel(
            trees=tuple(json.dumps(each, separators=(",", ":")).encode() for each in body["trees"]),
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


def smoothed(margins: Floats) -> Floats:
    """Weighted over the last weeks, (n, T); NaN weeks do not count, and a NaN week stays one."""
    total, weight = np.zeros((2, *margins.shape))
    for lag, share in enumerate(SMOOTHED_OVER):
        then = margins[:, : margins.shape[1] - lag]
        known = ~np.isnan(then)
        total[:, lag:] += np.where(known, share * then, 0.0)
        weight[:, lag:] += share * known
    return np.where(np.isnan(margins), np.nan, total / np.maximum(weight, 1e-12))


def _load(trees: bytes) -> xgboost.Booster:
    import xgboost  # here, since a process without a model in use has no need of it

    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(bytearray(trees))
    return booster
