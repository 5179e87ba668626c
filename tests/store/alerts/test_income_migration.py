"""Alerts from before income and onset stood in their row have both, and go back to what they were."""

from __future__ import annotations

import sqlalchemy as sa

from store import schema
from store.tables.alerts import alert
from store.unit_of_work import Store
from tests.api.conftest import WEEK, Bank
from tests.api.explained import an_explanation

BEFORE = "0014"


def test_alerts_from_before_have_their_income_and_onset(store: Store) -> None:
    bank = Bank(store)
    bank.client("C1", "B1", first_week=WEEK)
    bank.alert("C1", at_risk=1_000_000_00, explained=an_explanation(WEEK))
    columns = sa.select(alert.c.income_at_risk_minor, alert.c.onset_week, alert.c.rank_minor)
    with store.read() as tx:
        made = tx.execute(columns).one()
    schema.downgrade_schema(store, BEFORE)
    with store.read() as tx:
        assert tx.scalar(sa.select(alert.c.rank_minor)) == made.rank_minor * 1000
    schema.upgrade_schema(store)
    with store.read() as tx:
        assert tx.execute(columns).one() == made == (100_000, WEEK - 9, made.rank_minor)
