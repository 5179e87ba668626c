from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest


@pytest.fixture
def real_payments(missing: Callable[[str, str], NoReturn]) -> Path:
    """The folder of real payments: transactions.parquet, outcomes_hindsight.parquet and quiet_weeks.csv."""
    folder = os.environ.get("EBBWATCH_TEST_DATA")
    if not folder:
        missing("data", "EBBWATCH_TEST_DATA names no folder of real payments")
    return Path(folder)
