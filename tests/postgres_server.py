"""A throw-away PostgreSQL that tests may stop and start again."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

START_S = 30
OPTIONS = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=60")
FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT  # how to stop: end every session, or only leave


class PostgresServer:
    """On a socket in a folder of its own; nothing is synced to disk. Use as a context manager."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="ebbwatch-pg-"))
        self._log: IO[bytes] = (self._folder / "log").open("wb")
        self._process: subprocess.Popen[bytes] | None = None
        user = _who_may_run_it()
        self._as: dict[str, Any] = {}
        if user is not None:
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://ebbwatch@/postgres?host={self._folder}"

    def start(self) -> None:
        """Begin, and return once it answers."""
        options = [word for option in OPTIONS for word in ("-c", option)]
        server = [self._programs / "postgres", "-D", self._folder / "data", "-k", self._folder, *options]
        self._process = subprocess.Popen(server, cwd=self._folder, stdout=self._log, stderr=self._log, **self._as)
        _wait_until_up(self.url)

    def stop(self, how: signal.Signals = IMMEDIATE) -> None:
        """Return once it is gone."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait()

    def __enter__(self) -> PostgresServer:
        initdb = [self._programs / "initdb", "-D", self._folder / "data", "-A", "trust", "-U", "ebbwatch"]
        words = [*initdb, "--no-sync", "-E", "UTF8"]
        subprocess.run(words, check=True, cwd=self._folder, stdout=self._log, stderr=self._log, **self._as)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def postgres_programs() -> Path | None:
    """The folder of the newest initdb: of PATH, or where Debian puts it."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _who_may_run_it() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _wait_until_up(url: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    deadline = time.monotonic() + START_S
    while True:
        try:
            with engine.connect():
                return
        except sa.exc.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
