"""Training without labels: clients that stayed, faded by known courses, against themselves unfaded.

Gradient-boosted trees with monotone constraints (Friedman 2001; XGBoost), then Platt's calibration (1999) on
clients that the trees had not seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xgboost

from detector.leaver.courses import COURSES, SLOWER, Course, Stretches, cut, faded
from detector.leaver.features import Matrix, features, monotone
from detector.leaver.history import REACH_WEEKS, ClientHistory, Floats, History, Ints, without_quiet_weeks
from detector.leaver.model import LeaverModel
from schemas.errors import EbbwatchError

PROMPT_WEEKS, ALARM_WEEKS = 0.01, 0.003  # of clients that stay, by single looks; smoothing leaves less of them
BASE_RATE = 0.05  # leavers among clients at any time: what a manager is ready to look into

_STRETCHES_A_CLIENT = 16
_MOST_STRETCHES = 12_000  # more teach no more and want more memory
_LEAST_STRETCHES = 200
_AT_ONCE = 2_500  # looks in work at a time: what a processor keeps near
_DRAWS = 3  # of examples for each way, with trees of their own: their mean owes less to chance
_ROUNDS = 150
_FOLDS = 2
_TREES = {
    "objective": "binary:logistic",
    "tree_method": "hist",
    "max_depth": 6,
    "eta": 0.08,
    "subsample": 0.5,
    "colsample_bytree": 0.25,
    "min_child_weight": 40,
    "reg_lambda": 5,
    "max_bin": 64,
    "nthread": 1,  # on a machine with other work, more threads wait for each other far longer than they save
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way of leaving. `share`: of its trees in the score. `left_out`: of `faded`. `weeks_in`: weeks after the
    onset, of which `looks` are drawn, none twice.
    """

    share: float
    courses: tuple[Course, ...]
    left_out: tuple[float, ...]
    weeks_in: tuple[int, ...]
    looks: int


WAYS = (
    # every payment smaller: seen at the end of the first quarter
    Way(0.44, COURSES, (0.0,), (10, 11, 12, 12, 18, 24), 4),
    # payments that fail to come, smaller ones, or both, until long after
    Way(0.56, COURSES + SLOWER, (0.0, 0.5, 1.0), (12, 14, 18, 21, 24, 30, 36, 44), 4),
)


class TooLittleHistory(EbbwatchError):
    """Not enough clients with a year of history and a quarter after it."""


@dataclass(frozen=True, slots=True)
class Examples:
    """`columns` (n, features); `leaves` (n,) 1 where faded, 0 the same clients and weeks unfaded; `client` (n,)."""

    columns: Matrix
    leaves: npt.NDArray[np.int8]
    client: Ints


def fit(history: ClientHistory, seed: int) -> LeaverModel:
    """A model of this bank's clients; the same history and seed give the same model.

    Raises TooLittleHistory. 1. Cut stretches of lives and fade half of them, for each way of leaving. 2. Train on a
    part of the clients and look at the others, by turns. 3. Calibrate on those looks. 4. Train on all.
    """
    draw = np.random.default_rng(seed)
    given = History.of(history)
    turnover = without_quiet_weeks(given)
    drawn = [(way, _examples(given, turnover, way, draw)) for way in WAYS for _ in range(_DRAWS)]
    shares = tuple(way.share / _DRAWS for way, _ in drawn)
    fold = draw.integers(0, _FOLDS, len(given.turnover))
    everything = _together([examples for _, examples in drawn])
    unseen = np.zeros(len(everything.leaves))
    for number in range(_FOLDS):
        judged = fold[everything.client] == number
        data = xgboost.DMatrix(everything.columns[judged])
        for (_, examples), share in zip(drawn, shares, strict=True):
            trees = _grow(examples, fold[examples.client] != number, seed)
            unseen[judged] += share * trees.predict(data, output_margin=True)
    slope, offset = _platt(unseen, everything.leaves)
    log_odds = unseen * slope + offset
    grown = [_grow(examples, np.ones(len(examples.leaves), np.bool_), seed) for _, examples in drawn]
    return LeaverModel(
        trees=tuple(bytes(trees.save_raw("json")) for trees in grown),
        shares=shares,
        slope=slope,
        offset=offset,
        base_rate=BASE_RATE,
        prompt_at=_chance_above(log_odds[everything.leaves == 0], PROMPT_WEEKS),
        alarm_at=_chance_above(log_odds[everything.leaves == 0], ALARM_WEEKS),
        evaluation=_evaluation(log_odds, everything, seed),
    )


def _examples(history: History, turnover: Floats, way: Way, draw: np.random.Generator) -> Examples:
    stretches = cut(history, turnover, _STRETCHES_A_CLIENT, _MOST_STRETCHES, draw)
    if len(stretches) < _LEAST_STRETCHES:
        raise TooLittleHistory(
            f"{len(stretches)} stretches of clients that stay, {_LEAST_STRETCHES} are needed: more clients or weeks"
        )
    looks = list(_looks(stretches, way, draw))
    turnover, first, leaves, client = (np.concatenate(part) for part in zip(*looks, strict=True))
    last = np.array([REACH_WEEKS - 1])
    columns = [
        features(turnover[start : start + _AT_ONCE], first[start : start + _AT_ONCE], last)[:, 0]
        for start in range(0, len(turnover), _AT_ONCE)
    ]
    return Examples(np.concatenate(columns), leaves, client)


def _looks(
    stretches: Stretches, way: Way, draw: np.random.Generator
) -> Iterator[tuple[Floats, Ints, npt.NDArray[np.int8], Ints]]:
    """Stretches faded and unfaded as they look some weeks after the onset: the REACH_WEEKS weeks until then, the
    column of the first, whether they are faded, and whose they are.
    """
    lots = np.array_split(draw.permutation(len(stretches)), 2 * len(way.courses))
    for number, lot in enumerate(lots):
        course = way.courses[number % len(way.courses)]
        weeks_in = np.sort(draw.choice(way.weeks_in, way.looks, replace=False))
        for week in weeks_in.tolist():
            mine = stretches.where(lot[stretches.ahead[lot] > week])
            both = np.concatenate([faded(mine, course, way.left_out, draw), mine.turnover])
            begin = week + 1  # the looked-at week is then the last of REACH_WEEKS
            first = np.maximum(np.tile(mine.first, 2) - begin, 0)
            leaves = np.repeat(np.array([1, 0], np.int8), len(mine))
            yield both[:, begin : begin + REACH_WEEKS], first, leaves, np.tile(mine.client, 2)


def _together(parts: list[Examples]) -> Examples:
    return Examples(
        np.concatenate([part.columns for part in parts]),
        np.concatenate([part.leaves for part in parts]),
        np.concatenate([part.client for part in parts]),
    )


def _grow(examples: Examples, which: npt.NDArray[np.bool_], seed: int) -> xgboost.Booster:
    weight = np.where(examples.leaves[which] == 1, 0.25, 1.0)  # ranking the few among the many is what counts
    data = xgboost.DMatrix(examples.columns[which], examples.leaves[which], weight=weight)
    return xgboost.train({**_TREES, "monotone_constraints": monotone(), "seed": seed}, data, _ROUNDS)


def _platt(margins: Floats, leaves: npt.NDArray[np.int8]) -> tuple[float, float]:
    """Slope and offset of log-odds by logistic regression (Newton), leavers weighted to be BASE_RATE of all."""
    weight = np.where(leaves == 1, BASE_RATE, 1.0 - BASE_RATE)
    design = np.stack([margins, np.ones(len(margins))], axis=1)
    found = np.array([1.0, np.log(BASE_RATE / (1.0 - BASE_RATE))])
    for _ in range(25):
        chance = 1.0 / (1.0 + np.exp(-(design @ found)))
        gradient = design.T @ (weight * (leaves - chance))
        curvature = (design * (weight * chance * (1.0 - chance))[:, None]).T @ design + 1e-9 * np.eye(2)
        found = found + np.linalg.solve(curvature, gradient)
    return float(found[0]), float(found[1])


def _chance_above(log_odds: Floats, share: float) -> float:
    """The probability that `share` of them exceed."""
    return float(1.0 / (1.0 + np.exp(-np.quantile(log_odds, 1.0 - share))))


def _evaluation(log_odds: Floats, examples: Examples, seed: int) -> dict[str, object]:
    """How well clients were told apart that the trees had not seen."""
    stay, leave = log_odds[examples.leaves == 0], log_odds[examples.leaves == 1]
    limit = np.quantile(stay, 0.99)
    order = np.argsort(np.concatenate([stay, leave]))
    rank = np.empty(len(order))
    rank[order] = np.arange(1, len(order) + 1)
    area = (rank[len(stay) :].sum() - len(leave) * (len(leave) + 1) / 2) / (len(stay) * len(leave))
    return {
        "clients": len(np.unique(examples.client)),
        "examples": len(log_odds),
        "area_under_roc": round(float(area), 4),
        "caught_at_1_pct_of_weeks": round(float((leave > limit).mean()), 4),
        "seed": seed,
    }
