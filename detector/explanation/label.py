"""What a fall looks like, from its findings. The four supports: docs/decisions/0024-explanations.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.explanations import SUPPORTED, Finding, FindingKind, Label, Strength

LEAST_SIDE = 0.1  # of the larger side: with less, it is not where a company's money goes
LEAST_FALL = 0.05  # less than that is no fall, and a share of it says nothing
OWN_FALL = 0.5  # support of leaving where both sides fall and the industry does not: it may be its own decline
# The same where nobody knows what the industry does, or the account has one side: a fall is all there is.
ALONE = 0.35
PAYMENTS_MOVED = 0.75  # debits fall while credits hold: paying elsewhere is easier than being paid elsewhere
STRONG, FAIR = (0.65, 0.25), (0.4, 0.1)  # support, and how far ahead of the next


@dataclass(frozen=True, slots=True)
class Judgement:
    label: Label
    strength: Strength
    support: tuple[float, float, float, float]


def judge_label(findings: Sequence[Finding], chance: float | None = None) -> Judgement:
    """The best supported label; unknown where that is weak, or another as good.

    `chance`: the learned one that the client is leaving, None where no model is in use. Nothing looks more like
    leaving than that, nor more like a season than what it leaves: label and chance are one reckoning.
    """
    falls = {found.kind: -(found.change_pct or 0.0) / 100 for found in findings}
    both = _Falls(
        credit=falls.get(FindingKind.CREDITS, 0.0),
        debit=falls.get(FindingKind.DEBITS, 0.0),
        turnover=_turnover_fall(findings),
        industry=falls.get(FindingKind.INDUSTRY),
        one_sided=_is_one_sided(findings),
    )
    wages = falls.get(FindingKind.REGULAR_DEBITS)
    support = (
        _leaving(both, wages) if chance is None else min(_leaving(both, wages), chance),
        _shrinking(both),
        _season_beside(chance, _seasonal(falls)) if FindingKind.LAST_YEAR in falls else 0.0,
        _feed_fault(both, falls) if FindingKind.WITHOUT_FEED_GAPS in falls else 0.0,
    )
    rounded = tuple(round(each, 3) for each in support)
    best = max(range(len(SUPPORTED)), key=lambda at: rounded[at])
    ahead = rounded[best] - max(each for at, each in enumerate(rounded) if at != best)
    strength = _strength(rounded[best], ahead)
    label = Label.UNKNOWN if strength is Strength.WEAK else SUPPORTED[best]
    return Judgement(label, strength, (rounded[0], rounded[1], rounded[2], rounded[3]))


@dataclass(frozen=True, slots=True)
class _Falls:
    """Shares that are gone: 0.4 is 40 % lower, below zero is higher."""

    credit: float
    debit: float
    turnover: float
    industry: float | None
    one_sided: bool  # the account hardly has the other side, which then says nothing

    @property
    def worst(self) -> float:
        return max(self.credit, self.debit)


def _turnover_fall(findings: Sequence[Finding]) -> float:
    sides = [found for found in findings if found.kind in (FindingKind.CREDITS, FindingKind.DEBITS)]
    was, now = (sum(getattr(side, at) or 0 for side in sides) for at in ("before", "after"))
    return (was - now) / was if was > 0 else 0.0


def _is_one_sided(findings: Sequence[Finding]) -> bool:
    sides = [max(0, f.before or 0) for f in findings if f.kind in (FindingKind.CREDITS, FindingKind.DEBITS)]
    return not sides or min(sides) < LEAST_SIDE * max(sides)


def _leaving(falls: _Falls, wages: float | None) -> float:
    """Credits gone while debits, or the regular ones among them, hold: as large a part as does not go with them."""
    if falls.worst < LEAST_FALL:
        return 0.0
    apart = 0.0 if falls.one_sided else (falls.credit - falls.debit) / falls.worst
    diverted = apart if apart >= 0.0 else -apart * PAYMENTS_MOVED
    if wages is not None and falls.credit >= LEAST_FALL and not falls.one_sided:
        diverted = max(diverted, (falls.credit - wages) / falls.credit)
    return max(_part(diverted, 1.0), _own(falls))


def _own(falls: _Falls) -> float:
    """What the industry does not share."""
    if falls.industry is None or falls.one_sided:
        return ALONE
    return OWN_FALL * _part(falls.worst - max(0.0, falls.industry), falls.worst)


def _shrinking(falls: _Falls) -> float:
    """Both fall alike, as far as the industry falls too; of an account with one side, that side."""
    least = falls.worst if falls.one_sided else min(falls.credit, falls.debit)
    if least < LEAST_FALL or falls.industry is None:
        return 0.0
    return least / falls.worst * _part(falls.industry, least)


def _season_beside(chance: float | None, season: float) -> float:
    return season if chance is None else min(season, 1.0 - chance)


def _seasonal(falls: dict[FindingKind, float]) -> float:
    """As much of the fall as there was a year ago, less what is missing against the same weeks of last year."""
    now, then = falls.get(FindingKind.QUARTER_BEFORE, 0.0), falls[FindingKind.LAST_YEAR]
    if now < LEAST_FALL:
        return 0.0
    missing = max(0.0, falls.get(FindingKind.SAME_WEEKS_LAST_YEAR, 0.0))
    return min(_part(then, now), _part(now - missing, now))


def _feed_fault(falls: _Falls, all_falls: dict[FindingKind, float]) -> float:
    """The part of the fall that is not there without the weeks in which the feed was not whole."""
    if falls.turnover < LEAST_FALL:
        return 0.0
    rest = max(0.0, all_falls[FindingKind.WITHOUT_FEED_GAPS])
    return _part(falls.turnover - rest, falls.turnover)


def _part(some: float, whole: float) -> float:
    return min(1.0, max(0.0, some / whole))


def _strength(support: float, ahead: float) -> Strength:
    for strength, (least, lead) in ((Strength.STRONG, STRONG), (Strength.FAIR, FAIR)):
        if support >= least and ahead >= lead:
            return strength
    return Strength.WEAK
