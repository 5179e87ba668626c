"""Who has to say yes to a remedy, and how much may be given: by percent, amount and duration, all cumulative.

Everything is judged with what the client, the branch and the checker already have in the period, so that two halves
are routed like the whole. Source: docs/decisions/0017.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from casework.remedies import CONCESSIONS, COUNTED, Level, Remedy, Terms
from schemas.errors import BadSetting, Conflict


class LevelLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one level may let pass without the next. Money in the base currency's major units."""

    level: Level
    concession_pct: int
    amount: int  # of one client in the period
    days: int  # of one client and fee in the period


class Authority(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bank's limits, lowest level first. The period is rolling and counts by the start of each remedy."""

    version: str = "standard-1"
    period_days: int = 365
    levels: tuple[LevelLimit, ...] = (
        LevelLimit("branch", 25, 20_000, 92),
        LevelLimit("region", 100, 200_000, 366),
        LevelLimit("head_office", 100, 5_000_000, 1096),
    )
    branch_amount: int = 1_000_000  # of a branch's clients in the period; above it head office has to agree
    branch_ceiling: int = 20_000_000  # no level may pass this
    checker_amount: int = 2_000_000  # what one person may approve in the period


@dataclass(frozen=True, slots=True)
class Given:
    """What counts already, beside the remedy in question: COUNTED remedies that start within the period."""

    client: tuple[Remedy, ...]
    branch_minor: int
    checker_minor: int = 0


class LimitExceeded(Conflict):
    """More than anybody, or than this checker, may give."""


def period(authority: Authority, starts_on: date) -> tuple[date, date]:
    """First and last day of the starts that count together with one on `starts_on`, half-open.

    It looks both ways, so that a later remedy submitted first is no way round.
    """
    length = timedelta(days=authority.period_days)
    return starts_on - length + timedelta(days=1), starts_on + length


def route(remedy: Remedy, given: Given, authority: Authority, minor_per_major: int) -> tuple[Level, ...]:
    """The levels that have to agree, lowest first; none where nothing is given up or spent.

    One yes of the lowest level that may let it pass is enough, but what reaches head office also needs the
    region's: two people. Raises LimitExceeded where no level may.
    """
    if remedy.type not in CONCESSIONS and not remedy.terms.total_minor:
        return ()
    pct, amount_minor, days = _together(remedy, given.client)
    branch_minor = given.branch_minor + remedy.terms.total_minor
    if branch_minor > authority.branch_ceiling * minor_per_major:
        raise LimitExceeded(f"the branch may give no more than {authority.branch_ceiling} in the period")
    for limit in authority.levels:
        fits = pct <= limit.concession_pct and amount_minor <= limit.amount * minor_per_major and days <= limit.days
        if limit.level != "head_office":
            fits = fits and branch_minor <= authority.branch_amount * minor_per_major
        if fits:
            return ("region", "head_office") if limit.level == "head_office" else (limit.level,)
    raise LimitExceeded("more percent, money or days than any level may give this client in the period")


def check_checker(terms: Terms, given: Given, authority: Authority, minor_per_major: int) -> None:
    """Raises LimitExceeded where the checker would have approved more in the period than one person may."""
    if given.checker_minor + terms.total_minor > authority.checker_amount * minor_per_major:
        raise LimitExceeded(f"one person may approve no more than {authority.checker_amount} in the period")


def load_authority(text: bytes) -> Authority:
    """Limits from JSON. Raises BadSetting for a text that is none."""
    try:
        return msgspec.json.decode(text, type=Authority)
    except msgspec.MsgspecError as error:
        raise BadSetting(f"not a table of limits: {error}") from None


def _together(remedy: Remedy, others: Iterable[Remedy]) -> tuple[int, int, int]:
    """Percent of the fee given up at any one time, money, and days of the same fee: with all of the client's."""
    mine = remedy.terms
    amount_minor, pct, days = mine.total_minor, mine.fee.concession_pct if mine.fee else 0, mine.days
    for other in others:
        if other.state not in COUNTED or other.remedy_id == remedy.remedy_id:
            continue
        amount_minor += other.terms.total_minor
        if mine.fee is None or other.terms.fee is None or other.terms.fee.fee_code != mine.fee.fee_code:
            continue
        days += other.terms.days
        if _overlap(mine, other.terms):
            pct += other.terms.fee.concession_pct
    return pct, amount_minor, days


def _overlap(one: Terms, other: Terms) -> bool:
    open_end = date.max
    return one.starts_on < (other.ends_on or open_end) and other.starts_on < (one.ends_on or open_end)
