"""The product's processes as an operator would start them, to be killed as a machine would."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from detector.policies.policy import dump_policy
from detector.policies.presets import default_policy

STOP_S = 25


class Fleet:
    """`ebbwatch NAME` processes with one environment. A context manager: it ends them all.

    Every week is news, and the shipped policy holds throughout: the one on the bank's own scale is made of the
    weeks that have closed by then, which is chance where history is read at full speed.
    """

    def __init__(self, settings: Mapping[str, str], logs: Path) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("EBBWATCH_")}
        policy = logs / "policy.json"
        policy.write_bytes(dump_policy(default_policy(settings.get("EBBWATCH_BASE_CURRENCY", "HKD"))))
        fixed = {"EBBWATCH_ALERTS_FROM": "2010-W01", "EBBWATCH_POLICY_FILE": str(policy)}
        self._environment = clean | fixed | dict(settings)
        self._logs = logs
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        for name in names:
            with (self._logs / f"{name}.log").open("ab") as log:
                self._processes[name] = subprocess.Popen(
                    [sys.executable, "-m", "services.cli", name], env=self._environment, stdout=log, stderr=log
                )

    def kill_and_restart(self, name: str) -> None:
        """SIGKILL: no handler runs, nothing is flushed."""
        process = self._processes[name]
        assert process.poll() is None, f"{name} had ended by itself:\n{self.log(name)}"
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.start(name)

    def end(self, name: str) -> None:
        """As an operator would."""
        process = self._processes.pop(name)
        process.terminate()
        process.wait(STOP_S)

    def log(self, name: str, lines: int = 20) -> str:
        return "\n".join((self._logs / f"{name}.log").read_text(errors="replace").splitlines()[-lines:])

    def wait_until(self, done: Callable[[], bool], timeout_s: float, what: str) -> None:
        """Poll `done`; a process that ended by itself or the time running out fails with its log."""
        deadline = time.monotonic() + timeout_s
        while not done():
            for name, process in self._processes.items():
                assert process.poll() is None, f"{name} ended with {process.returncode}:\n{self.log(name)}"
            assert time.monotonic() < deadline, f"{what} not reached in {timeout_s} s\n" + "\n".join(
                f"--- {name}\n{self.log(name)}" for name in self._processes
            )
            time.sleep(0.2)

    def __enter__(self) -> Fleet:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def kill_points(count: int, seed: int) -> list[tuple[str, float]]:
    """(process, seconds to let it work first), the three in turn, at random times."""
    draw = random.Random(seed)
    return [(("ingest", "detect", "relay")[i % 3], draw.uniform(0.1, 2.0)) for i in range(count)]
