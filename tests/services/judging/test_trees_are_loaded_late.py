"""The library of trees is large: only a process with a leaver model in use loads it."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["services.relay", "services.follow_up.process", "services.detect"])
def test_a_process_without_a_model_in_use_loads_no_trees(module: str) -> None:
    program = f"import sys, {module}; print('xgboost' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
