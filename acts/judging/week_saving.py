"""What a judged shard-week leaves in the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from acts.judging.week_reading import WeekToJudge
from casework.alerts import history, judging
from casework.alerts.episodes import Episode, EpisodeRules
from casework.alerts.history import NewsRule
from casework.alerts.income import STANDARD_MARGINS, Margins
from detector.judging import JudgedWeek
from schemas.weeks import Week, WeekCalendar
from store.alerts import alert_buckets, alert_rows, alert_tellings, explaining
from store.alerts.explained_weeks import ClientWeeks, ExplainedWeeks
from store.leaver import leaver_scores
from store.ledger import shard_weeks
from store.ledger.shard_weeks import Claim
from store.policies import judgings
from store.quiet import movements
from store.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class AlertRules:
    """How verdicts become alerts. `currency`: the bank's base currency, that messages name. `limited`: a branch
    takes only so many new alerts a week, so that new ones wait their turn. `news`: which weeks are.
    """

    episodes: EpisodeRules
    currency: str
    calendar: WeekCalendar
    limited: bool = False
    margins: Margins = STANDARD_MARGINS
    news: NewsRule = field(default_factory=NewsRule)

    def with_history(self, claim: Claim, at: datetime) -> Claim:
        """The claim with whether its week is history: as was said when it was first judged, else by now."""
        if claim.history is not None:
            return claim
        return replace(claim, history=self.news.is_history(claim.week, self.calendar.week_at(at)))

    def today(self, at: datetime) -> date:
        """The day in the bank's zone."""
        return at.astimezone(self.calendar.zone).date()


def save_episodes(
    tx: Tx, week: WeekToJudge, judged: JudgedWeek, rules: AlertRules, at: datetime, explained: ExplainedWeeks
) -> list[Episode]:
    """The alerts that the week changed: 1. Judge the episodes. 2. Tell those that are news. 3. Explain the falls.
    4. Save them all.

    Raises StaleRevision where a person was quicker; the transaction must then be given up.
    """
    shard, number = week.claim.shard, Week(week.claim.week)
    current = alert_rows.load_open(tx, shard, number)
    closed = alert_rows.load_last_closed(tx, shard, number, rules.episodes)
    resting = {e.client_id for e in current.values() if number - e.last_week >= rules.episodes.quiet_weeks_to_end}
    gone = alert_buckets.find_gone(tx, resting, number, rules.episodes)
    changed = judging.judge_week(current, closed, judged.raised(), number, rules.episodes, week.suppressed, gone)
    changed, late = _tell(tx, week, current.values(), changed, rules, at)
    if rules.limited:
        fresh = {each.alert_id for each in changed if each.told and each.revision == 1} | late
        changed = [replace(each, deferred=True) if each.alert_id in fresh else each for each in changed]

    def read_weeks(tx: Tx, number: int, client_ids: Iterable[str]) -> ClientWeeks:
        return explained.read(tx, shard, number, week.claim.amendments, client_ids)

    explanations = explaining.explain_changed(tx, shard, number, changed, read_weeks)
    alert_rows.save_all(tx, changed, week.facts, rules.currency, at, explanations, margins=rules.margins)
    alert_tellings.save(tx, late, number, at)
    return changed


def _tell(
    tx: Tx, week: WeekToJudge, current: Iterable[Episode], changed: list[Episode], rules: AlertRules, at: datetime
) -> tuple[list[Episode], set[str]]:
    """What the week changed with what it tells, and the alerts that are told later than they began.

    A week of history tells nothing new; one that is news also tells what began in history and still stands.
    """
    if week.claim.history:
        return history.keep_untold(changed), set()
    standing = history.find_standing(current, changed)
    of_standing = {each.client_id for each in standing}
    gone = alert_buckets.find_gone(tx, of_standing, week.claim.week, rules.episodes, rules.today(at))
    late = [each for each in standing if each.client_id not in gone]
    return history.tell(changed, late, Week(week.claim.week)), {each.alert_id for each in late}


def save_judging(tx: Tx, week: WeekToJudge, judged: JudgedWeek) -> None:
    """The week's movements and scores, what it was judged from, and that it has been judged."""
    claim, verdicts, scores = week.claim, judged.verdicts, judged.scores
    movements.save_movements(tx, claim.shard, claim.week, verdicts.movements, verdicts.explained())
    leaver_scores.save_scores(tx, claim, week.rows.client_ids, scores, verdicts.fall > 0)
    judgings.save_judging(tx, claim, week.policy.version, "" if scores is None else scores.model_version)
    shard_weeks.mark_judged(tx, claim)
