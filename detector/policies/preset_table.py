"""Written by `python -m research.calibrate --write`: change it there. Limits in percent: prompt, then alarm.

EFFECT_SHARE is a choice: the minimum effect of a tier as a share of its median client's yearly turnover.
MINIMUM_EFFECT is that of the simulated bank, in whole units of its currency a year. The limits follow from it.
OWN_NOISE was chosen afterwards: standard errors of a client's own that a fall wants for a prompt.
"""

from __future__ import annotations

EFFECT_SHARE = {"A": 0.025, "B": 0.025, "C": 0.05}
MINIMUM_EFFECT = {"A": 2_500_000, "B": 500_000, "C": 100_000}
OWN_NOISE = {"A": 2.5, "B": 2.5, "C": 4.5}

ROWS: tuple[tuple[str, str, str, str, float | None, float | None], ...] = (
    ("A", "quarter_vs_quarter", "turnover", "fall", -66.0, -75.0),
    ("A", "quarter_vs_year", "debit", "fall", -60.0, -73.0),
    ("A", "quarter_vs_year", "credit", "fall", -61.0, -72.0),
    ("A", "quarter_vs_year", "turnover", "fall", -46.0, -55.0),
    ("A", "quarter_vs_year", "payments", "fall", -40.0, -52.0),
    ("A", "quarter_vs_last_year", "turnover", "fall", -65.0, -72.0),
    ("A", "eight_weeks_vs_year", "turnover", "fall", -51.0, -63.0),
    ("A", "eight_weeks_vs_year", "payments", "fall", -47.0, None),
    ("A", "quarter_vs_quarter", "turnover", "rise", 260.0, None),
    ("A", "quarter_vs_year", "turnover", "rise", 145.0, None),
    ("A", "quarter_vs_last_year", "turnover", "rise", 285.0, None),
    ("B", "quarter_vs_quarter", "turnover", "fall", -70.0, -78.0),
    ("B", "quarter_vs_year", "debit", "fall", -64.0, -78.0),
    ("B", "quarter_vs_year", "credit", "fall", -62.0, -79.0),
    ("B", "quarter_vs_year", "turnover", "fall", -52.0, -59.0),
    ("B", "quarter_vs_year", "payments", "fall", -42.0, -52.0),
    ("B", "quarter_vs_last_year", "turnover", "fall", -67.0, -76.0),
    ("B", "eight_weeks_vs_year", "turnover", "fall", -56.0, -77.0),
    ("B", "quarter_vs_quarter", "turnover", "rise", 265.0, None),
    ("B", "quarter_vs_year", "turnover", "rise", 150.0, None),
    ("B", "quarter_vs_last_year", "turnover", "rise", 295.0, None),
    ("C", "quarter_vs_quarter", "turnover", "fall", -76.0, -84.0),
    ("C", "quarter_vs_year", "debit", "fall", -74.0, -88.0),
    ("C", "quarter_vs_year", "credit", "fall", -72.0, -89.0),
    ("C", "quarter_vs_year", "turnover", "fall", -57.0, -66.0),
    ("C", "quarter_vs_year", "payments", "fall", -53.0, -65.0),
    ("C", "quarter_vs_last_year", "turnover", "fall", -75.0, -83.0),
    ("C", "quarter_vs_quarter", "turnover", "rise", 345.0, None),
    ("C", "quarter_vs_year", "turnover", "rise", 175.0, None),
    ("C", "quarter_vs_last_year", "turnover", "rise", 360.0, None),
)
