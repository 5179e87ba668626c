"""Large libraries are loaded by the processes that use them, and by no others: it is what starting one costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

HTTP = {"fastapi", "starlette", "uvicorn", "jinja2"}
FIGURES = {"numpy", "polars", "plotly", "xgboost"}
ROOMS = {"api", "feeds", "ingest"}
OTHERS = {"alembic", "apprise", "kafka", "confluent_kafka", "rich"}  # the Kafka client is loaded when it is opened


@pytest.mark.parametrize(
    ("module", "without"),
    [
        (
            "services.relay",
            HTTP | FIGURES | OTHERS | ROOMS | {"acts", "casework", "detector", "language", "holidays", "babel"},
        ),
        ("services.follow_up.process", HTTP | FIGURES | OTHERS | ROOMS),
        ("services.detect", HTTP | {"xgboost"} | OTHERS),  # trees: only where a learned score is in use
    ],
)
def test_a_process_does_not_load_what_it_does_not_use(module: str, without: set[str]) -> None:
    program = f"import sys, services.cli, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & without == set()
