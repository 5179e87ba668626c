"""An alert's evidence made again: each week from the ledger, policy, tier and leaver model that it was judged from.

First the client alone; where that does not give the verdict again, with all clients of its shard, for then what its
groups did counted. See docs/decisions/0022-policies.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import product

import numpy as np

from casework.alerts.episodes import Episode
from detector.judging import JUDGED_FROM_WEEKS, JudgedWeek, judge_from_history
from detector.leaver.model import LeaverModel, UnusableModel
from detector.leaver.sharpen import Scores
from detector.leaver.window import WINDOW_WEEKS, ScoreWindow
from detector.policies.policy import Policy
from detector.quiet.calendar import NONE, Festivals
from detector.quiet.surroundings import Surroundings, groupings_of
from detector.step import WeekVolumes
from schemas.errors import NotFound
from schemas.verdicts import Direction, Verdict
from schemas.weeks import Week
from store.leaver import leaver_models
from store.ledger import past_amounts, past_weeks
from store.ledger.ledger_reading import Int32, Int64
from store.ledger.past_weeks import JudgedClient, PastWeek
from store.policies import judgings, policy_versions
from store.policies.judgings import Judging
from store.quiet import movements
from store.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One week of an alert. `again` None: no verdict comes out. `tier`: with which it was made again.

    `unknown`: in a few words, what is not known any more, so that `again` may rightly differ. `lacking`: what is
    needed and cannot be had: it cannot be made again.
    """

    week: Week
    stored: Verdict
    again: Verdict | None
    tier: str
    unknown: str | None = None
    lacking: str | None = None

    @property
    def identical(self) -> bool:
        """The same grade, comparisons and score to the last digit, group, money and policy. Of a week that was
        withdrawn: nothing again.
        """
        if self.lacking is not None:
            return False
        if not self.stored.grade:
            return self.again is None or not self.again.grade
        return self.again is not None and _comparable(self.again) == _comparable(self.stored)


@dataclass(frozen=True, slots=True)
class _Case:
    """What one week is made again from. `amendments` None: not known, the ledger as it is.

    `model`: None where none was in use. `load_shard`: the shard's week with WINDOW_WEEKS weeks, read once.
    """

    client: JudgedClient
    week: Week
    stored: Verdict
    policy: Policy
    revision: int
    amendments: int | None
    festivals: Festivals
    model: LeaverModel | None
    load_shard: Callable[[], PastWeek]

    @property
    def unknown(self) -> str | None:
        if self.amendments is None:
            return "the ledger as it was: this is from the ledger as it is"
        if not self.stored.calendar_version.startswith(self.festivals.version):
            return "the holidays: another edition of them was used"
        return None

    @property
    def possible_first_weeks(self) -> list[int]:
        """Where its history may have begun: it is not kept when a person said that a new normal begins."""
        first, rebased = self.client.first_week, self.client.rebased_week
        return [first] if rebased is None or not first < rebased <= self.week else [first, rebased]

    @property
    def tiers(self) -> list[str]:
        """Today's tier, then the policy's others: it may have changed since."""
        return list(dict.fromkeys([self.client.tier, *(each.tier for each in self.policy.tiers)]))

    def volumes(self, client_ids: Sequence[str], first_week: Int32, numbers: Int64) -> WeekVolumes:
        """The judged week of some clients, the last of their weeks: debits, credits and payments, (3, n, weeks)."""
        debit, credit, payments = numbers[:, :, -1].copy()
        return WeekVolumes(self.week, client_ids, first_week, debit, credit, self.revision, payments=payments)

    def rebuilt(self, judged: JudgedWeek, tier: str) -> Rebuilt:
        """The verdict of the case's client and direction, where its groups explain it too."""
        found = [*judged.raised(), *judged.verdicts.explained()]
        mine = (v for v in found if (v.client_id, v.direction) == (self.client.client_id, self.stored.direction))
        return Rebuilt(self.week, self.stored, next(mine, None), tier, self.unknown)


def rebuild_alert(tx: Tx, episode: Episode, base: Policy, festivals: Festivals = NONE) -> Iterator[Rebuilt]:
    """Every week of the alert's evidence, in order. `base`: the policy of the settings, which may not be kept yet.

    Raises NotFound for a client without activity.
    """
    client = past_weeks.get_client(tx, episode.client_id)
    model_of = cache(partial(_get_model, tx))  # reading one takes longer than scoring a small shard
    for week in sorted(episode.evidence):
        stored = episode.evidence[week]
        revision = stored.ledger_revision if stored.grade else judgings.newest_revision(tx, client.shard, week)
        judging = judgings.find_judging(tx, client.shard, week, revision)
        amendments = None if judging is None else judging.amendments
        wanted = (client.shard, week, WINDOW_WEEKS, amendments, client.client_id)
        load_shard = cache(partial(past_weeks.load_past_week, tx, *wanted))
        try:
            own = base.version == stored.policy_version
            policy = base if own else policy_versions.get(tx, stored.policy_version).policy
            version = _model_version(stored, judging)
            model = model_of(version) if version else None
        except (NotFound, UnusableModel) as error:
            yield Rebuilt(week, stored, None, client.tier, lacking=str(error))
            continue
        case = _Case(client, week, stored, policy, revision, amendments, festivals, model, load_shard)
        yield _rebuild_alone(tx, case) or _rebuild_with_groups(tx, case)


def _model_version(stored: Verdict, judging: Judging | None) -> str:
    """Of the leaver model that a fall was judged by; empty where none was in use, and for a rise."""
    if stored.direction is not Direction.FALL:
        return ""
    if stored.grade:
        return stored.score.model_version if stored.score else ""
    return "" if judging is None else judging.model_version  # a withdrawn week still has the score of before


def _get_model(tx: Tx, version: str) -> LeaverModel:
    """Raises NotFound, and UnusableModel, which says which."""
    try:
        return leaver_models.get(tx, version)
    except UnusableModel as error:
        raise UnusableModel(f"leaver model {version}: {error}") from None


def _rebuild_alone(tx: Tx, case: _Case) -> Rebuilt | None:
    """From the client's own weeks; None where no tier and first week gives the verdict again."""
    client_id, oldest_week = case.client.client_id, case.week - JUDGED_FROM_WEEKS + 1
    weeks = past_amounts.load_amounts(tx, client_id, oldest_week, case.week, case.amendments)
    around = Surroundings(festivals=case.festivals)
    scores = {begins: _scores(case, [client_id], begins) for begins in case.possible_first_weeks}
    for tier, begins in product(case.tiers, case.possible_first_weeks):
        numbers = weeks.copy()
        numbers[:, :, : max(0, begins - oldest_week)] = 0
        volumes = case.volumes([client_id], np.array([begins], np.int32), numbers)
        before = (numbers[0, :, :-1], numbers[1, :, :-1])
        judged = judge_from_history(
            volumes, *before, case.policy, [tier], around, scores[begins], numbers[2, :, :-1]
        )
        rebuilt = case.rebuilt(judged, tier)
        if rebuilt.identical:
            return rebuilt
    return None


def _rebuild_with_groups(tx: Tx, case: _Case) -> Rebuilt:
    """With all clients of the shard. Branch, industry and rests are as they are known now."""
    shard = case.load_shard()
    ids, mine = shard.client_ids, shard.client_ids.index(case.client.client_id)
    around = Surroundings(
        groupings_of(shard.branches, shard.industries),
        movements.load_quiet_weeks(tx, case.client.shard, case.week),
        case.festivals,
    )
    scores = _scores(case, ids, int(shard.first_week[mine]))
    all_weeks = (shard.debit_minor, shard.credit_minor, shard.payments)
    numbers = np.stack([each[:, -JUDGED_FROM_WEEKS:] for each in all_weeks])
    weeks = np.arange(case.week - JUDGED_FROM_WEEKS + 1, case.week + 1)
    numbers[:, weeks < shard.first_week[:, None]] = 0
    volumes = case.volumes(ids, shard.first_week, numbers)
    tries = []
    for tier in case.tiers:
        tiers = [tier if at == mine else other for at, other in enumerate(shard.tiers)]
        before = (numbers[0, :, :-1], numbers[1, :, :-1])
        judged = judge_from_history(volumes, *before, case.policy, tiers, around, scores, numbers[2, :, :-1])
        tries.append(case.rebuilt(judged, tier))
        if tries[-1].identical:
            return tries[-1]
    return tries[0]


def _scores(case: _Case, client_ids: Sequence[str], begins: int) -> Scores | None:
    """Of some of the shard's clients, where the case's own began in the week `begins`; None without a model."""
    if case.model is None:
        return None
    shard = case.load_shard()
    place = {client_id: at for at, client_id in enumerate(shard.client_ids)}
    first_week = shard.first_week.copy()
    first_week[place[case.client.client_id]] = begins
    window = ScoreWindow.of(case.week, shard.client_ids, shard.debit_minor, shard.credit_minor, shard.payments)
    found = window.scores(case.model, shard.branches, first_week)
    return found.take(np.array([place[client_id] for client_id in client_ids], np.int32))


def _comparable(verdict: Verdict) -> tuple[object, ...]:
    return (
        verdict.grade,
        verdict.comparisons,
        verdict.value_at_risk_minor,
        verdict.policy_version,
        verdict.common,
        verdict.score,
    )
