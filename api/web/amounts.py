"""Amounts as people type them: 1,200.00 and １２００ are amounts to them, and to nobody's program."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Any, TypeVar

from api.web.forms import BadFields, Sent
from api.web.language.rule_texts import AMOUNT
from schemas.http import Body

B = TypeVar("B", bound=Body)
# Thousands in threes: a comma anywhere else may be meant as a point, and is not guessed at.
_GROUPED = re.compile(r"[0-9]{1,3}([, ])[0-9]{3}(?:\1[0-9]{3})*(?:\.[0-9]+)?")


def plain_amount(text: str) -> str:
    """Without what is put between thousands, and with ASCII digits; what is no amount stays as it is."""
    plain = unicodedata.normalize("NFKC", text).strip()  # no-break spaces become spaces
    grouped = _GROUPED.fullmatch(plain)
    return plain.replace(grouped[1], "") if grouped else plain


def body_with_amounts(sent: Sent, model: type[B], amounts: Collection[str], **known: Any) -> B:
    """`sent.body(model)`, in which `amounts` may be typed as people do. Raises BadFields."""
    plain: dict[str, Any] = {name: plain_amount(value) for name in amounts if (value := sent.one(name)) is not None}
    try:
        return sent.body(model, **plain | known)
    except BadFields as error:
        no_amount = {"type": "value_error", "msg": AMOUNT}
        raise BadFields(
            [
                {**no_amount, "loc": item["loc"]} if item["loc"] and item["loc"][0] in amounts else item
                for item in error.errors
            ]
        ) from None
