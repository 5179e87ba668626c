"""What the default presets give on real payments, read from the folder that EBBWATCH_TEST_DATA names.

Clients have no tier there, so the policy's default tier holds; amounts are GBP. Each branch is a shard.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from bench.client_weeks import History, grades
from detector.calibration.client_quarters import draw, window_max
from detector.policies.policy import Policy
from detector.policies.presets import DEFAULT_TIER, default_policy
from schemas.verdicts import Grade

SETTLED_WEEKS = 78  # of a client's history before it is judged: the longest comparison and a quarter
LOOK_BACK_WEEKS = 26  # before the last payment: an alert before that was about something else
AHEAD_WEEKS = (13, 8, 4, 0)
WINDOWS_A_CLIENT = 20
FADES = "ended_gradual_fade"


@dataclass(frozen=True)
class Branch:
    """`first`, `last`: (n,) first and last week with a payment; `outcome`: (n,) by the rule with hindsight."""

    name: str
    history: History
    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    outcome: npt.NDArray[np.str_]


def branches(folder: Path) -> list[Branch]:
    """Weekly minor units of every client, branch by branch; exact, from the decimals."""
    outcomes = pl.read_parquet(folder / "outcomes_hindsight.parquet").sort("client_id")
    weekly = (
        pl.scan_parquet(folder / "transactions.parquet")
        .with_columns(pl.col("date").dt.truncate("1w").alias("week"), (pl.col("amount") * 100).cast(pl.Int64))
        .group_by("branch_id", "client_id", "week", "direction")
        .agg(pl.col("amount").sum(), pl.len().alias("payments"))
        .collect()
    )
    return [
        _branch(name, part, outcomes)
        for (name,), part in sorted(weekly.partition_by("branch_id", as_dict=True).items())
    ]


def _branch(name: object, weekly: pl.DataFrame, outcomes: pl.DataFrame) -> Branch:
    who = outcomes.filter(pl.col("branch_id") == name)
    row = pl.DataFrame({"client_id": who["client_id"]}).with_row_index("row")
    start = weekly["week"].min()
    placed = weekly.join(row, on="client_id").with_columns(
        ((pl.col("week") - start).dt.total_days() // 7).alias("at")
    )
    volumes = np.zeros((2, len(who), int(placed["at"].max()) + 1), np.int64)
    side = (placed["direction"] == "credit").cast(pl.Int64).to_numpy()
    np.add.at(volumes, (side, placed["row"].to_numpy(), placed["at"].to_numpy()), placed["amount"].to_numpy())
    payments = np.zeros(volumes.shape[1:], np.int64)
    np.add.at(payments, (placed["row"].to_numpy(), placed["at"].to_numpy()), placed["payments"].to_numpy())
    paid = volumes.sum(axis=0) != 0
    ids = who["client_id"].to_list()
    return Branch(
        name=str(name),
        history=History(ids, [DEFAULT_TIER] * len(ids), volumes[0], volumes[1], payments),
        first=paid.argmax(axis=1).astype(np.int64),
        last=(paid.shape[1] - 1 - paid[:, ::-1].argmax(axis=1)).astype(np.int64),
        outcome=who["outcome"].to_numpy(),
    )


def quarters_and_fades(
    branch: Branch, policy: Policy, seed: int = 3
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """Highest grades: of stayers' client-quarters, fall and rise (windows, 2); of falls until AHEAD_WEEKS before
    the last payment (fades, 4).
    """
    grade = grades(branch.history, policy)
    stays = np.flatnonzero(branch.outcome == "alive_at_end")
    who, start = (
        np.concatenate(part) for part in zip(*(_windows(branch, int(i), seed) for i in stays), strict=True)
    )
    fades = np.flatnonzero(
        (branch.outcome == FADES) & (branch.last - LOOK_BACK_WEEKS > branch.first + SETTLED_WEEKS)
    )
    caught = [
        [grade[branch.last[i] - LOOK_BACK_WEEKS : branch.last[i] - ahead + 1, 0, i].max() for ahead in AHEAD_WEEKS]
        for i in fades
    ]
    return window_max(grade, who, start), np.array(caught, np.int8).reshape(-1, len(AHEAD_WEEKS))


def _windows(branch: Branch, client: int, seed: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    rng, settled = np.random.default_rng((seed, client)), branch.first[[client]] + SETTLED_WEEKS
    return draw(rng, np.array([client]), settled, int(branch.last[client]) - 1, WINDOWS_A_CLIENT)


def report_real(folder: Path) -> None:
    """Print the shares for the default policy."""
    policy = default_policy("GBP")
    found = [quarters_and_fades(branch, policy) for branch in branches(folder)]
    quarter, fades = (np.concatenate(part) for part in zip(*found, strict=True))
    for grade in (Grade.PROMPT, Grade.ALARM):
        ahead = ", ".join(
            f">= {weeks} weeks ahead {(fades[:, at] >= grade).mean():.0%}" for at, weeks in enumerate(AHEAD_WEEKS)
        )
        name, loud, falls = grade.name.lower(), (quarter >= grade).any(axis=1), quarter[:, 0] >= grade
        print(f"real payments: {name} or worse in {loud.mean():.1%} of {len(quarter)} client-quarters", end="")
        print(f" (falls {falls.mean():.1%}); of {len(fades)} gradual fades caught {ahead}")
