"""Who banks here: size, tier, branch, line of business and when they joined."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from feeds.industries import INDUSTRIES
from feeds.randomness import Bools, Dice, Floats, Ints, Stream
from schemas.events import ClientRecord
from schemas.weeks import monday

MEDIAN_WEEK_MINOR = 12_000_000  # 120 thousand a week of turnover: a small company in Hong Kong dollars
SIZE_SIGMA = 1.75  # log-normal: the middle 99 % of clients span four orders of magnitude
PARETO_SHARE, PARETO_INDEX = 0.03, 1.3  # the few groups that are far larger than any log-normal makes them
SMALLEST_MINOR, LARGEST_MINOR = 200_000, 50_000_000_000
TIER_A_MINOR, TIER_B_MINOR = 100_000_000, 16_000_000  # weekly turnover: about 52 million and 8 million a year
JOINING_SHARE = 0.08  # of all clients, during the horizon


@dataclass(frozen=True, slots=True)
class Population:
    """Parallel columns, one entry a client, length n. Money: mean weekly minor units."""

    size_minor: Floats
    industry: Ints  # index into INDUSTRIES
    branch: Ints  # from 0
    joined_week: Ints  # long before the first week for most
    tier: list[str]
    association: Bools

    def client_id(self, index: int) -> str:
        return f"C{index + 1:06d}"

    def branch_id(self, index: int) -> str:
        return f"B{int(self.branch[index]) + 1:03d}"

    def record(self, index: int, closed_week: int | None) -> ClientRecord:
        """The client master's row; the name says that nobody real is meant."""
        trade = INDUSTRIES[int(self.industry[index])]
        opened = monday(int(self.joined_week[index])) + timedelta(days=index % 5)
        closed: date | None = None if closed_week is None else monday(closed_week)
        return ClientRecord(
            client_id=self.client_id(index),
            name=f"Client {index + 1:06d} {trade.name}",
            kind="association" if trade.association else "company",
            branch_id=self.branch_id(index),
            tier=self.tier[index],
            industry=trade.name,
            opened_on=opened,
            closed_on=closed,
        )


def draw_population(dice: Dice, clients: int, branches: int, first_week: int, horizon: int) -> Population:
    """Draw all clients, those that join during the `horizon` weeks after `first_week` included."""
    rng = dice.at(Stream.POPULATION)
    weights = np.array([trade.weight for trade in INDUSTRIES])
    industry = rng.choice(len(INDUSTRIES), clients, p=weights / weights.sum())
    association = np.array([trade.association for trade in INDUSTRIES])[industry]
    size = _sizes(rng, clients) * np.where(association, 0.25, 1.0)
    weight_of_branch = 1.0 / np.arange(1, branches + 1) ** 0.5  # a head office and its smaller sisters
    joins = np.where(
        rng.random(clients) < JOINING_SHARE,
        first_week + rng.integers(1, max(2, horizon), clients),
        first_week - rng.integers(60, 1200, clients),
    )
    size = np.clip(size, SMALLEST_MINOR, LARGEST_MINOR)
    return Population(
        size_minor=size,
        industry=industry.astype(np.int64),
        branch=rng.choice(branches, clients, p=weight_of_branch / weight_of_branch.sum()).astype(np.int64),
        joined_week=joins.astype(np.int64),
        tier=["A" if s >= TIER_A_MINOR else "B" if s >= TIER_B_MINOR else "C" for s in size],
        association=association,
    )


def _sizes(rng: np.random.Generator, clients: int) -> Floats:
    body = MEDIAN_WEEK_MINOR * np.exp(SIZE_SIGMA * rng.standard_normal(clients))
    tail = TIER_A_MINOR * (1.0 + rng.pareto(PARETO_INDEX, clients))
    sizes: Floats = np.where(rng.random(clients) < PARETO_SHARE, tail, body)
    return sizes
