"""What each judging of a shard's week was made from. See docs/decisions/0022-policies.md."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.ledger.shard_weeks import Claim
from store.tables.policies import judged_week
from store.upsert import insert


class Judging(NamedTuple):
    """How often the shard had been amended by then, and the leaver model's version; empty where none was in use."""

    amendments: int
    model_version: str


def save_judging(tx: Connection, claim: Claim, policy_version: str, model_version: str = "") -> None:
    """Keep what a claimed week is judged from; the same revision judged again replaces it.

    `model_version`: of the leaver model; empty where none is in use.
    """
    made_from = {
        "amendments": claim.amendments,
        "policy_version": policy_version,
        "model_version": model_version,
    }
    row = {"shard": claim.shard, "week": claim.week, "revision": claim.revision} | made_from
    key = [judged_week.c.shard, judged_week.c.week, judged_week.c.revision]
    tx.execute(insert(tx, judged_week).values(row).on_conflict_do_update(index_elements=key, set_=made_from))


def find_judging(tx: Connection, shard: int, week: int, revision: int) -> Judging | None:
    """Of a week at a revision; None where that was not noted."""
    mine = (judged_week.c.shard == shard, judged_week.c.week == week, judged_week.c.revision == revision)
    row = tx.execute(sa.select(judged_week.c.amendments, judged_week.c.model_version).where(*mine)).one_or_none()
    return None if row is None else Judging(*row)


def newest_revision(tx: Connection, shard: int, week: int) -> int:
    """The last revision at which a week was judged; 0 where that was not noted."""
    mine = (judged_week.c.shard == shard, judged_week.c.week == week)
    return tx.scalar(sa.select(sa.func.max(judged_week.c.revision)).where(*mine)) or 0
