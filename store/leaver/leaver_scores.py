"""What the model said of judged weeks, as far as it matters: a preview needs it and cannot work it out again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from detector.leaver.past_scores import PastScores
from detector.leaver.sharpen import Scores
from schemas.weeks import Week
from store.ledger.shard_weeks import Claim
from store.tables.leaver import leaver_model, leaver_score
from store.tables.ledger import shard_week
from store.tables.policies import judged_week


@dataclass(frozen=True, slots=True)
class StoredScores:
    """By shard and week. From the week `since` on every judged week has its scores; None: the last has not."""

    weeks: Mapping[int, Mapping[Week, PastScores]]
    since: Week | None


NO_SCORES = StoredScores({}, None)


def save_scores(
    tx: Connection, claim: Claim, client_ids: Sequence[str], scores: Scores | None, fallen: npt.NDArray[np.bool_]
) -> None:
    """The scores of a week that is being judged, in place of those it had; None where no model is in use.

    Kept are those from which on a score does anything, and of the `fallen` (n,), who passed a preset: theirs rank.
    """
    this_week = (leaver_score.c.week == claim.week, leaver_score.c.shard == claim.shard)
    tx.execute(sa.delete(leaver_score).where(*this_week))
    if scores is None:
        return
    speaks = scores.probability >= min(scores.prompt_at, scores.alarm_at)
    at = np.flatnonzero(speaks | fallen).tolist()
    rows = [
        {"week": claim.week, "shard": claim.shard, "client_id": client_ids[place], "probability": probability}
        for place, probability in zip(at, scores.probability[at].tolist(), strict=True)
    ]
    if rows:
        tx.execute(sa.insert(leaver_score), rows)


def load_scores(tx: Connection, place: Mapping[str, int], first: int, last: int) -> StoredScores:
    """The weeks [first, last] of all shards, by each client's `place`."""
    found = tx.execute(_select_judged(first, last)).all()
    lacking = [row.week for row in found if row.version is None]
    since = max([first, *(week + 1 for week in lacking)])
    year: dict[int, dict[Week, PastScores]] = {}
    rows = tx.execute(
        sa.select(leaver_score.c.week, leaver_score.c.shard, leaver_score.c.client_id, leaver_score.c.probability)
        .where(leaver_score.c.week.between(first, last))
        .order_by(leaver_score.c.week, leaver_score.c.shard)
    )
    by_week = {key: [(row[2], row[3]) for row in of_week] for key, of_week in groupby(rows, lambda r: (r[0], r[1]))}
    for row in found:
        if row.version is not None:
            kept = sorted(
                (place[each], chance) for each, chance in by_week.get((row.week, row.shard), ()) if each in place
            )
            year.setdefault(row.shard, {})[Week(row.week)] = PastScores(
                at=np.array([at for at, _ in kept], np.intp),
                probability=np.array([chance for _, chance in kept], np.float64),
                base_rate=row.base_rate,
                prompt_at=row.prompt_at,
                alarm_at=row.alarm_at,
                model_version=row.version,
            )
    return StoredScores(year, Week(since) if found and since <= last else None)


def load_state(tx: Connection, first: int, last: int) -> tuple[tuple[object, ...], ...]:
    """What changes whenever `load` would read something else: how often each shard's weeks have been judged."""
    judged = sa.func.sum(shard_week.c.judged_revision)
    theirs = sa.select(shard_week.c.shard, judged).where(shard_week.c.week.between(first, last))
    rows = tx.execute(theirs.group_by(shard_week.c.shard).order_by(shard_week.c.shard))
    return tuple((row[0], int(row[1])) for row in rows)


def _select_judged(first: int, last: int) -> sa.Select[tuple[int, int, str | None, float, float, float]]:
    """Every judged week of every shard, with the limits of the model of its newest judging, where there was one."""
    newest = sa.and_(
        judged_week.c.shard == shard_week.c.shard,
        judged_week.c.week == shard_week.c.week,
        judged_week.c.revision == shard_week.c.judged_revision,
    )
    model = leaver_model.c
    return (
        sa.select(
            shard_week.c.shard, shard_week.c.week, model.version, model.base_rate, model.prompt_at, model.alarm_at
        )
        .outerjoin(judged_week, newest)
        .outerjoin(leaver_model, model.version == judged_week.c.model_version)
        .where(shard_week.c.week.between(first, last), shard_week.c.judged_revision > 0)
    )
