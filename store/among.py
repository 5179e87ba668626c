"""A condition on very many ids, as one parameter: lists of thousands pass a database's limit of them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection


def among(tx: Connection, column: sa.Column[str], ids: Iterable[str]) -> sa.ColumnElement[bool]:
    """`column` is one of `ids`."""
    texts = list(ids)
    if tx.dialect.name == "postgresql":
        return column == sa.any_(sa.bindparam(None, texts, type_=sa.ARRAY(sa.Text)))
    listed = sa.func.json_each(msgspec.json.encode(texts).decode()).table_valued("value")
    return column.in_(sa.select(listed.c.value))
