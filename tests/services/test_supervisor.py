"""Threads that live and die together."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from services.supervisor import Supervisor


def test_one_failure_stops_all_and_is_raised() -> None:
    stopped = threading.Event()

    def patient(stop: threading.Event) -> None:
        stop.wait()
        stopped.set()

    def failing(_stop: threading.Event) -> None:
        raise RuntimeError("broken part")

    with pytest.raises(RuntimeError, match="broken part"), Supervisor() as supervisor:
        supervisor.start("patient", patient)
        supervisor.start("failing", failing)
        supervisor.wait()
    assert stopped.is_set()


def test_a_signal_stops_all() -> None:
    with Supervisor() as supervisor:
        supervisor.start("patient", lambda stop: stop.wait() and None)
        os.kill(os.getpid(), signal.SIGTERM)
        supervisor.wait()
    assert supervisor.stop.is_set()
