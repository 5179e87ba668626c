"""Training without labels: clients that stayed, faded by known courses, against themselves unfaded.

Gradient-boosted trees with monotone constraints (Friedman 2001; XGBoost), then Platt's calibration (1999) on
clients that the trees had not seen, shrunk by what first passes of a limit are worth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xgboost

from detector.leaver.combining import any_way
from detector.leaver.courses import COURSES, SLOWER, Course, Stretches, cut
from detector.leaver.features import Matrix, features, monotone
from detector.leaver.first_passes import Margins, shrunk, watch
from detector.leaver.history import REACH_WEEKS, ClientHistory, Floats, History, Ints, without_quiet_weeks
from detector.leaver.leaving import Leaving, half_thinned, leave, smaller, streams_ended, thinned
from detector.leaver.margins import margins_of
from detector.leaver.model import LeaverModel
from schemas.errors import EbbwatchError

PROMPT_WEEKS, ALARM_WEEKS = 0.0035, 0.0015  # of clients that stay: for a quarter, thirteen looks, 5 % with presets
BASE_RATE = 0.05  # leavers among clients at any time: what a manager is ready to look into

_STRETCHES_A_CLIENT = 16
_MOST_STRETCHES = 8_000  # more teach no more and want more memory
_LEAST_STRETCHES = 200
_MOST_WATCHED = 2_000  # stretches, week by week
_AT_ONCE = 2_500  # looks in work at a time: what a processor keeps near
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
class Lot:
    """Examples for one lot of trees: each course by each of `kinds`, looked at in `looks` of `weeks_in`, weeks
    after the onset, none twice.
    """

    courses: tuple[Course, ...]
    kinds: tuple[Leaving, ...]
    weeks_in: tuple[int, ...]
    looks: int = 4


@dataclass(frozen=True, slots=True)
class Way:
    """One way of leaving: the share of leavers that go it, and its lots, whose trees are averaged: one lot's
    figures move with the draw of its examples.
    """

    share: float
    lots: tuple[Lot, ...]


_SMALLER = Lot(COURSES, (smaller,), (9, 10, 11, 12, 12, 18, 24))
_FEWER = Lot(COURSES, (streams_ended, thinned), (8, 9, 10, 11, 12, 12, 13, 18, 24))
_ANY_SOON = Lot(COURSES, (smaller, thinned, streams_ended), (8, 10, 11, 12, 12, 18, 24))
_ANY_SLOWLY = Lot(  # until long after
    COURSES + SLOWER, (smaller, half_thinned, thinned, streams_ended), (12, 14, 18, 21, 24, 30, 36, 44)
)
WAYS = (Way(0.25, (_SMALLER, _SMALLER)), Way(0.4, (_FEWER, _FEWER)), Way(0.35, (_ANY_SOON, _ANY_SLOWLY)))


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
    part of the clients and look at the others, by turns. 3. Calibrate on those looks, and on the first that pass.
    4. Train on all.
    """
    draw = np.random.default_rng(seed)
    given = History.of(history)
    filled = without_quiet_weeks(given)
    drawn = [[_examples(given, filled, lot, draw) for lot in way.lots] for way in WAYS]
    shares = [way.share for way in WAYS]
    fold = draw.integers(0, _FOLDS, len(given.turnover))
    everything = _together([examples for lots in drawn for examples in lots])
    blind = [
        [[_grow(each, fold[each.client] != number, seed) for each in lots] for lots in drawn]
        for number in range(_FOLDS)
    ]
    unseen = _unseen(everything, fold, blind, shares)
    limit = float(np.quantile(unseen[everything.leaves == 0], 1.0 - PROMPT_WEEKS))
    watched = cut(given, filled, _STRETCHES_A_CLIENT, _MOST_WATCHED, draw)
    passes = [
        watch(watched.where(fold[watched.client] == number), _margins_by(trees, shares), limit, draw)
        for number, trees in enumerate(blind)
    ]
    slope, offset = shrunk(*_platt(unseen, everything.leaves), BASE_RATE, passes)
    log_odds = unseen * slope + offset
    everybody = [
        tuple(bytes(_grow(each, np.ones(len(each.leaves), np.bool_), seed).save_raw("json")) for each in lots)
        for lots in drawn
    ]
    return LeaverModel(
        ways=tuple(everybody),
        shares=tuple(shares),
        slope=slope,
        offset=offset,
        base_rate=BASE_RATE,
        prompt_at=_chance_above(log_odds[everything.leaves == 0], PROMPT_WEEKS),
        alarm_at=_chance_above(log_odds[everything.leaves == 0], ALARM_WEEKS),
        evaluation=_evaluation(log_odds, everything, seed),
    )


def _examples(history: History, filled: History, lot: Lot, draw: np.random.Generator) -> Examples:
    stretches = cut(history, filled, _STRETCHES_A_CLIENT, _MOST_STRETCHES, draw)
    if len(stretches) < _LEAST_STRETCHES:
        raise TooLittleHistory(
            f"{len(stretches)} stretches of clients that stay, {_LEAST_STRETCHES} are needed: more clients or weeks"
        )
    looks = list(_looks(stretches, lot, draw))
    turnover, count, first, leaves, client = (np.concatenate(part) for part in zip(*looks, strict=True))
    last = np.array([REACH_WEEKS - 1])
    parts = [slice(start, start + _AT_ONCE) for start in range(0, len(turnover), _AT_ONCE)]
    columns = [features(turnover[part], count[part], first[part], last)[:, 0] for part in parts]
    return Examples(np.concatenate(columns), leaves, client)


def _looks(
    stretches: Stretches, lot: Lot, draw: np.random.Generator
) -> Iterator[tuple[Floats, Floats, Ints, npt.NDArray[np.int8], Ints]]:
    """Stretches faded and unfaded as they look some weeks after the onset: the REACH_WEEKS weeks until then, the
    column of the first, whether they are faded, and whose they are.
    """
    parts = np.array_split(draw.permutation(len(stretches)), 2 * len(lot.courses))
    for number, part in enumerate(parts):
        course = lot.courses[number % len(lot.courses)]
        weeks_in = np.sort(draw.choice(lot.weeks_in, lot.looks, replace=False))
        for week in weeks_in.tolist():
            mine = stretches.where(part[stretches.ahead[part] > week])
            gone = leave(mine, course, lot.kinds, draw)
            begin = week + 1  # the looked-at week is then the last of REACH_WEEKS
            first = np.maximum(np.tile(mine.first, 2) - begin, 0)
            leaves = np.repeat(np.array([1, 0], np.int8), len(mine))
            seen = slice(begin, begin + REACH_WEEKS)
            turnover = np.concatenate([gone.turnover[:, seen], mine.turnover[:, seen]])
            count = np.concatenate([gone.count[:, seen], mine.count[:, seen]])
            yield turnover, count, first, leaves, np.tile(mine.client, 2)


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


def _unseen(
    examples: Examples, fold: Ints, blind: Sequence[Sequence[Sequence[xgboost.Booster]]], shares: Sequence[float]
) -> Floats:
    """Margins of examples by the trees that had not seen their clients."""
    margins = np.zeros(len(examples.leaves))
    for number, grown in enumerate(blind):
        judged = fold[examples.client] == number
        data = xgboost.DMatrix(examples.columns[judged])
        margins[judged] = any_way(
            [[each.predict(data, output_margin=True) for each in way] for way in grown], shares
        )
    return margins


def _margins_by(trees: Sequence[Sequence[xgboost.Booster]], shares: Sequence[float]) -> Margins:
    return lambda stretches, at: margins_of(trees, shares, stretches.turnover, stretches.count, stretches.first, at)


def _platt(margins: Floats, leaves: npt.NDArray[np.int8]) -> tuple[float, float]:
    """Slope and offset of log-odds by logistic regression (Newton), leavers weighted to be BASE_RATE of all."""
    weight = np.where(leaves == 1, BASE_RATE, 1.0 - BASE_RATE)
    design = np.stack([margins, np.ones(len(margins))], axis=1)
    found = np.array([1.0, np.log(BASE_RATE / (1.0 - BASE_RATE))])

    def loss(of: Floats) -> float:
        log_odds = design @ of
        return float(np.mean(weight * (np.logaddexp(0.0, log_odds) - leaves * log_odds)))

    for _ in range(25):
        chance = 1.0 / (1.0 + np.exp(np.clip(-(design @ found), -500.0, 500.0)))
        gradient = design.T @ (weight * (leaves - chance))
        curvature = (design * (weight * chance * (1.0 - chance))[:, None]).T @ design + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        while np.abs(step).max() > 1e-9 and loss(found + step) > loss(found) + 1e-9:
            step /= 2  # a whole one goes too far where nearly all margins are one
        found = found + step
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
