"""What a shard-week is judged from, read from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from casework.alerts.message import ClientFacts
from casework.quiet.calendar import NOTHING, Suppressions, calendar_version, suppressions
from detector.policies.policy import Policy
from detector.quiet.calendar import NONE, Festivals
from detector.quiet.surroundings import Surroundings, groupings_of
from detector.step import WeekVolumes
from schemas.weeks import Week
from store.alerts import alert_rows
from store.ledger import ledger_reading
from store.ledger.ledger_reading import WeekRows
from store.ledger.shard_weeks import Claim
from store.policies import policy_versions
from store.quiet import calendar, movements
from store.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Holidays:
    """Of the bank's country. `rest_weeks`: those that are mostly public holidays."""

    festivals: Festivals = NONE
    rest_weeks: frozenset[Week] = frozenset()


@dataclass(frozen=True, slots=True)
class WeekToJudge:
    """`rows`: the week's clients and volumes. `clients`: of each of them, in order, what the master says.

    `facts`: the same of every client of the shard, by id. `around`: groups, weeks of rest, festivals.
    `suppressions`: what the calendar holds back in the week.
    """

    claim: Claim
    rows: WeekRows
    clients: Sequence[ClientFacts]
    facts: Mapping[str, ClientFacts]
    policy: Policy
    around: Surroundings
    suppressions: Suppressions

    @property
    def volumes(self) -> WeekVolumes:
        late = self.rows.after_closing
        volumes = self._volumes_of(self.rows)
        return volumes if late is None else replace(volumes, after_closing=self._volumes_of(late))

    def _volumes_of(self, rows: WeekRows) -> WeekVolumes:
        return WeekVolumes(
            Week(self.claim.week),
            rows.client_ids,
            rows.first_week,
            rows.debit_minor,
            rows.credit_minor,
            self.claim.revision,
            payments=rows.payments,
        )

    @property
    def tiers(self) -> list[str]:
        return [each.tier for each in self.clients]

    @property
    def branches(self) -> list[str]:
        return [each.branch_id for each in self.clients]

    @property
    def suppressed(self) -> frozenset[str]:
        """Clients of whom less is expected this week."""
        if self.suppressions == NOTHING:
            return frozenset()
        held = (c.client_id for c in self.facts.values() if self.suppressions.covers(c.client_id, c.branch_id))
        return frozenset(held)


def read_week(tx: Tx, claim: Claim, base: Policy, holidays: Holidays) -> WeekToJudge:
    """1. Volumes. 2. Clients. 3. The policy of the week, `base` where none was noted. 4. Groups and calendar.

    A shard is a sample of every branch and industry, drawn by the key of the topic, and is judged by itself: what
    another shard has judged by then is chance, and judging again must find the same.
    """
    rows = ledger_reading.load_week(tx, claim.shard, claim.week)
    facts = alert_rows.load_facts_of_shard(tx, claim.shard)
    clients = [facts[client_id] for client_id in rows.client_ids]
    policy = policy_versions.find_for_week(tx, claim.week) or base
    entries = calendar.load_of_week(tx, claim.week)
    around = Surroundings(
        groupings=groupings_of([each.branch_id for each in clients], [each.industry for each in clients]),
        quiet_weeks=movements.load_quiet_weeks(tx, claim.shard, claim.week),
        festivals=replace(holidays.festivals, version=calendar_version(holidays.festivals.version, entries)),
    )
    held = suppressions(entries, Week(claim.week), holidays.rest_weeks)
    return WeekToJudge(claim, rows, clients, facts, policy, around, held)
