"""A year's weekly turnover of the clients on one page of a list, in one statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables.ledger import ledger, shard_week

YEAR_WEEKS = 52
_PAIRS = msgspec.json.Decoder(list[tuple[int, int]])


def load_turnover(
    tx: Connection, client_ids: Collection[str], *, weeks: int = YEAR_WEEKS
) -> Mapping[str, list[int | None]]:
    """Debit and credit together, minor units, of the last `weeks` closed weeks, oldest first.

    None where there is no row, as before a client's first week. A client without any is left out.

    The database gathers each client's weeks into one value: fifty rows are fetched instead of 2,600.
    """
    if not client_ids:
        return {}
    newest = sa.select(sa.func.max(shard_week.c.week)).where(shard_week.c.state == "closed").scalar_subquery()
    week, moved = (sa.cast(column, sa.Text) for column in (newest - ledger.c.week, _volume()))
    pair = sa.literal("[") + week + sa.literal(",") + moved + sa.literal("]")
    gathered = (
        sa.select(ledger.c.client_id, sa.func.aggregate_strings(pair, ","))
        .where(ledger.c.client_id.in_(client_ids), ledger.c.week > newest - weeks, ledger.c.week <= newest)
        .group_by(ledger.c.client_id)
    )
    return {client_id: _line(pairs, weeks) for client_id, pairs in tx.execute(gathered)}


def _volume() -> sa.ColumnElement[int]:
    return ledger.c.debit_minor + ledger.c.credit_minor


def _line(pairs: str, weeks: int) -> list[int | None]:
    """Each pair is how many weeks ago, and the volume."""
    line: list[int | None] = [None] * weeks
    for ago, volume in _PAIRS.decode(f"[{pairs}]"):
        line[weeks - 1 - ago] = volume
    return line
