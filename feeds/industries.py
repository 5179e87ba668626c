"""The lines of business of the simulated bank and what a year looks like in each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Industry:
    """`season`: log amplitude of the year's swing, peaking in ISO week `peak_week`. `holiday_floor`: share of a
    normal day's volume on a public holiday. `rush`: share that comes on top in the two weeks before the Spring
    Festival. `steady`: share of receipts that arrives every week; the rest comes in runs.
    """

    name: str
    weight: float
    season: float
    peak_week: int
    holiday_floor: float
    rush: float
    steady: float
    association: bool = False


INDUSTRIES: tuple[Industry, ...] = (
    Industry("Trading", 0.20, 0.10, 44, 0.30, 0.20, 0.45),
    Industry("Manufacturing", 0.14, 0.14, 38, 0.15, 0.25, 0.35),
    Industry("Construction", 0.10, 0.10, 22, 0.10, 0.30, 0.25),
    Industry("Retail", 0.11, 0.16, 50, 0.75, 0.35, 0.90),
    Industry("Catering", 0.08, 0.08, 51, 0.80, 0.15, 0.92),
    Industry("Logistics", 0.09, 0.12, 43, 0.30, 0.15, 0.50),
    Industry("Property", 0.07, 0.04, 14, 0.40, 0.05, 0.20),
    Industry("Healthcare", 0.05, 0.05, 3, 0.50, 0.05, 0.70),
    Industry("Technology", 0.07, 0.06, 49, 0.30, 0.05, 0.30),
    Industry("Wholesale", 0.09, 0.12, 46, 0.25, 0.25, 0.50),
    Industry("Trade Association", 0.04, 0.25, 15, 0.20, 0.0, 0.30, association=True),
    Industry("Owners Association", 0.04, 0.05, 2, 0.40, 0.0, 0.40, association=True),
    Industry("Sports Association", 0.02, 0.30, 36, 0.30, 0.0, 0.40, association=True),
)
