"""What reaches people: payments replayed through topic, ledger and judge, and the alerts read over HTTP.

    python -m research.end_to_end [PAYMENTS] [--branch NAME] [--policy FILE] [--model FILE]

PAYMENTS: Parquet with client_id, branch_id, date, direction, amount, currency, as `ebbwatch replay` reads it;
without it a bank made here, of whose clients most are paid a few times. A client that has not been paid in the last
26 weeks has left; it was fading where its last quarter came to less than 60 %, and the one before to less than 85
%, of the year before them. Policy and model: those shipped, else the files.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from detector.calibration.client_quarters import QUARTER, WARM_UP_WEEKS
from research.replayed_payments import SILENT_WEEKS, Payments, Told, replayed, weekly

AHEAD_WEEKS = range(8, 40)  # before the last payment: in time to be kept, and about this fall
STILL_THERE_WEEKS = 8  # a payment so short before: somebody is left to keep
FEW_PAID_WEEKS = 20
SEED, WEEKS, FIRST_DAY = 9, 260, date(2018, 1, 1)
SPARSE, REGULAR = 1800, 200  # clients


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("payments", type=Path, nargs="?", help="without it: the bank of sparse clients")
    for name in ("--branch", "--policy", "--model"):
        options.add_argument(name)
    chosen = options.parse_args()
    rows = sparse_bank() if chosen.payments is None else pl.read_parquet(chosen.payments)
    if chosen.branch:
        rows = rows.filter(pl.col("branch_id") == chosen.branch)
    settings = {"EBBWATCH_POLICY_FILE": chosen.policy, "EBBWATCH_LEAVER_MODEL": chosen.model}
    payments = weekly(rows)
    for line in figures(payments, replayed(rows, payments, {k: v for k, v in settings.items() if v})):
        print(line)


def sparse_bank() -> pl.DataFrame:
    """Clients paid once, now and then, or in a burst; and a tenth paid every week, of which a fifth fades."""
    draw, rows = np.random.default_rng(SEED), []
    for number in range(SPARSE):
        begins = int(draw.integers(0, WEEKS - 30))
        payments = int(draw.choice([1, 2, 4, 8, 15, 30], p=[0.3, 0.2, 0.2, 0.15, 0.1, 0.05]))
        spread = int(draw.choice([12, 52, WEEKS]))
        weeks = np.unique(np.minimum(begins + draw.integers(0, spread, payments), WEEKS - 1))
        rows.append(_client(f"S{number:05d}", weeks, draw.lognormal(8, 1.2) * draw.lognormal(0, 0.8, len(weeks))))
    for number in range(REGULAR):
        begins = int(draw.integers(0, 60))
        weeks = np.arange(begins, WEEKS)
        level = np.ones(len(weeks))
        if number % 5 == 0:
            onset, lasts = int(draw.integers(90, len(weeks) - 60)), int(draw.choice([13, 26, 39]))
            level = np.clip(1 - (np.arange(len(weeks)) - onset) / lasts, 0.0, 1.0)
        came = (draw.random(len(weeks)) < 0.85) & (draw.random(len(weeks)) < level**0.5)
        amounts = draw.lognormal(9, 1) * draw.lognormal(0, 0.6, len(weeks)) * np.maximum(level, 0.02) ** 0.5
        rows.append(_client(f"R{number:05d}", weeks[came], amounts[came]))
    return pl.concat(rows)


def _client(client_id: str, weeks: npt.NDArray[np.int64], amounts: npt.NDArray[np.float64]) -> pl.DataFrame:
    days = [FIRST_DAY + timedelta(weeks=int(week), days=int(week) % 5) for week in weeks]
    return pl.DataFrame(
        {"client_id": client_id, "branch_id": "B1", "date": days, "direction": "credit"}
    ).with_columns(amount=pl.Series(amounts).round(2).cast(pl.Decimal(18, 2)), currency=pl.lit("GBP"))


def figures(payments: Payments, told: Sequence[Told]) -> Iterator[str]:
    """A line each: what share of what, in counts too."""
    falls = [each for each in told if each.falls]
    paid, last, weeks = payments.paid, payments.last, payments.turnover.shape[1]
    yield f"{len(payments.client_ids)} clients, {weeks} weeks; {len(told)} alerts, {len(falls)} of them falls"
    yield from _quiet_quarters(payments, told)
    fades = np.flatnonzero(payments.fading())
    warned = {each.row for each in falls if last[each.row] - each.opened in AHEAD_WEEKS}
    yield _share("really fading: a fall alert 8 to 39 weeks before the last payment", warned & set(fades), fades)
    kept = [e for e in falls if paid[e.row, max(0, e.opened + 1 - STILL_THERE_WEEKS) : e.opened + 1].any()]
    yield _share("fall alerts opened within 8 weeks of a payment", kept, falls)
    few = [each for each in falls if paid[each.row].sum() < FEW_PAID_WEEKS]
    yield _share("fall alerts of clients paid in under 20 weeks of their life", few, falls)
    standing = [each for each in told if each.is_open]
    silent = [each for each in standing if last[each.row] < weeks - SILENT_WEEKS]
    yield _share("of alerts open at the end, of clients silent for half a year", silent, standing)


def _quiet_quarters(payments: Payments, told: Sequence[Told]) -> Iterator[str]:
    """Clients that stayed, quarter by quarter from when all comparisons have their history: is any week raised?"""
    quarters, weeks = 0, payments.turnover.shape[1]
    stayed = payments.stayed & (payments.paid.sum(axis=1) >= FEW_PAID_WEEKS)
    hits: dict[str, set[tuple[int, int]]] = {"prompt": set(), "alarm": set()}
    by_row: dict[int, list[Told]] = {}
    for each in told:
        by_row.setdefault(each.row, []).append(each)
    for row in np.flatnonzero(stayed).tolist():
        starts = range(int(payments.first[row]) + WARM_UP_WEEKS, weeks - QUARTER + 1, QUARTER)
        quarters += len(starts)
        for each in by_row.get(row, []):
            for week, grade in each.raised.items():
                nth = (week - starts.start) // QUARTER
                if 0 <= nth < len(starts):
                    hits["prompt"].add((row, nth))
                    if grade == "alarm":
                        hits["alarm"].add((row, nth))
    for grade, name in (("prompt", "a prompt or an alarm"), ("alarm", "an alarm")):
        yield _share(f"quarters of clients that stayed with {name}", hits[grade], range(quarters))


def _share(name: str, some: Collection[object], of: Collection[object]) -> str:
    return f"{name}: {len(some)} of {len(of)}" + (f" ({len(some) / len(of):.1%})" if len(of) else "")


if __name__ == "__main__":
    main()
