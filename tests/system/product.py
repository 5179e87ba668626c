"""The product as a stranger starts it: the command, its ports and its data folder."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx

from acts.sign_in.local_key import LocalKey, issue_token

COMMAND = [sys.executable, "-m", "services.cli"]
STOP_S = 15


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Product:
    """Commands with one environment. Use as a context manager: it ends what it started."""

    data_dir: Path
    settings: Mapping[str, str]
    http_port: int = field(default_factory=free_port)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("EBBWATCH_")}
        own = {"EBBWATCH_DATA_DIR": str(self.data_dir), "EBBWATCH_HTTP_PORT": str(self.http_port)}
        return clean | own | dict(self.settings)

    def run(
        self, *arguments: str, timeout_s: float = 60, said: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """A command to its end; `said` to it on its standard input."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            input=said,
        )

    def start(self, *arguments: str) -> None:
        """A command that stays; known by its first word. It is a process group of its own, as in a terminal."""
        with self._log(arguments[0]).open("ab") as log:
            self._running[arguments[0]] = subprocess.Popen(
                [*COMMAND, *arguments], env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def interrupt(self, name: str) -> int:
        """Ctrl-C; the exit code."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGINT)
        return process.wait(STOP_S)

    def kill(self, name: str) -> None:
        """SIGKILL to the one process, as the kernel does when memory runs out."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def kill_child(self, name: str, program: str) -> None:
        """SIGKILL to the one process that it has started with `program` in its command line."""
        own = self._running[name].pid
        children = " ".join(path.read_text() for path in Path(f"/proc/{own}/task").glob("*/children")).split()
        [child] = [c for c in children if program.encode() in Path(f"/proc/{c}/cmdline").read_bytes()]
        os.kill(int(child), signal.SIGKILL)

    def wait_for_end(self, name: str, timeout_s: float = 30) -> int:
        """The exit code of one that ends by itself."""
        return self._running.pop(name).wait(timeout_s)

    def said(self, name: str) -> str:
        return self._log(name).read_text(errors="replace")

    def wait_until(self, what: str, done: Callable[[], Any], timeout_s: float = 60) -> Any:
        """The first true answer of `done`; fails with the logs when a process ends or the time is over."""
        deadline = time.monotonic() + timeout_s
        while not (answer := done()):
            for name, process in self._running.items():
                assert process.poll() is None, f"{name} ended with {process.returncode}:\n{self.said(name)[-3000:]}"
            logs = "".join(f"\n--- {name}\n{self.said(name)[-2000:]}" for name in self._running)
            assert time.monotonic() < deadline, f"{what} not within {timeout_s:g} s{logs}"
            time.sleep(0.05)
        return answer

    def printed_token(self, role: str, branch: str) -> str:
        """As `ebbwatch token` prints it."""
        made = self.run("token", "--user", f"U-{role}", "--role", role, "--branch", branch)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    def ask(
        self,
        method: str,
        path: str,
        role: str = "auditor",
        branch: str | None = None,
        token: str | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        """One request, with `token` or one made here for `role` and `branch`."""
        if token is None:
            token = issue_token(LocalKey(self.data_dir), f"U-{role}", role, branch, timedelta(hours=1))
        url, headers = f"http://127.0.0.1:{self.http_port}{path}", {"Authorization": f"Bearer {token}"}
        return httpx.request(method, url, headers=headers, json=body, timeout=10)

    def alerts(self) -> list[dict[str, Any]]:
        """The first page of alerts; empty while nobody answers."""
        try:
            answer = self.ask("GET", "/api/v1/alerts")
        except httpx.TransportError:
            return []
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def acknowledge_one(self) -> dict[str, Any] | None:
        """Any open alert, acknowledged by its branch's manager; the detector may be quicker and close one."""
        for alert in self.alerts():
            if alert["state"] == "open":
                manager = self.printed_token("branch_manager", alert["branch_id"])
                done = self.ask("POST", f"/api/v1/alerts/{alert['alert_id']}/acknowledge", token=manager)
                if done.status_code == 200:
                    body: dict[str, Any] = done.json()
                    return body
                assert done.status_code == 409, done.text
        return None

    def __enter__(self) -> Product:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _log(self, name: str) -> Path:
        self.data_dir.mkdir(exist_ok=True)
        return self.data_dir / f"{name}.said"


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def processes_with(text: str) -> list[str]:
    """Command lines of the processes that have a text in theirs or in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            seen = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue  # gone meanwhile
        if text.encode() in seen:
            found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found
