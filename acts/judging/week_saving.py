"""What a judged shard-week leaves in the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from acts.judging.week_reading import WeekToJudge
from casework.alerts import judging
from casework.alerts.episodes import Episode, EpisodeRules
from casework.alerts.income import STANDARD_MARGINS, Margins
from detector.judging import JudgedWeek
from schemas.weeks import Week
from store.alerts import alert_rows, explaining
from store.alerts.explained_weeks import ClientWeeks, ExplainedWeeks
from store.leaver import leaver_scores
from store.ledger import shard_weeks
from store.policies import judgings
from store.quiet import movements
from store.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class AlertRules:
    """How verdicts become alerts. `currency`: the bank's base currency, that messages name. `limited`: a branch
    takes only so many new alerts a week, so that new ones wait their turn.
    """

    episodes: EpisodeRules
    currency: str
    limited: bool = False
    margins: Margins = STANDARD_MARGINS


def save_episodes(
    tx: Tx, week: WeekToJudge, judged: JudgedWeek, rules: AlertRules, at: datetime, explained: ExplainedWeeks
) -> list[Episode]:
    """The alerts that the week changed: 1. Judge the episodes. 2. Explain the falls. 3. Save them all.

    Raises StaleRevision where a person was quicker; the transaction must then be given up.
    """
    shard, number = week.claim.shard, Week(week.claim.week)
    current = alert_rows.load_open(tx, shard, number)
    closed = alert_rows.load_last_closed(tx, shard, number, rules.episodes)
    changed = judging.judge_week(current, closed, judged.raised(), number, rules.episodes, week.suppressed)
    if rules.limited:
        changed = [replace(each, deferred=True) if each.revision == 1 else each for each in changed]

    def read_weeks(tx: Tx, number: int, client_ids: Iterable[str]) -> ClientWeeks:
        return explained.read(tx, shard, number, week.claim.amendments, client_ids)

    explanations = explaining.explain_changed(tx, shard, number, changed, read_weeks)
    alert_rows.save_all(tx, changed, week.facts, rules.currency, at, explanations, margins=rules.margins)
    return changed


def save_judging(tx: Tx, week: WeekToJudge, judged: JudgedWeek) -> None:
    """The week's movements and scores, what it was judged from, and that it has been judged."""
    claim, verdicts, scores = week.claim, judged.verdicts, judged.scores
    movements.save_movements(tx, claim.shard, claim.week, verdicts.movements, verdicts.explained())
    leaver_scores.save_scores(tx, claim, week.rows.client_ids, scores, verdicts.fall > 0)
    judgings.save_judging(tx, claim, week.policy.version, "" if scores is None else scores.model_version)
    shard_weeks.mark_judged(tx, claim)
