"""Written by `python -m research.calibrate --write`: change it there. Limits in percent: prompt, then alarm.

EFFECT_SHARE is a choice: the minimum effect of a tier as a share of its median client's yearly turnover.
MINIMUM_EFFECT is that of the simulated bank, in whole units of its currency a year. The limits follow from it.
"""

from __future__ import annotations

EFFECT_SHARE = {"A": 0.025, "B": 0.025, "C": 0.25}
MINIMUM_EFFECT = {"A": 2_500_000, "B": 500_000, "C": 100_000}

ROWS: tuple[tuple[str, str, str, str, float | None, float | None], ...] = (
    ("A", "quarter_vs_quarter", "turnover", "fall", -66.0, -75.0),
    ("A", "quarter_vs_year", "debit", "fall", -53.0, -66.0),
    ("A", "quarter_vs_year", "credit", "fall", -52.0, -69.0),
    ("A", "quarter_vs_year", "turnover", "fall", -43.0, -53.0),
    ("A", "quarter_vs_last_year", "turnover", "fall", -65.0, -70.0),
    ("A", "quarter_vs_quarter", "turnover", "rise", 260.0, 410.0),
    ("A", "quarter_vs_year", "turnover", "rise", 145.0, 185.0),
    ("A", "quarter_vs_last_year", "turnover", "rise", 285.0, 420.0),
    ("B", "quarter_vs_quarter", "turnover", "fall", -70.0, -78.0),
    ("B", "quarter_vs_year", "debit", "fall", -60.0, -74.0),
    ("B", "quarter_vs_year", "credit", "fall", -60.0, -71.0),
    ("B", "quarter_vs_year", "turnover", "fall", -46.0, -59.0),
    ("B", "quarter_vs_last_year", "turnover", "fall", -68.0, -76.0),
    ("B", "quarter_vs_quarter", "turnover", "rise", 265.0, 385.0),
    ("B", "quarter_vs_year", "turnover", "rise", 150.0, 210.0),
    ("B", "quarter_vs_last_year", "turnover", "rise", 295.0, 480.0),
    ("C", "quarter_vs_quarter", "turnover", "fall", -77.0, -83.0),
    ("C", "quarter_vs_year", "debit", "fall", -65.0, -88.0),
    ("C", "quarter_vs_year", "credit", "fall", -66.0, -86.0),
    ("C", "quarter_vs_year", "turnover", "fall", -54.0, -66.0),
    ("C", "quarter_vs_last_year", "turnover", "fall", -73.0, -83.0),
    ("C", "quarter_vs_quarter", "turnover", "rise", 355.0, 630.0),
    ("C", "quarter_vs_year", "turnover", "rise", 175.0, 240.0),
    ("C", "quarter_vs_last_year", "turnover", "rise", 360.0, 605.0),
)
