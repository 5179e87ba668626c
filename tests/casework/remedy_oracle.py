"""What must hold of remedies whatever people did, worked out day by day and person by person from what they did.

It looks at what was given through windows of a period's length, where casework.remedies.limits looks around each
remedy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from casework.remedies.limits import Authority
from casework.remedies.remedy_lifecycle import LEVELS, Remedy
from casework.remedies.terms import Terms
from schemas.vocabulary import Level

GIVEN = frozenset({"approved", "active", "expiring", "expired", "revoked"})


@dataclass
class History:
    """Who did what with one remedy. `yes`: checker, level and the terms they saw, since it was last a draft."""

    makers: set[str] = field(default_factory=set)
    deciders: set[str] = field(default_factory=set)
    yes: list[tuple[str, Level, Terms]] = field(default_factory=list)


@dataclass(frozen=True)
class Gift:
    """What one remedy gave, [start, end); `level` is the highest that agreed, None where nobody had to."""

    client: str
    branch: str
    start: date
    end: date
    total: int
    fee: str | None
    pct: int
    level: Level | None


def check_people(remedy: Remedy, history: History) -> None:
    """No maker ever decided, nobody said yes twice, and all who did saw the terms that run."""
    assert not history.makers & history.deciders
    if remedy.state not in GIVEN or (remedy.terms.fee is None and not remedy.terms.total_minor):
        return
    checkers = [checker for checker, _, _ in history.yes]
    assert checkers, f"{remedy.remedy_id} runs and nobody agreed"
    assert len(set(checkers)) == len(checkers)
    assert {terms for _, _, terms in history.yes} == {remedy.terms}


def gift(remedy: Remedy, branch: str, history: History) -> Gift | None:
    """What it gave so far, or will give; None for what gave nothing."""
    terms, end = remedy.terms, remedy.terms.ends_on or remedy.terms.starts_on + timedelta(days=1)
    if remedy.state not in GIVEN:
        return None
    given_up = terms.given_up_minor
    if remedy.state == "revoked":
        end = min(end, remedy.ended_on)
        if end <= terms.starts_on:
            return None
        given_up = given_up * (end - terms.starts_on).days // max(terms.days, 1)  # at least this
    levels = [level for _, level, _ in history.yes]
    return Gift(
        client=remedy.client_id,
        branch=branch,
        start=terms.starts_on,
        end=end,
        total=given_up + terms.cost_minor,
        fee=terms.fee.fee_code.upper() if terms.fee else None,
        pct=terms.fee.concession_pct if terms.fee else 0,
        level=max(levels, key=LEVELS.index) if levels else None,
    )


def check_limits(gifts: Sequence[Gift], authority: Authority) -> None:
    """No client, fee or branch has more within any period than the highest of those who agreed may let pass."""
    for client in {each.client for each in gifts}:
        mine = [each for each in gifts if each.client == client]
        for together in _windows(mine, authority.period_days):
            assert sum(each.total for each in together) <= _limit(together, authority).amount
        for fee in {each.fee for each in mine} - {None}:
            _check_fee([each for each in mine if each.fee == fee], authority)
    for branch in {each.branch for each in gifts}:
        for together in _windows([each for each in gifts if each.branch == branch], authority.period_days):
            total = sum(each.total for each in together)
            assert total <= authority.branch_ceiling
            assert total <= authority.branch_amount or "head_office" in {each.level for each in together}


def _check_fee(gifts: Sequence[Gift], authority: Authority) -> None:
    for together in _windows(gifts, authority.period_days):
        assert sum((each.end - each.start).days for each in together) <= _limit(together, authority).days
    for day in {each.start for each in gifts}:
        running = [each for each in gifts if each.start <= day < each.end]
        assert sum(each.pct for each in running) <= _limit(running, authority).concession_pct


def _windows(gifts: Sequence[Gift], days: int) -> Iterator[list[Gift]]:
    """Every set of gifts that some window of `days` days touches and that no other such set contains."""
    for first in {each.end - timedelta(days=1) for each in gifts} | {each.start for each in gifts}:
        end = first + timedelta(days=days)
        yield [each for each in gifts if each.start < end and each.end > first]


def _limit(gifts: Iterable[Gift], authority: Authority):
    paid = [each.level for each in gifts if each.level is not None]
    highest = max(paid, key=LEVELS.index, default="branch")
    return next(limit for limit in authority.levels if limit.level == highest)
