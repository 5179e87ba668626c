"""What all tables have in common: kinds of columns, names of constraints, and the metadata that knows every table.

Weeks are week numbers (schemas.weeks), money is minor units of the base currency, instants are aware UTC. No
statement is made here: each aggregate has a module of its own in the package of its subject.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa


class Instant(sa.TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out, on a database that keeps zones and on one that does not."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


# SQLite numbers rows by itself only for INTEGER, which is 64 bits wide there.
Serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")

Json: sa.types.TypeEngine[Any] = sa.JSON()

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
