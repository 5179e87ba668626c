"""`ebbwatch detect`: judge the weeks that ingest has closed, one shard-week a transaction."""

from __future__ import annotations

import logging
import time
from threading import Event

from acts import own_scale
from acts.judging.judge import Judged, WeekJudge
from acts.judging.leaver_scores import LeaverScores
from acts.judging.week_reading import Holidays
from acts.judging.week_saving import AlertRules
from casework.alerts.episodes import EpisodeRules
from casework.alerts.history import NewsRule
from detector.leaver.model import LeaverModel
from detector.policies.policy import Policy
from services.bank_rules import episode_rules, margins_of, policy_of
from services.judging.holiday_calendar import festivals_of, rest_weeks_of
from services.judging.leaver_model import model_of
from services.outliving import Outliving
from services.parts import Parts, Work, run_process
from store.leaver import leaver_models
from store.policies import policy_versions, yearly_turnover

IDLE_S = 0.5  # between two questions for a week, when none waits

log = logging.getLogger(__name__)


class Judge:
    """The judge of closed weeks, with this process's parts; what it judges is counted.

    Raises BadSetting for a country without known holidays.
    """

    def __init__(
        self, parts: Parts, policy: Policy, rules: EpisodeRules, leaver_scores: LeaverScores | None = None
    ) -> None:
        settings = parts.settings
        self._parts = parts
        self._model_version = "none" if leaver_scores is None else leaver_scores.model_version
        self._judge = WeekJudge(
            parts.store,
            policy,
            AlertRules(
                rules,
                settings.base_currency,
                parts.calendar,
                limited=settings.branch_weekly_alerts > 0,
                margins=margins_of(settings),
                news=NewsRule(settings.first_news_week),
            ),
            Holidays(festivals_of(settings.holidays), rest_weeks_of(settings.holidays)),
            parts.clock,
            leaver_scores,
        )

    def judge_next(self) -> Judged | None:
        """One shard-week in one transaction; None when nothing waits."""
        began = time.perf_counter()
        judged = self._judge.judge_next()
        if judged is not None:
            self._count(judged, time.perf_counter() - began)
        return judged

    def _count(self, judged: Judged, seconds: float) -> None:
        metrics = self._parts.metrics
        metrics.weeks_judged.inc()
        metrics.judge_s.observe(seconds)
        metrics.judged_by(judged.verdicts.policy_version, self._model_version)
        for direction, grade, count in judged.verdicts.counts():
            metrics.verdicts.labels(direction, grade.name.lower()).inc(count)
        for episode in (each for each in judged.changed if each.told):
            metrics.alerts.labels(episode.direction, episode.grade.name.lower(), episode.state).inc()


class OwnScale:
    """The shipped policy is put on the bank's own scale before the first week is judged that it can speak of."""

    def __init__(self, parts: Parts, base: Policy) -> None:
        """Says which policy is in force, and what it was made for."""
        self._parts, self._base = parts, base
        self._settled = parts.settings.policy_file is not None
        self._closed = 0  # shard-weeks, at the last look
        self._say_in_force()

    def take_up(self) -> None:
        """Does nothing from the moment that it is noted, or that a person has applied another, nor before another
        week has closed.
        """
        if self._settled:
            return
        parts, currency = self._parts, self._parts.settings.base_currency
        with parts.store.read() as tx:
            self._settled = own_scale.is_settled(tx, self._base)
            before, self._closed = self._closed, yearly_turnover.count_closed_weeks(tx)
        if self._settled or self._closed == before:
            return
        if parts.store.transact(lambda tx: own_scale.scale_default_policy(tx, self._base, currency, parts.clock())):
            self._say_in_force()

    def _say_in_force(self) -> None:
        with self._parts.store.read() as tx:
            application = policy_versions.find_newest_application(tx)
            stored = None if application is None else policy_versions.get(tx, application.version)
        if stored is None:
            return
        made_for = stored.note or "no bank in particular: what is too little to matter is not yet this bank's"
        log.info("policy in force", extra={"policy": stored.version, "made_for": made_for})


def detect_work(parts: Parts) -> Work:
    """Judge until stopped; ask again a moment later when nothing waits."""
    settings = parts.settings
    base = policy_of(settings)
    parts.store.transact(lambda tx: policy_versions.ensure_base_policy(tx, base, parts.clock()))
    model = _take_up_model(parts)
    judge = Judge(parts, base, episode_rules(settings), None if model is None else LeaverScores(model))
    scale = OwnScale(parts, base)
    outliving = Outliving("detect", parts.metrics)

    def judge_on(stop: Event) -> None:
        while not stop.is_set():
            scale.take_up()
            judged = judge.judge_next()
            outliving.worked()
            if judged is None:
                stop.wait(IDLE_S)

    return lambda stop: outliving.run(stop, lambda: judge_on(stop))


def _take_up_model(parts: Parts) -> LeaverModel | None:
    """The model of the settings, kept so that what it judges can be scored again."""
    model = model_of(parts.settings)
    if model is not None:
        first_used = parts.store.transact(lambda tx: leaver_models.save(tx, model, parts.clock()))
        parts.metrics.model_first_used_s.set(first_used.timestamp())
    return model


def main() -> None:
    run_process("detect", detect_work)
