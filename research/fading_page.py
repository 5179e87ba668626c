"""What the product would have said of clients that faded, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from casework.alerts.episodes import Episode
from schemas.explanations import SUPPORTED, Explanation, FindingKind, Label, weeks_left
from schemas.messages import Summary
from schemas.verdicts import Grade
from schemas.weeks import format_week

AHEAD = 8  # weeks before the last payment: what comes later is too late to act on
LOOK_BACK = 26
YEAR, QUARTER = 52, 13
NAMES = {
    FindingKind.CREDITS: "credits",
    FindingKind.DEBITS: "debits",
    FindingKind.REGULAR_DEBITS: "regular debits",
    FindingKind.QUARTER_BEFORE: "turnover against the quarter before",
    FindingKind.LAST_YEAR: "the same a year ago",
    FindingKind.SAME_WEEKS_LAST_YEAR: "turnover against the same weeks last year",
    FindingKind.BRANCH_EVENTS: "payments a week of 30 others of its branch",
    FindingKind.WITHOUT_FEED_GAPS: "turnover without the weeks of a thin feed",
    FindingKind.VALUE_AT_RISK: "value at risk: the weeks before times the distance of",
}


@dataclass(frozen=True)
class Seen:
    """One revision of its alert, made by the evidence of that week; `rebuilt`: plain sums gave the same figures."""

    episode: Episode
    told: Explanation
    said: Summary
    rebuilt: bool


@dataclass(frozen=True)
class Faded:
    """`first`, `last`: places of its first and last payment in `turnover`; `start`: the week of place 0. The score
    speaks by itself from `prompt_at` on.
    """

    branch: str
    turnover: npt.NDArray[np.int64]
    first: int
    last: int
    start: int
    seen: Sequence[Seen]
    prompt_pct: float
    minimum_effect: int
    chance: npt.NDArray[np.float64]  # of leaving, by the learned score, at each place of `turnover`
    prompt_at: float

    @property
    def first_seen(self) -> Seen | None:
        """The first of the last half-year."""
        return next((s for s in self.seen if s.told.week - self.start >= self.last - LOOK_BACK), None)

    def ahead(self, seen: Seen) -> int:
        return self.last - (seen.told.week - self.start)

    def reading(self, ahead: int) -> tuple[float, float]:
        """Deviation of the last quarter from the year before, percent, and its money a year, units."""
        end = self.last - ahead + 1
        now = float(self.turnover[end - QUARTER : end].mean())
        usual = float(self.turnover[end - QUARTER - YEAR : end - QUARTER].mean())
        return (now - usual) / usual * 100, abs(now - usual) * YEAR / 100

    def earlier_alerts(self) -> int:
        """Episodes that began before the last half-year and were quiet again by then."""
        first = self.first_seen
        mine = None if first is None else first.episode.alert_id
        return len({s.episode.alert_id for s in self.seen if self.ahead(s) > LOOK_BACK} - {mine})


def page(told: Sequence[Faded]) -> str:
    return (
        "\n".join([*_summary(told), *(line for at, each in enumerate(told, 1) for line in _client(each, at))])
        + "\n"
    )


def _summary(told: Sequence[Faded]) -> Iterator[str]:
    yield "| | council | first told in the last half-year | grade | onset, weeks before the end | label |"
    yield "|---|---|---|---|---|---|"
    for at, each in enumerate(told, 1):
        seen = each.first_seen
        if seen is None:
            yield f"| F{at:02d} | {each.branch} | none | - | - | - |"
            continue
        onset = each.last - (seen.told.onset_week - each.start)
        limits = [each.last - (week - each.start) for week in (seen.told.onset_latest, seen.told.onset_earliest)]
        grade = "alarm" if each.seen[-1].episode.grade is Grade.ALARM else "prompt"
        yield (
            f"| F{at:02d} | {each.branch} | {each.ahead(seen)} weeks before the last payment | {grade} | "
            f"{onset} ({limits[0]} to {limits[1]}) | {seen.told.label}, {seen.told.strength} |"
        )
    early = sum(1 for each in told if _caught(each))
    yield ""
    yield f"{early} of {len(told)} were told of at least {AHEAD} weeks before the last payment."
    yield ""


def _caught(each: Faded) -> bool:
    seen = each.first_seen
    return seen is not None and each.ahead(seen) >= AHEAD


def _client(each: Faded, at: int) -> Iterator[str]:
    yield f"### F{at:02d}, {each.branch}, last paid in {format_week(each.start + each.last)}"
    yield ""
    yield f"![F{at:02d}](fading/{at:02d}.svg)"
    yield ""
    seen = each.first_seen
    if seen is not None:
        yield from _alert(each, seen)
    yield f"**Missed, and why.** {_missed(each)}"
    yield ""


def _alert(each: Faded, seen: Seen) -> Iterator[str]:
    told = seen.told
    left = weeks_left(told.onset_week, told.week)
    yield f"**{each.ahead(seen)} weeks before the last payment**, {format_week(told.week)}:"
    yield ""
    yield f"> {seen.said.en}"
    yield ">"
    yield f"> {seen.said.zh}"
    yield ""
    if seen.episode.newest.comparisons:
        yield from _arithmetic(seen)
    support = ", ".join(f"{label} {value:.2f}" for label, value in zip(SUPPORTED, told.support, strict=True))
    yield f"Weeks left: {left.least} to {left.most}. Support: {support}."
    yield ""
    yield "| evidence | before | after | change |"
    yield "|---|---|---|---|"
    for found in told.findings:
        unit = 1 if found.kind is FindingKind.BRANCH_EVENTS else 100
        before, after = (
            "-" if value is None else f"{value / unit:,.{0 if unit == 1 else 2}f}"
            for value in (found.before, found.after)
        )
        change = "-" if found.change_pct is None else f"{found.change_pct:.1f} %"
        yield f"| {NAMES[found.kind]} | {before} | {after} | {change} |"
    yield ""


def _arithmetic(seen: Seen) -> Iterator[str]:
    yield "| comparison | series | actual | expected | deviation | preset |"
    yield "|---|---|---|---|---|---|"
    for c in seen.episode.newest.comparisons:
        yield (
            f"| {c.baseline} | {c.series} | {c.actual_minor / 100:,.2f} | {c.expected_minor / 100:,.2f} | "
            f"{c.deviation_pct:.1f} % | {c.preset_pct:.0f} % |"
        )
    yield ""
    yield f"Figures added up again from the weeks: {'the same' if seen.rebuilt else 'NOT the same'}."
    yield ""


def _missed(each: Faded) -> str:
    seen, text = each.first_seen, []
    if _caught(each) and seen is not None:
        text.append(_late(each, seen))
    else:
        text += [_too_late(each, seen), _because(each)]
    if each.earlier_alerts():
        alerts = "another alert" if each.earlier_alerts() == 1 else f"{each.earlier_alerts()} other alerts"
        text.append(f"Before its last half-year it had raised {alerts}, about falls that it came back from.")
    if seen is not None and seen.told.label is not Label.LEAVING:
        text.append(f"The label {seen.told.label} was wrong: it ended.")
    return " ".join(text)


def _late(each: Faded, seen: Seen) -> str:
    waited = each.last - (seen.told.onset_week - each.start) - each.ahead(seen) + 1
    since = each.start + each.last - seen.episode.opened_week
    text = f"Told in time, but by its own estimate the volume had been lower for {waited} weeks by then."
    opened = since - each.ahead(seen)
    if since <= LOOK_BACK:
        return text
    return f"{text} The alert was {opened} week{'s' if opened > 1 else ''} old, from before the last half-year."


def _too_late(each: Faded, seen: Seen | None) -> str:
    return (
        "It was never told of." if seen is None else f"It was told of only {each.ahead(seen)} weeks before the end."
    )


def _because(each: Faded) -> str:
    asked = each.chance[each.last - LOOK_BACK : each.last - AHEAD + 1]
    return f"{_preset(each)} The score came to {asked.max():.2f} by then; it speaks from {each.prompt_at:.2f} on."


def _preset(each: Faded) -> str:
    deviation, money = each.reading(AHEAD)
    way = "below" if deviation < 0 else "above"
    text = f"Eight weeks before the end its last quarter stood {abs(deviation):.0f} % {way} the year before"
    if deviation > each.prompt_pct:
        preset = f"the preset waits for {each.prompt_pct:.0f} %"
        return f"{text}, and {preset}: thirteen weeks had not come down far enough."
    if money < each.minimum_effect:
        least = f"{each.minimum_effect:,}"
        return (
            f"{text}, beyond the preset, but {money:,.0f} a year is less than the {least} that an alert is about."
        )
    return f"{text}, beyond the preset."
