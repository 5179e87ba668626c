"""`ebbwatch detect`: judge the weeks that ingest has closed, one shard-week a transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from threading import Event

from casework.alerts.episodes import Episode, EpisodeRules
from casework.alerts.judging import judge_week
from casework.alerts.message import ClientFacts
from detector.leaver.sharpen import sharpened
from detector.policies.policy import Policy
from detector.state import HISTORY_WEEKS, ShardState
from detector.step import WeekVolumes, step
from detector.verdicts import Verdicts
from schemas.errors import StaleRevision
from schemas.verdicts import Verdict
from schemas.weeks import Week
from services.bank_rules import policy_of
from services.judging import beside
from services.judging.leaver_scores import LeaverScores, model_of
from services.parts import Parts, Work, run_process
from store.alerts import alert_rows, explaining
from store.leaver import leaver_models, leaver_scores
from store.ledger import checkpoint_saving, shard_weeks
from store.ledger.shard_weeks import Claim
from store.policies import judgings, policy_versions
from store.unit_of_work import Tx

IDLE_S = 0.5  # between looks when nothing waits

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one unit of work did."""

    claim: Claim
    verdicts: Verdicts
    changed: list[Episode]


class Judge:
    """Holds each shard's state between weeks, so that a week costs its own volumes and not its history.

    A state is used only where it is of the week before and no closed week has changed since; else it is made from
    the ledger, so that dropping it is always safe.
    """

    def __init__(
        self, parts: Parts, policy: Policy, rules: EpisodeRules, leaver_scores: LeaverScores | None = None
    ) -> None:
        self._parts = parts
        self._leaver_scores = leaver_scores
        self._policy = policy
        self._rules = rules
        self._states: dict[int, tuple[int, ShardState]] = {}  # shard -> (amendments, state)

    def judge_next(self) -> Judged | None:
        """One shard-week in one transaction; None when nothing waits. Judges again where a person was quicker.

        1. Claim. 2. Bring the state up to the week before. 3. Step. 4. Episodes. 5. Write, and mark it judged.
        """
        began = time.perf_counter()
        try:
            judged = self._parts.store.transact(self._work)
        except StaleRevision:
            return self.judge_next()  # somebody acted on an alert between our reading and our writing it
        if judged is not None:
            self._states[judged.claim.shard] = (judged.claim.amendments, judged.verdicts.state)
            self._count(judged, time.perf_counter() - began)
        return judged

    def _work(self, tx: Tx) -> Judged | None:
        claim = shard_weeks.claim(tx)
        if claim is None:
            return None
        state = self._state_before(tx, claim)
        rows = checkpoint_saving.load_week(tx, claim.shard, claim.week)
        volumes = WeekVolumes(
            Week(claim.week), rows.client_ids, rows.first_week, rows.debit_minor, rows.credit_minor, claim.revision
        )
        facts = alert_rows.facts_of_shard(tx, claim.shard)
        policy = policy_versions.find_for_week(tx, claim.week) or self._policy
        clients = [facts[client_id] for client_id in rows.client_ids]
        found = beside.look(tx, claim, clients, self._parts.settings.holidays)
        _, verdicts = step(state, volumes, policy, [each.tier for each in clients], found.around)
        beside.keep(tx, claim, verdicts)
        scores = None if self._leaver_scores is None else self._leaver_scores.scores(tx, claim, rows, facts)
        leaver_scores.save(tx, claim, rows.client_ids, scores, verdicts.fall > 0)
        said = verdicts.passed() if scores is None else sharpened(verdicts, scores)
        changed = self._episodes(tx, claim, said, facts, found.suppressed(facts))
        judgings.note(tx, claim, policy.version, "" if scores is None else scores.model_version)
        shard_weeks.mark_judged(tx, claim)
        return Judged(claim, verdicts, changed)

    def _state_before(self, tx: Tx, claim: Claim) -> ShardState:
        """Taken out of the cache: a step spends it, and a failed transaction must not leave a spent one there."""
        amendments, state = self._states.pop(claim.shard, (-1, None))
        if state is not None and amendments == claim.amendments and state.last_week == claim.week - 1:
            return state
        past = checkpoint_saving.load_history(tx, claim.shard, claim.week - 1, HISTORY_WEEKS)
        return ShardState.from_history(
            past.client_ids, past.first_week, past.debit_minor, past.credit_minor, claim.week - 1
        )

    def _episodes(
        self,
        tx: Tx,
        claim: Claim,
        verdicts: Iterable[Verdict],
        facts: dict[str, ClientFacts],
        suppressed: frozenset[str],
    ) -> list[Episode]:
        current = alert_rows.open_episodes(tx, claim.shard, claim.week)
        closed = alert_rows.last_closed(tx, claim.shard, claim.week, self._rules)
        changed = judge_week(current, closed, verdicts, Week(claim.week), self._rules, suppressed)
        if self._parts.settings.branch_weekly_alerts:
            changed = [replace(e, deferred=True) if e.revision == 1 else e for e in changed]
        told = explaining.explain_changed(tx, claim.shard, claim.week, changed)
        alert_rows.save_all(tx, changed, facts, self._parts.settings.base_currency, self._parts.clock(), told)
        return changed

    def _count(self, judged: Judged, seconds: float) -> None:
        metrics = self._parts.metrics
        metrics.weeks_judged.inc()
        metrics.judge_s.observe(seconds)
        for verdict in judged.verdicts.passed():
            metrics.verdicts.labels(verdict.direction, verdict.grade.name.lower()).inc()
        for episode in judged.changed:
            metrics.alerts.labels(episode.direction, episode.grade.name.lower(), episode.state).inc()


def detect_work(parts: Parts) -> Work:
    """Judge until told to stop; look again a moment later when nothing waits."""
    settings = parts.settings
    rules = EpisodeRules(settings.recover_after_weeks, settings.reopen_within_weeks)
    base = policy_of(settings)
    parts.store.transact(lambda tx: policy_versions.ensure_base_policy(tx, base, parts.clock()))
    model = model_of(settings)
    if model is not None:
        parts.store.transact(lambda tx: leaver_models.save(tx, model, parts.clock()))
    judge = Judge(parts, base, rules, None if model is None else LeaverScores(model))

    def work(stop: Event) -> None:
        while not stop.is_set():
            if judge.judge_next() is None:
                stop.wait(IDLE_S)

    return work


def main() -> None:
    run_process("detect", detect_work)
