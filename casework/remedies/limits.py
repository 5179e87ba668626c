"""Who has to say yes to a remedy, and how much may be given: by percent, amount and duration, all cumulative.

Everything is judged with what the client, the branch and the checker have already, so that two halves are routed
like the whole. Source: docs/decisions/0017.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import msgspec

from casework.remedies.claims import Claim
from casework.remedies.remedy_lifecycle import LEVELS
from schemas.errors import Conflict
from schemas.vocabulary import Level

_ROUTES: dict[Level, tuple[Level, ...]] = {
    "branch": ("branch",),
    "region": ("region",),
    "head_office": ("region", "head_office"),  # two people
}


class LevelLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one level may let pass without the next. Money in the base currency's major units."""

    level: Level
    concession_pct: int  # of one client and fee at any one time
    amount: int  # of one client in the period
    days: int  # of one client and fee in the period
    checker_amount: int  # what one person of this level may approve in the period


class Authority(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bank's limits, lowest level first."""

    version: str = "standard-1"
    period_days: int = 365
    levels: tuple[LevelLimit, ...] = (
        LevelLimit("branch", 25, 20_000, 92, 500_000),
        LevelLimit("region", 100, 200_000, 366, 5_000_000),
        LevelLimit("head_office", 100, 5_000_000, 1096, 20_000_000),
    )
    branch_amount: int = 1_000_000  # of a branch's clients in the period; above it head office has to agree
    branch_ceiling: int = 20_000_000  # no level may pass this

    def __post_init__(self) -> None:
        """Raises ValueError for limits by which a lower level could do more than a higher one."""
        names = [limit.level for limit in self.levels]
        if not names or names != [level for level in LEVELS if level in names]:
            raise ValueError("levels must be some of branch, region and head_office, each once, in this order")
        for lower, higher in pairwise(self.levels):
            if any(more < less for less, more in zip(_numbers(lower), _numbers(higher), strict=True)):
                raise ValueError(f"{higher.level} may do less than {lower.level}")
        if min(*_numbers(self.levels[0]), self.branch_amount) < 0 or self.levels[-1].concession_pct > 100:
            raise ValueError("a limit is below zero, or a percentage above 100")
        if self.period_days < 1 or self.branch_ceiling < self.branch_amount:
            raise ValueError("the period has no day, or the branch's ceiling is below its amount")


@dataclass(frozen=True, slots=True)
class _Together:
    """What one remedy comes to with others of its client."""

    pct: int  # of the fee, at the worst moment
    amount_minor: int
    days: int  # of the fee


class LimitExceeded(Conflict):
    """More than anybody, or than this checker, may give."""


def route(mine: Claim, others: Iterable[Claim], authority: Authority, minor_per_major: int) -> tuple[Level, ...]:
    """The levels that have to agree, lowest first; none where nothing is given up or spent.

    `others`: claims of the branch, of which those within the period count. What has been given decides whether
    anybody may agree; who has to depends also on what else waits for this client. Raises LimitExceeded.
    """
    if mine.fee_code is None and not mine.total_minor:
        return ()
    near = [
        each
        for each in others
        if each.remedy_id != mine.remedy_id and _starts_near(mine, each, authority.period_days)
    ]
    given = [each for each in near if not each.waiting]
    branch_minor = mine.total_minor + sum(each.total_minor for each in given)
    if branch_minor > authority.branch_ceiling * minor_per_major:
        raise LimitExceeded(f"the branch may give no more than {authority.branch_ceiling} in the period")
    top = authority.levels[-1]
    if not _fits(top, _sum_together(mine, given), minor_per_major):
        raise LimitExceeded("more percent, money or days than any level may give this client in the period")
    asked = _sum_together(mine, near)
    over = branch_minor > authority.branch_amount * minor_per_major
    if over and top.level != "head_office":
        raise LimitExceeded(f"the branch may give no more than {authority.branch_amount} in the period")
    lowest = (limit for limit in authority.levels if not over or limit.level == "head_office")
    level = next((limit.level for limit in lowest if _fits(limit, asked, minor_per_major)), top.level)
    return _ROUTES[level]


def check_checker(
    total_minor: int,
    approved_minor: int,
    levels: frozenset[Level],
    authority: Authority,
    minor_per_major: int,
) -> None:
    """Raises LimitExceeded where a checker who may speak for `levels` would have approved more than they may.

    `approved_minor`: what they have approved in the period ending now.
    """
    most = max((limit.checker_amount for limit in authority.levels if limit.level in levels), default=0)
    if approved_minor + total_minor > most * minor_per_major:
        raise LimitExceeded(f"one person of this level may approve no more than {most} in the period")


def _numbers(limit: LevelLimit) -> tuple[int, ...]:
    return limit.concession_pct, limit.amount, limit.days, limit.checker_amount


def _starts_near(mine: Claim, other: Claim, period_days: int) -> bool:
    """Whether less than a period lies between the two, whichever comes first: no order of asking is a way round."""
    period = timedelta(days=period_days)
    return other.starts_on - mine.ends_on < period and mine.starts_on - other.ends_on < period


def _fits(limit: LevelLimit, asked: _Together, minor_per_major: int) -> bool:
    return (
        asked.pct <= limit.concession_pct
        and asked.amount_minor <= limit.amount * minor_per_major
        and asked.days <= limit.days
    )


def _sum_together(mine: Claim, others: Iterable[Claim]) -> _Together:
    of_client = [mine, *(each for each in others if each.client_id == mine.client_id)]
    amount_minor = sum(each.total_minor for each in of_client)
    if mine.fee_code is None:
        return _Together(0, amount_minor, 0)
    of_fee = [each for each in of_client if each.fee_code == mine.fee_code]
    days = sum((each.ends_on - each.starts_on).days for each in of_fee)
    return _Together(_peak_pct(mine, of_fee), amount_minor, days)


def _peak_pct(mine: Claim, of_fee: list[Claim]) -> int:
    """The most that is off the fee on any day of `mine`: the sum can only rise where one starts."""
    starts = [each.starts_on for each in of_fee if mine.starts_on <= each.starts_on < mine.ends_on]
    return max(
        sum(each.concession_pct for each in of_fee if each.starts_on <= day < each.ends_on) for day in starts
    )
