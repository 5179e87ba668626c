"""The weeks of a client as they are shown: decimal strings, and averages that any reader can redo."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from detector.comparisons.baselines import rolling
from schemas.http_clients import ActivityBody, Averages, Baselines, WeekBody
from schemas.money import format_amount
from schemas.weeks import format_week
from store.clients.activity import Activity

Volumes = npt.NDArray[np.int64]


def activity_body(client_id: str, found: Activity, currency: str) -> ActivityBody:
    """Weeks behind the lead-in, each with the averages of the weeks before it; amounts in `currency`."""
    debit, credit = found.debit_minor, found.credit_minor
    averages = [_averages(series, currency) for series in (debit, credit, debit + credit)]
    weeks = [
        WeekBody(
            week=format_week(found.first_week + index),
            state=found.states[index],
            debit=format_amount(int(debit[index]), currency),
            credit=format_amount(int(credit[index]), currency),
            debit_count=int(found.debit_count[index]),
            credit_count=int(found.credit_count[index]),
            baselines=Baselines(debit=averages[0][index], credit=averages[1][index], turnover=averages[2][index]),
        )
        for index in range(found.lead_in, len(found.states))
    ]
    return ActivityBody(client_id=client_id, currency=currency, weeks=weeks)


def _averages(volumes: Volumes, currency: str) -> list[Averages]:
    """One per week of `volumes`, minor units, shape (weeks,)."""
    means = rolling(volumes)
    return [
        Averages(recent=_money(recent, currency), quarter=_money(quarter, currency), year=_money(year, currency))
        for recent, quarter, year in zip(means.recent, means.quarter, means.year, strict=True)
    ]


def _money(mean_minor: float, currency: str) -> str | None:
    return None if math.isnan(mean_minor) else format_amount(round(mean_minor), currency)
