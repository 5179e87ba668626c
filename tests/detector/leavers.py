"""The first alerts of a simulated bank under the shipped presets: leavers, whose onset is known, and stayers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from detector.comparisons.sums import Ints
from detector.comparisons.windows import LONGEST
from detector.explanation.evidence import Known
from detector.policies.presets import default_policy
from detector.state import ShardState
from detector.step import WeekVolumes, step
from feeds.simulated_bank import SimulatedBank
from feeds.truth import Leaver
from schemas.verdicts import Direction, Series
from schemas.weeks import Week

FIRST, WEEKS, CLIENTS, SEED = 2700, 150, 2000, 41
LATEST = 40  # weeks after its onset in which a leaver's first alert is looked at
PEERS = 50


@dataclass(frozen=True)
class FirstAlert:
    """`leaver` None: the client stays. `known` is all that is known by the week of the alert."""

    leaver: Leaver | None
    series: Series
    known: Known

    @property
    def weeks(self) -> Ints:
        """Of the series that told."""
        sides = {Series.DEBIT: self.known.debit, Series.CREDIT: self.known.credit}
        return sides.get(self.series, self.known.turnover)

    @property
    def onset_ago(self) -> int:
        assert self.leaver is not None
        return self.known.week - self.leaver.onset_week


@lru_cache(maxsize=1)
def first_alerts() -> tuple[FirstAlert, ...]:
    """Of every client one at most: a fall, and a leaver's within LATEST weeks of its onset."""
    bank = SimulatedBank(SEED, CLIENTS, first_week=FIRST, leaver_share=0.4)
    truth = {leaver.client_id: leaver for leaver in bank.truth()}
    ids, joined = np.array(bank.client_ids), np.maximum(bank.joined_weeks, FIRST).astype(np.int32)
    debit, credit = bank.weekly(FIRST, FIRST + WEEKS - 1)
    begun, old = joined < FIRST + LONGEST, slice(0, LONGEST)
    state = ShardState.from_history(
        list(ids[begun]), joined[begun], debit[begun][:, old], credit[begun][:, old], FIRST + LONGEST - 1
    )
    policy, tiers, found = default_policy("HKD"), np.array(bank.tiers), {}
    row = {client_id: at for at, client_id in enumerate(ids)}
    industry = _industries(bank)
    for at in range(LONGEST, WEEKS):
        there = joined <= FIRST + at
        week = WeekVolumes(Week(FIRST + at), list(ids[there]), joined[there], debit[there, at], credit[there, at])
        state, verdicts = step(state, week, policy, list(tiers[there]))
        for verdict in verdicts.passed():
            leaver, me = truth.get(verdict.client_id), row[verdict.client_id]
            leaves = leaver is not None and 0 <= verdict.week - leaver.onset_week < LATEST
            wanted = leaver is None or (leaves and leaver.kind != "closed")
            if verdict.direction is not Direction.FALL or verdict.client_id in found or not wanted:
                continue
            since = slice(joined[me] - FIRST, at + 1)
            peers = [i for i in np.flatnonzero(industry == industry[me]) if i != me][:PEERS]
            known = Known(
                week=Week(FIRST + at),
                debit=debit[me, since],
                credit=credit[me, since],
                industry=(debit + credit)[peers, since],
                industry_since=(joined[peers] - joined[me]).astype(np.int64),
            )
            found[verdict.client_id] = FirstAlert(leaver, verdict.comparisons[0].series, known)
    return tuple(found.values())


def _industries(bank: SimulatedBank) -> np.ndarray:
    """By row; those who join later have none yet and are each other's peers."""
    named = {record.client_id: record.industry for record in bank.client_records()}
    return np.array([named.get(client_id, "") for client_id in bank.client_ids])
