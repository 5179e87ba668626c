"""An alert's evidence made again: each week from the ledger, the policy and the tier that it was judged from.

See docs/decisions/0022-policies.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.episodes import Episode
from detector.policy import Policy
from detector.rebuild import REBUILT_FROM, rebuild
from schemas.errors import NotFound
from schemas.verdicts import Verdict
from schemas.weeks import Week
from store import judgings, ledger_past, policies
from store.tables import client


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One week of an alert. `again` None: no preset passes. `tier`: with which it was made again.

    `unknown`: in a few words, what is not known any more, so that `again` may rightly differ.
    """

    week: Week
    kept: Verdict
    again: Verdict | None
    tier: str
    unknown: str | None

    @property
    def identical(self) -> bool:
        """The same grade, comparisons to the last digit, money and policy. A withdrawn week: none again."""
        if not self.kept.grade:
            return self.again is None
        return self.again is not None and _told(self.again) == _told(self.kept)


@dataclass(frozen=True, slots=True)
class _Subject:
    client_id: str
    shard: int
    tier: str
    first_week: int


def rebuild_alert(tx: Connection, episode: Episode, base: Policy) -> Iterator[Rebuilt]:
    """Every week of the alert's evidence, in order. `base`: the policy of the settings, which may not be kept yet.

    Raises NotFound for a client without activity.
    """
    columns = (client.c.client_id, client.c.shard, client.c.tier, client.c.first_week)
    mine = client.c.client_id == episode.client_id
    row = tx.execute(sa.select(*columns).where(mine, client.c.first_week.is_not(None))).one_or_none()
    if row is None:
        raise NotFound("activity of client", episode.client_id)
    for week in sorted(episode.evidence):
        yield _rebuilt(tx, _Subject(*row), week, episode.evidence[week], base)


def _rebuilt(tx: Connection, subject: _Subject, week: Week, kept: Verdict, base: Policy) -> Rebuilt:
    """The client's tier may have changed since: the tier of today first, then the policy's others."""
    revision = kept.ledger_revision if kept.grade else judgings.newest_revision(tx, subject.shard, week)
    amendments = judgings.find_amendments(tx, subject.shard, week, revision)
    try:
        policy = base if base.version == kept.policy_version else policies.get(tx, kept.policy_version).policy
    except NotFound:
        return Rebuilt(week, kept, None, subject.tier, "the policy was never kept")
    debit, credit = ledger_past.amounts(tx, subject.client_id, week - REBUILT_FROM + 1, week, amendments)
    unknown = None if amendments is not None else "the ledger as it was: this is from the ledger as it is"
    tiers = dict.fromkeys([subject.tier, *(tier.tier for tier in policy.tiers)])
    tries = [
        Rebuilt(week, kept, _of(kept, again), tier, unknown)
        for tier in tiers
        for again in [rebuild(subject.client_id, tier, subject.first_week, debit, credit, week, policy, revision)]
    ]
    return next((each for each in tries if each.identical), tries[0])


def _of(kept: Verdict, found: list[Verdict]) -> Verdict | None:
    return next((verdict for verdict in found if verdict.direction == kept.direction), None)


def _told(verdict: Verdict) -> tuple[object, ...]:
    return verdict.grade, verdict.comparisons, verdict.value_at_risk_minor, verdict.policy_version
