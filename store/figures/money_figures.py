"""What the kept cases brought and what all closed ones cost, and the concessions that run today."""

from __future__ import annotations

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.cases.retention import AFTER_WEEKS, PROPOSED_WEEKS
from casework.figures.tally import KEPT, TRUE, regained_minor, spent_minor
from casework.remedies.effect import BEFORE_WEEKS
from casework.remedies.remedy_lifecycle import RUNNING
from store.cases import case_span
from store.clients import turnover_windows
from store.figures.scope import OF_CLIENT, Scope, Tallies
from store.ledger import closed_weeks
from store.tables.cases import client_case
from store.tables.clients import client
from store.tables.remedies import remedy_table

_SHORT, _LONG = PROPOSED_WEEKS  # a quarter after the opening, or better the half-year where it is over


def add_money(tx: Connection, scope: Scope, tallies: Tallies) -> None:
    """Turnover regained, what was spent, concessions running."""
    _add_regained(tx, scope, tallies)
    _add_spent(tx, scope, tallies)
    _add_concessions(tx, scope, tallies)


def _add_regained(tx: Connection, scope: Scope, tallies: Tallies) -> None:
    """1. The kept cases. 2. Which weeks of theirs can be measured. 3. What moved in them."""
    kept = (client_case.c.retention.in_(KEPT), client_case.c.truth.in_(TRUE), client.c.first_week.is_not(None))
    rows = tx.execute(
        sa.select(client_case.c.case_id, client_case.c.opened_week, client_case.c.times_reopened, *OF_CLIENT)
        .join_from(client_case, client, client.c.client_id == client_case.c.client_id)
        .where(scope.within(client_case.c.closed_week), *kept, *scope.branches)
    ).all()
    if not rows:
        return
    again = case_span.load_reopened_weeks(tx, [row.case_id for row in rows if row.times_reopened], scope.calendar)
    opened = np.array([again.get(row.case_id, row.opened_week) for row in rows], np.int64)
    before = np.maximum(opened - BEFORE_WEEKS, np.array([row.first_week for row in rows], np.int64))
    closed = closed_weeks.load_closed_weeks(tx, int(opened.min()) - BEFORE_WEEKS, int(opened.max()) + 1 + _LONG)
    shards = [row.shard for row in rows]
    long = closed.all_closed(shards, opened + 1, opened + 1 + _LONG)
    end = opened + 1 + np.where(long, _LONG, _SHORT)
    measurable = closed.all_closed(shards, before, opened) & closed.all_closed(shards, opened + 1, end)
    chosen = np.flatnonzero(measurable)
    ids = [rows[i].client_id for i in chosen.tolist()]
    sums_before = turnover_windows.load_turnover_sums(tx, ids, before[chosen], opened[chosen])
    sums_after = turnover_windows.load_turnover_sums(tx, ids, end[chosen] - AFTER_WEEKS, end[chosen])
    for i, minor_before, minor_after in zip(chosen.tolist(), sums_before, sums_after, strict=True):
        regained = regained_minor(minor_before, int(opened[i] - before[i]), minor_after, AFTER_WEEKS)
        if regained is not None:
            tallies[rows[i].branch_id].regained_minor += regained
            tallies[rows[i].branch_id].measured += 1


def _add_spent(tx: Connection, scope: Scope, tallies: Tallies) -> None:
    """Of every closed case, kept or not: what did not help was spent too."""
    ended = remedy_table.c.ended_on
    whole = (remedy_table.c.state.in_([*RUNNING, "expired"]), remedy_table.c.starts_on <= scope.today)
    early = (remedy_table.c.state == "revoked", ended > remedy_table.c.starts_on)
    of_closed = (
        sa.select(client.c.branch_id)
        .join_from(remedy_table, client_case, client_case.c.case_id == remedy_table.c.case_id)
        .join(client, client.c.client_id == client_case.c.client_id)
        .where(scope.within(client_case.c.closed_week), remedy_table.c.type != "no_action", *scope.branches)
    )
    sums = of_closed.add_columns(sa.func.sum(remedy_table.c.total_minor)).where(*whole).group_by(client.c.branch_id)
    for branch, minor in tx.execute(sums):
        tallies[branch].spent_minor += int(minor)
    terms = (remedy_table.c.total_minor, remedy_table.c.starts_on, remedy_table.c.ends_on, ended)
    for branch, *of_one in tx.execute(of_closed.add_columns(*terms).where(*early)):
        tallies[branch].spent_minor += spent_minor(*of_one)


def _add_concessions(tx: Connection, scope: Scope, tallies: Tallies) -> None:
    """By their dates: the state that is kept may be a day old."""
    running = (
        remedy_table.c.fee_code.is_not(None),
        remedy_table.c.state.in_(RUNNING),
        remedy_table.c.starts_on <= scope.today,
        remedy_table.c.ends_on > scope.today,
    )
    by = (client.c.branch_id, remedy_table.c.concession_pct)
    query = (
        sa.select(*by, sa.func.count(), sa.func.sum(remedy_table.c.list_price_minor))
        .join_from(remedy_table, client, client.c.client_id == remedy_table.c.client_id)
        .where(*running, *scope.branches)
        .group_by(*by)
    )
    for branch, pct, count, list_price_minor in tx.execute(query):
        tallies[branch].concessions += count
        tallies[branch].conceded_pct_minor += pct * int(list_price_minor)
