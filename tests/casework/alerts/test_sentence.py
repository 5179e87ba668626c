"""The sentence says the verdict's numbers and no others, in English and in Simplified Chinese."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casework.alerts.sentence import sentence
from schemas.money import minor_digits
from schemas.verdicts import Baseline, Direction, Grade, Series

W = 2900
WEEK, QUARTER, YEAR, LAST_YEAR, EIGHT_WEEKS = Baseline
MONEY = [series for series in Series if series is not Series.PAYMENTS]
UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12, "万": 10**4, "亿": 10**8, "万亿": 10**12}
AMOUNT = re.compile(r"-?(?:HK\$|JP¥|¥|KWD\s?)([\d,.]+)(万亿|[KMBT万亿])?")
PERCENT = re.compile(r"([\d,]+)%")

EXAMPLES = [
    (
        Direction.FALL,
        123_456_789,
        [(Series.CREDIT, WEEK, 31_000_000, 50_000_000), (Series.CREDIT, YEAR, 39_500_000, 50_000_000)],
        (
            "Credits of HK$310K in the week are 38% below their 8-week average and, over the quarter, 21% below "
            "the year before; about HK$1.2M of turnover a year at risk."
        ),
        "当周贷方发生额HK$31万，较此前8周周均下降38%，近13周周均较前一年下降21%；年化约HK$123万借贷发生额面临流失。",
    ),
    (
        Direction.FALL,
        0,
        [(Series.DEBIT, WEEK, 31_000, 50_000)],
        "Debits of HK$310 in the week are 38% below their 8-week average.",
        "当周借方发生额HK$310，较此前8周周均下降38%。",
    ),
    (
        Direction.FALL,
        999_960_000,
        [(Series.TURNOVER, LAST_YEAR, 310_000_000, 500_000_000), (Series.TURNOVER, QUARTER, 3_100_000, 4_500_000)],
        (
            "Turnover of HK$3.1M a week over the quarter is 38% below the same quarter last year and 31% below the "
            "quarter before; about HK$10M of turnover a year at risk."
        ),
        "近13周借贷发生额周均HK$310万，较去年同期下降38%、较前一季度下降31%；年化约HK$1000万借贷发生额面临流失。",
    ),
    (
        Direction.RISE,
        0,
        [(Series.CREDIT, WEEK, 9_999_600_000, 50_000_000)],
        "Credits of HK$100M in the week are 19,899% above their 8-week average.",
        "当周贷方发生额HK$1亿，较此前8周周均上升19,899%。",
    ),
    (
        Direction.FALL,
        500_000_000,
        [(Series.CREDIT, WEEK, 0, 50_000_000), (Series.DEBIT, WEEK, 0, 1_000)],
        "Credits stopped in the week: 100% below their 8-week average; about HK$5M of turnover a year at risk.",
        "当周无贷方发生额，较此前8周周均下降100%；年化约HK$500万借贷发生额面临流失。",
    ),
    (
        Direction.FALL,
        0,
        [(Series.CREDIT, YEAR, -500_000, 50_000_000)],
        "Net credits of -HK$5K a week over the quarter are 100% below the year before.",
        "近13周贷方净发生额周均-HK$5000，较前一年下降100%。",
    ),
    (
        Direction.FALL,
        0,
        [(Series.PAYMENTS, EIGHT_WEEKS, 125, 500)],
        "Payments (1.2 a week over eight weeks) are 75% below the year before.",
        "近8周收付笔数周均1.2笔，较前一年下降75%。",
    ),
    (
        Direction.FALL,
        0,
        [(Series.PAYMENTS, EIGHT_WEEKS, 0, 500)],
        "Payments stopped for eight weeks: 100% below the year before.",
        "近8周无收付，较前一年下降100%。",
    ),
    (
        Direction.FALL,
        0,
        [(Series.TURNOVER, YEAR, 31_000, 50_000), (Series.TURNOVER, EIGHT_WEEKS, 10_000, 50_000)],
        (
            "Turnover of HK$310 a week over the quarter is 38% below the year before and, over eight weeks, "
            "80% below the year before."
        ),
        "近13周借贷发生额周均HK$310，较前一年下降38%，近8周周均较前一年下降80%。",
    ),
    (
        Direction.FALL,
        0,
        [],
        "After a correction of the figures no preset is passed.",
        "数据更正后，各项偏离均未超过预设值。",
    ),
]


@pytest.mark.parametrize(("direction", "value", "numbers", "en", "zh"), EXAMPLES)
def test_sentences_read_as_a_banker_would_write_them(
    verdict, comparison, direction, value, numbers, en, zh
) -> None:
    compared = tuple(comparison(*n, Grade.PROMPT) for n in numbers)
    summary = sentence(verdict(W, direction=direction, comparisons=compared, value_at_risk_minor=value), "HKD")
    assert (summary.en, summary.zh) == (en, zh)


@given(
    numbers=st.lists(
        st.tuples(
            st.sampled_from(MONEY),
            st.sampled_from(list(Baseline)),
            st.integers(-(10**14), 10**14),
            st.integers(1, 10**14),
        ),
        min_size=1,
        max_size=8,
    ),
    value=st.integers(0, 10**16),
    direction=st.sampled_from(list(Direction)),
    currency=st.sampled_from(["HKD", "JPY", "KWD"]),
)
def test_every_number_in_the_sentence_is_in_the_verdict(
    verdict, comparison, numbers, value, direction, currency
) -> None:
    compared = tuple(comparison(*n, Grade.ALARM) for n in numbers)
    assume(len({(c.series, c.baseline) for c in compared}) == len(compared))
    leading = [c for c in compared if c.series is compared[0].series]
    summary = sentence(verdict(W, direction=direction, comparisons=compared, value_at_risk_minor=value), currency)
    percents = sorted(abs(max(-100, round(c.deviation_pct))) for c in leading[:3])
    amounts = [Decimal(abs(n)).scaleb(-minor_digits(currency)) for n in (*(c.actual_minor for c in leading), value)]
    for text in (summary.en, summary.zh):
        assert sorted(int(p.replace(",", "")) for p in PERCENT.findall(text)) == percents
        for figures, unit in AMOUNT.findall(text):
            said = Decimal(figures.replace(",", "")) * UNITS[unit]
            assert any(abs(said - amount) <= max(Decimal("0.5"), amount / 20) for amount in amounts)
        windows = PERCENT.sub("", AMOUNT.sub("", text))
        assert set(re.findall(r"\d+", windows)) <= {"8", "13"}
        assert ("risk" in text or "流失" in text) == (direction is Direction.FALL and amounts[-1] >= 1)
