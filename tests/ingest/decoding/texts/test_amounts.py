"""Amounts in columns against schemas.money.parse_amount, text by text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.decoding.texts.amounts import parse_amounts
from ingest.decoding.texts.text_rows import text_rows
from schemas.money import MAX_MINOR, NotMoney, minor_digits, parse_amount

CURRENCY = st.sampled_from(["HKD", "JPY", "KWD", "CLF"])
NUMBER = st.from_regex(r"[0-9]{1,16}(\.[0-9]{0,5})?", fullmatch=True)
TEXT = st.one_of(NUMBER, st.text("0123456789.,+-e_ \n\0\u0661\ud800", max_size=20), st.text(max_size=20))


def one_by_one(text: str, currency: str) -> int | str:
    try:
        minor = parse_amount(text, currency)
    except NotMoney:
        return "bad_amount"
    return "too_big" if minor > MAX_MINOR else minor


@given(st.lists(st.tuples(TEXT, CURRENCY), max_size=20))
@example([("12.\x00", "HKD"), ("", "HKD"), ("1.2.3", "HKD"), (".5", "HKD"), ("5.", "HKD"), ("1.230", "HKD")])
@example([("999999999999999.9999", "CLF"), ("999999999999999.999", "KWD"), ("999999999999999.99", "HKD")])
@example([("1\n2", "JPY"), ("3", "JPY"), ("\u0663", "JPY"), ("007", "JPY")])
def test_column_of_amounts_is_what_each_text_alone_says(amounts: list[tuple[str, str]]) -> None:
    texts, currencies = [text for text, _ in amounts], [currency for _, currency in amounts]
    digits = np.array([minor_digits(currency) for currency in currencies], np.int64)

    minor, faults = parse_amounts(text_rows(texts), text_rows(currencies), digits)

    read = [faults[at][0] if at in faults else int(minor[at]) for at in range(len(texts))]
    assert read == [one_by_one(text, currency) for text, currency in amounts]
    assert not minor[list(faults)].any()


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("0", "HKD", 0), ("1234.56", "HKD", 123456), ("1.5", "HKD", 150), ("1.500", "KWD", 1500), ("12", "JPY", 12)],
)
def test_amount_is_in_the_minor_units_of_its_currency(text: str, currency: str, minor: int) -> None:
    digits = np.array([minor_digits(currency)], np.int64)
    assert parse_amounts(text_rows([text]), text_rows([currency]), digits)[0].tolist() == [minor]
