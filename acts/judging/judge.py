"""Judging closed weeks as they come: one shard-week a transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from acts.judging.leaver_scores import LeaverScores
from acts.judging.shard_states import ShardStates
from acts.judging.week_reading import Holidays, read_week
from acts.judging.week_saving import AlertRules, save_episodes, save_judging
from casework.alerts.episodes import Episode
from detector.judging import judge_week
from detector.policies.policy import Policy
from detector.verdicts import Verdicts
from schemas.errors import StaleRevision
from store.alerts.explained_weeks import ExplainedWeeks
from store.ledger import shard_weeks
from store.ledger.shard_weeks import Claim
from store.unit_of_work import Store, Tx


@dataclass(frozen=True, slots=True)
class Judged:
    """What one unit of work did."""

    claim: Claim
    verdicts: Verdicts
    changed: list[Episode]


class WeekJudge:
    """Judges the weeks of all shards. `base`: the policy where none was noted; `leaver_scores`: None without a
    model; `clock`: of the outbox's rows, and of what is history.
    """

    def __init__(
        self,
        store: Store,
        base: Policy,
        rules: AlertRules,
        holidays: Holidays,
        clock: Callable[[], datetime],
        leaver_scores: LeaverScores | None = None,
    ) -> None:
        self._store, self._base, self._rules, self._holidays, self._clock = store, base, rules, holidays, clock
        self._leaver_scores = leaver_scores
        self._states = ShardStates()
        self._explained = ExplainedWeeks()

    def judge_next(self) -> Judged | None:
        """One shard-week in one transaction; None when nothing waits. Judges again where a person was quicker."""
        while True:
            try:
                judged = self._store.transact(self._judge)
            except StaleRevision:
                continue  # somebody acted on an alert between our reading and our writing it
            if judged is not None:
                self._states.put(judged.claim, judged.verdicts.state)
            return judged

    def _judge(self, tx: Tx) -> Judged | None:
        """1. Claim, and whether it is history. 2. Read the week. 3. State before it, and scores. 4. Step, sharpen.
        5. Episodes. 6. Save the judging, and mark the week judged.
        """
        claim = shard_weeks.claim_week(tx)
        if claim is None:
            return None
        at = self._clock()
        claim = self._rules.with_history(claim, at)
        week = read_week(tx, claim, self._base, self._holidays)
        state = self._states.take(tx, claim)
        scores = None
        if self._leaver_scores is not None:
            scores = self._leaver_scores.scores(tx, claim, week.rows, week.facts)
        judged = judge_week(state, week.volumes, week.policy, week.tiers, week.around, scores)
        changed = save_episodes(tx, week, judged, self._rules, at, self._explained)
        save_judging(tx, week, judged)
        return Judged(claim, judged.verdicts, changed)
