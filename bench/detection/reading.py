"""A folder of payments to branches."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from bench.detection.sample import Branch

PAYMENTS, OUTCOMES = "transactions.parquet", "outcomes_hindsight.parquet"
EPOCH = date(1970, 1, 1)


class FolderIncomplete(Exception):
    """The folder lacks a file that the measures are made from; the message names it."""


def read_folder(folder: Path) -> list[Branch]:
    """Every branch, in the order of their first rows among the payments, which the random draws follow.

    Raises FolderIncomplete.
    """
    absent = [name for name in (PAYMENTS, OUTCOMES) if not (folder / name).is_file()]
    if absent:
        raise FolderIncomplete(f"{folder} holds no {' and no '.join(absent)}")
    outcomes = pl.read_parquet(folder / OUTCOMES).sort("client_id")
    payments = pl.scan_parquet(folder / PAYMENTS)
    # Summed as the decimals they are: in whatever order, the total is the same.
    weekly = (
        payments.with_columns(pl.col("date").dt.truncate("1w").alias("week"))
        .group_by("branch_id", "client_id", "week")
        .agg(pl.col("amount").sum().cast(pl.Float64))
        .collect()
    )
    names = payments.select(pl.col("branch_id").unique(maintain_order=True)).collect()["branch_id"]
    return [
        _branch(name, weekly.filter(pl.col("branch_id") == name), outcomes.filter(pl.col("branch_id") == name))
        for name in names
    ]


def _branch(name: str, weekly: pl.DataFrame, clients: pl.DataFrame) -> Branch:
    start = weekly["week"].min()
    placed = weekly.join(clients.select("client_id").with_row_index("row"), on="client_id").with_columns(
        ((pl.col("week") - start).dt.total_days() // 7).alias("at")
    )
    turnover = np.zeros((len(clients), int(placed["at"].max()) + 1))
    turnover[placed["row"].to_numpy(), placed["at"].to_numpy()] = placed["amount"].to_numpy()
    paid = turnover > 0
    return Branch(
        name=name,
        first_day=(start - EPOCH).days,
        turnover=turnover,
        first=paid.argmax(axis=1).astype(np.int64),
        last=(paid.shape[1] - 1 - paid[:, ::-1].argmax(axis=1)).astype(np.int64),
        outcome=clients["outcome"].to_numpy(),
    )
