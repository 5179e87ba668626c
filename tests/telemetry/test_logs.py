"""What reaches the log, and what a library only calls an error."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry.logs import log_to


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Path]:
    """A log file; the loggers are afterwards as they were."""
    root, cluster = logging.getLogger(), logging.getLogger("kafka.cluster")
    handlers, level, filters = root.handlers[:], root.level, cluster.filters[:]
    log_to(str(tmp_path / "log"))
    yield tmp_path / "log"
    root.handlers[0].close()
    root.handlers[:], cluster.filters[:] = handlers, filters
    root.setLevel(level)


def test_a_look_at_the_metadata_given_up_at_the_end_is_no_error(written: Path) -> None:
    logging.getLogger("kafka.cluster").error("Metadata refresh: failed %s", "Cancelled")
    logging.getLogger("kafka.cluster").error("Metadata refresh: failed %s", "NoBrokersAvailable")
    lines = [json.loads(line) for line in written.read_text().splitlines()]
    assert [line["message"] for line in lines] == ["Metadata refresh: failed NoBrokersAvailable"]
