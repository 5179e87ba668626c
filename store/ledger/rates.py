"""Exchange rates by currency and week, as the rates topic told them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables.ledger import rate
from store.upsert import insert


def save_rates(tx: Connection, rates: Iterable[tuple[str, int, str]]) -> None:
    """Keep (currency, week number, base units a unit as a decimal text); the newest word holds."""
    rows = [{"currency": currency, "week": week, "rate": text} for currency, week, text in rates]
    if not rows:
        return
    statement = insert(tx, rate)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=[rate.c.currency, rate.c.week], set_={"rate": statement.excluded.rate}
        ),
        rows,
    )


def forget_rate(tx: Connection, currency: str, week: int) -> None:
    """The rate was taken back (a tombstone). Events already converted keep the rate they were converted with."""
    tx.execute(sa.delete(rate).where(rate.c.currency == currency, rate.c.week == week))


def load_rates(tx: Connection) -> dict[tuple[str, int], Fraction]:
    """All rates, exact, by (currency, week number)."""
    rows = tx.execute(sa.select(rate.c.currency, rate.c.week, rate.c.rate))
    return {(currency, week): Fraction(text) for currency, week, text in rows}
