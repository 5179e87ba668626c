"""Amounts as people type them: 1,200.00 and １２００ are amounts to them, and to nobody's program."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from typing import Any, TypeVar

from api.web.forms import BadFields, Sent
from api.web.rule_texts import AMOUNT
from schemas.http import Body

B = TypeVar("B", bound=Body)
_BETWEEN = str.maketrans("", "", ", \u00a0\u2009\u202f")  # what people put between thousands


def plain_amount(text: str) -> str:
    """Without what is put between thousands, and with ASCII digits."""
    return unicodedata.normalize("NFKC", text).translate(_BETWEEN)


def body_with_amounts(sent: Sent, model: type[B], amounts: Collection[str], **known: Any) -> B:
    """`sent.body(model)`, in which `amounts` may be typed as people do. Raises BadFields."""
    plain: dict[str, Any] = {name: plain_amount(value) for name in amounts if (value := sent.one(name)) is not None}
    try:
        return sent.body(model, **plain | known)
    except BadFields as error:
        said = {"type": "value_error", "msg": AMOUNT}
        raise BadFields(
            [
                {**said, "loc": item["loc"]} if item["loc"] and item["loc"][0] in amounts else item
                for item in error.errors
            ]
        ) from None
