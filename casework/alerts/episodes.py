"""An alert is an episode: one client, one direction, from its first week to its closing.

Source: docs/judging.md, "Alerts"; docs/decisions/0010-episodes.md.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from schemas.verdicts import Direction, Grade, Series, Verdict
from schemas.vocabulary import AlertState, Outcome
from schemas.weeks import Week, format_week

LIVE: tuple[AlertState, ...] = ("open", "acknowledged")  # waits for somebody; a snoozed one is put off by a person
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_OID, "ebbwatch.alert")


@dataclass(frozen=True, slots=True)
class EpisodeRules:
    """How long, in weeks, an episode waits before it changes by itself."""

    quiet_weeks_to_recover: int = 4  # a month: shorter would close on one good pay-run
    reopen_weeks: int = 13  # a quarter: the longest window that one bad week still colours
    rest_weeks: int = 4  # peace after a person's closing, unless it gets worse
    quiet_weeks_to_end: int = 13  # a quarter: by then its comparisons rest on new weeks, and nobody has wanted it
    silent_weeks_to_be_gone: int = 26  # half a year without any payment: the business is somewhere else by now


@dataclass(frozen=True, slots=True)
class Episode:
    """One alert as it stands at `revision`. Weeks are week numbers, money is minor units of the base currency.

    `evidence` is the newest verdict of every week that ever passed a preset; for judging, old ones may be left out,
    and `settled` is then their worst grade. A week whose verdict was withdrawn stays in it with `Grade.NONE` and no
    comparisons. `touched`: a person has acted on it. `deferred`: it waits for room in its branch's week.
    `told`: people have been told of it; what began in history is not told before it proves to last.
    """

    alert_id: str
    client_id: str
    direction: Direction
    revision: int
    state: AlertState
    grade: Grade
    opened_week: Week  # first week with evidence
    last_week: Week  # last week with evidence
    quiet_weeks: int  # weeks without evidence after `last_week`, as known when this revision was made
    value_at_risk_minor: int
    touched: bool = False
    assignee: str | None = None
    snoozed_until: date | None = None
    snooze_reason: str | None = None
    snoozed_from: AlertState | None = None  # the state it returns to
    outcome: Outcome | None = None
    outcome_note: str | None = None
    recovered_week: Week | None = None
    deferred: bool = False
    let_in_week: Week | None = None  # by the calendar, after it was deferred
    told: bool = True
    evidence: Mapping[Week, Verdict] = field(default_factory=dict)
    settled: Grade = Grade.NONE  # worst grade among the weeks left out of `evidence`
    unsaved_weeks: frozenset[Week] = field(default=frozenset(), compare=False)  # evidence the store has not seen

    @property
    def live(self) -> dict[Week, Verdict]:
        """The evidence that has not been withdrawn."""
        return {week: verdict for week, verdict in self.evidence.items() if verdict.grade}

    @property
    def newest(self) -> Verdict:
        """The verdict of `last_week`; of an episode whose evidence was all withdrawn, one without comparisons."""
        return self.evidence[self.last_week]


def alert_id_of(client_id: str, direction: Direction, opened_week: int) -> str:
    """The id that judging the same week again makes again."""
    return str(uuid.uuid5(_NAMESPACE, f"{direction.value}/{format_week(opened_week)}/{client_id}"))


def leading_series(verdict: Verdict) -> Series:
    """The series of the worst comparison; turnover where there is none."""
    return verdict.comparisons[0].series if verdict.comparisons else Series.TURNOVER


def without_snooze(episode: Episode) -> Episode:
    """`episode` without its snooze, at the same revision."""
    return replace(
        episode,
        state=episode.snoozed_from or "open",
        snoozed_until=None,
        snooze_reason=None,
        snoozed_from=None,
    )
