"""What comes behind a place in an ordered list, so that a page begins where the last one ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.operators import desc_op


def behind(order: Sequence[sa.ColumnElement[Any]], place: Sequence[Any] | None) -> list[sa.ColumnElement[bool]]:
    """No conditions where `place` is None. It has a value for each of `order`: columns, or `desc()` of them."""
    if place is None:
        return []
    found: sa.ColumnElement[bool] = sa.false()
    for each, value in zip(reversed(order), reversed(place), strict=True):
        if isinstance(each, sa.UnaryExpression) and each.modifier is desc_op:
            column, further = each.element, each.element < value
        else:
            column, further = each, each > value
        found = sa.or_(further, sa.and_(column == value, found))
    return [found]
