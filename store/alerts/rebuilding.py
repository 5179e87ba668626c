"""An alert's evidence made again: each week from the ledger, policy, tier and leaver model that it was judged from.

First the client alone; where that does not give the verdict again, with all clients of its shard, for then what its
groups did counted. See docs/decisions/0022-policies.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import product

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.alerts.episodes import Episode
from detector.leaver.model import LeaverModel, UnusableModel
from detector.leaver.sharpen import Scores
from detector.policies.policy import Policy
from detector.quiet.calendar import NONE, Festivals
from detector.quiet.surroundings import Surroundings, groupings_of
from detector.rebuild import REBUILT_FROM, rebuild
from schemas.errors import NotFound
from schemas.verdicts import Direction, Verdict
from schemas.weeks import Week
from store.leaver import leaver_models, rescoring
from store.leaver.rescoring import WeekAgain
from store.ledger import ledger_reading, past_amounts
from store.policies import judgings, policy_versions
from store.policies.judgings import Judging
from store.quiet import movements
from store.tables.clients import client
from store.tables.ledger import ledger


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One week of an alert. `again` None: nothing is said of it. `tier`: with which it was made again.

    `unknown`: in a few words, what is not known any more, so that `again` may rightly differ. `lacking`: what is
    needed and cannot be had: it cannot be made again.
    """

    week: Week
    kept: Verdict
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
        if not self.kept.grade:
            return self.again is None or not self.again.grade
        return self.again is not None and _comparable(self.again) == _comparable(self.kept)


@dataclass(frozen=True, slots=True)
class _Case:
    """What one week is made again from. `amendments` None: not known, the ledger as it is."""

    client_id: str
    shard: int
    tier: str
    first_week: int
    rebased_week: int | None
    week: Week
    kept: Verdict
    policy: Policy
    revision: int
    amendments: int | None
    festivals: Festivals
    seen: WeekAgain | None  # by the leaver model; None where none was in use

    @property
    def oldest_week(self) -> int:
        return self.week - REBUILT_FROM + 1

    @property
    def unknown(self) -> str | None:
        if self.amendments is None:
            return "the ledger as it was: this is from the ledger as it is"
        if not self.kept.calendar_version.startswith(self.festivals.version):
            return "the holidays: another edition of them was used"
        return None

    @property
    def begins(self) -> list[int]:
        """Where its history may have begun: a new normal counts from when a person said so, which is not kept."""
        rebased = self.rebased_week
        there = rebased is not None and self.first_week < rebased <= self.week
        return [self.first_week, rebased] if there and rebased is not None else [self.first_week]

    def scores(self, client_ids: Sequence[str], begins: int) -> Scores | None:
        """Of some of the shard's clients, where the case's own begins in a week."""
        return None if self.seen is None else self.seen.scores(client_ids, {self.client_id: begins})

    def rebuilt(self, found: list[Verdict], tier: str) -> Rebuilt:
        mine = (v for v in found if (v.client_id, v.direction) == (self.client_id, self.kept.direction))
        return Rebuilt(self.week, self.kept, next(mine, None), tier, self.unknown)


def rebuild_alert(tx: Connection, episode: Episode, base: Policy, festivals: Festivals = NONE) -> Iterator[Rebuilt]:
    """Every week of the alert's evidence, in order. `base`: the policy of the settings, which may not be kept yet.

    Raises NotFound for a client without activity.
    """
    columns = (client.c.client_id, client.c.shard, client.c.tier, client.c.first_week, client.c.rebased_week)
    mine = client.c.client_id == episode.client_id
    row = tx.execute(sa.select(*columns).where(mine, client.c.first_week.is_not(None))).one_or_none()
    if row is None:
        raise NotFound("activity of client", episode.client_id)
    model_of = cache(partial(_model, tx))  # reading one takes longer than scoring a small shard
    for week in sorted(episode.evidence):
        kept = episode.evidence[week]
        revision = kept.ledger_revision if kept.grade else judgings.newest_revision(tx, row.shard, week)
        judging = judgings.find(tx, row.shard, week, revision)
        amendments = None if judging is None else judging.amendments
        try:
            own = base.version == kept.policy_version
            policy = base if own else policy_versions.get(tx, kept.policy_version).policy
            version = _model_version(kept, judging)
            seen = rescoring.load(tx, model_of(version), row.shard, week, amendments) if version else None
        except (NotFound, UnusableModel) as error:
            yield Rebuilt(week, kept, None, row.tier, lacking=str(error))
            continue
        yield _rebuilt(tx, _Case(*row, week, kept, policy, revision, amendments, festivals, seen))


def _model_version(kept: Verdict, judging: Judging | None) -> str:
    """Of the leaver model that a fall was judged by; empty where none was in use, and for a rise."""
    if kept.direction is not Direction.FALL:
        return ""
    if kept.grade:
        return kept.score.model_version if kept.score else ""
    return "" if judging is None else judging.model_version  # a withdrawn week still has the score of before


def _model(tx: Connection, version: str) -> LeaverModel:
    """Raises NotFound, and UnusableModel, which says which."""
    try:
        return leaver_models.get(tx, version)
    except UnusableModel as error:
        raise UnusableModel(f"leaver model {version}: {error}") from None


def _rebuilt(tx: Connection, case: _Case) -> Rebuilt:
    """1. Alone, by today's tier, then by the policy's others: it may have changed since. 2. Beside its groups."""
    weeks = past_amounts.amounts(tx, case.client_id, case.oldest_week, case.week, case.amendments)
    around = Surroundings(festivals=case.festivals)
    scores = {begins: case.scores([case.client_id], begins) for begins in case.begins}
    tries = []
    for tier, begins in product(dict.fromkeys([case.tier, *(t.tier for t in case.policy.tiers)]), case.begins):
        debit, credit = weeks.copy()
        debit[:, : max(0, begins - case.oldest_week)] = credit[:, : max(0, begins - case.oldest_week)] = 0
        first = np.array([begins], np.int32)
        alone = ([case.client_id], [tier], first, debit, credit)
        made = rebuild(*alone, case.week, case.policy, case.revision, around, scores[begins])
        tries.append(case.rebuilt(made, tier))
    identical = next((each for each in tries if each.identical), None)
    return identical or _beside_its_groups(tx, case, list(dict.fromkeys(each.tier for each in tries)))


def _beside_its_groups(tx: Connection, case: _Case, own_tiers: list[str]) -> Rebuilt:
    """Branch, industry and rests of all clients are as they are known now."""
    judged_from = ledger_reading.judged_from(case.week)
    columns = (client.c.client_id, client.c.tier, judged_from, client.c.branch_id, client.c.industry)
    there = sa.select(*columns).join(ledger, ledger.c.client_id == client.c.client_id)
    rows = sorted(
        tx.execute(there.where(ledger.c.shard == case.shard, ledger.c.week == case.week)), key=lambda row: row[0]
    )
    ids = [row.client_id for row in rows]
    debit, credit = past_amounts.shard_amounts(tx, case.shard, ids, case.oldest_week, case.week, case.amendments)
    around = Surroundings(
        groupings_of([row.branch_id for row in rows], [row.industry for row in rows]),
        movements.quiet_weeks(tx, case.shard, case.week),
        case.festivals,
    )
    begins = np.array([row[2] for row in rows], np.int32)
    scores = case.scores(ids, int(begins[ids.index(case.client_id)]))
    tries = []
    for own in own_tiers:
        tiers = [own if row.client_id == case.client_id else row.tier for row in rows]
        everybody = (ids, tiers, begins, debit, credit)
        made = rebuild(*everybody, case.week, case.policy, case.revision, around, scores)
        tries.append(case.rebuilt(made, own))
        if tries[-1].identical:
            return tries[-1]
    return tries[0]


def _comparable(verdict: Verdict) -> tuple[object, ...]:
    return (
        verdict.grade,
        verdict.comparisons,
        verdict.value_at_risk_minor,
        verdict.policy_version,
        verdict.common,
        verdict.score,
    )
