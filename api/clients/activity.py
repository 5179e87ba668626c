"""The weeks of a client as they are shown: decimal strings, and averages that any reader can redo."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from detector.comparisons.baselines import rolling
from schemas.http_clients import ActivityBody, Averages, Baselines, WeekBody
from schemas.money import format_amount
from schemas.verdicts import GroupKind
from schemas.weeks import Week, format_week
from store.clients.activity import Activity

Volumes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Quiet:
    """Weeks in which the calendar holds alerts of the client back, and those it was judged away beside a group."""

    suppressed: frozenset[Week] = frozenset()
    beside: Mapping[Week, GroupKind] = field(default_factory=dict)


def activity_body(client_id: str, found: Activity, currency: str, quiet: Quiet) -> ActivityBody:
    """The weeks after the lead-in, each with the averages of the weeks before it; amounts in `currency`."""
    debit, credit = found.debit_minor, found.credit_minor
    averages = [_averages(series, currency) for series in (debit, credit, debit + credit)]
    numbers = [Week(found.first_week + index) for index in range(len(found.states))]
    weeks = [
        WeekBody(
            week=format_week(numbers[index]),
            state=found.states[index],
            debit=format_amount(int(debit[index]), currency),
            credit=format_amount(int(credit[index]), currency),
            debit_count=int(found.debit_count[index]),
            credit_count=int(found.credit_count[index]),
            baselines=Baselines(debit=averages[0][index], credit=averages[1][index], turnover=averages[2][index]),
            suppressed=numbers[index] in quiet.suppressed,
            beside=None if (group := quiet.beside.get(numbers[index])) is None else group.value,
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
