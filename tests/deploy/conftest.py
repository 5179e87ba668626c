"""Files under deploy/ and docs/, read as their tools read them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


def read_yaml(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text())


@pytest.fixture(scope="session")
def rules() -> list[dict[str, Any]]:
    return [rule for group in read_yaml("deploy/prometheus/rules.yml")["groups"] for rule in group["rules"]]


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = read_yaml("deploy/compose.yaml")
    return loaded


@pytest.fixture(scope="session")
def prometheus() -> dict[str, Any]:
    loaded: dict[str, Any] = read_yaml("deploy/prometheus/prometheus.yml")
    return loaded


@pytest.fixture(scope="session")
def scrape_jobs(prometheus: dict[str, Any]) -> dict[str, tuple[str, int]]:
    """Job -> (name looked up, port)."""
    jobs = {}
    for job in prometheus["scrape_configs"]:
        (lookup,) = job["dns_sd_configs"]
        jobs[job["job_name"]] = (lookup["names"][0], lookup["port"])
    return jobs


@pytest.fixture
def promtool(root: Path, missing: Callable[[str, str], NoReturn]) -> Callable[..., None]:
    """Runs Prometheus' own checker beside the rules; fails with what it says."""
    tool = shutil.which("promtool") or missing("promtool", "it is not installed; it comes with Prometheus")

    def run(*arguments: str) -> None:
        folder = root / "deploy/prometheus"
        done = subprocess.run([tool, *arguments], cwd=folder, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    return run
