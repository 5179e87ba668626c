"""Threads that end together, and those that are started again."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

import pytest

from schemas.errors import BadSetting
from services import supervisor as supervisor_module
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


def test_a_part_that_is_kept_is_made_again_and_the_others_never_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor_module, "AGAIN_S", 0.01)
    made: list[int] = []
    works = threading.Event()

    def make() -> Callable[[threading.Event], None]:
        made.append(len(made))
        return fail if len(made) < 3 else work

    def fail(_stop: threading.Event) -> None:
        raise RuntimeError("broken part")

    def work(stop: threading.Event) -> None:
        works.set()
        stop.wait()

    patient_runs: list[threading.Event] = []
    with Supervisor() as supervisor:
        supervisor.keep("patient", lambda: lambda stop: patient_runs.append(stop) or (stop.wait() and None))
        supervisor.keep("failing", make)
        assert works.wait(10)
        assert not supervisor.stop.is_set()
        works.clear()
        supervisor.start_again("failing")
        assert works.wait(10)
    assert made == [0, 1, 2, 3]
    assert len(patient_runs) == 1


def test_what_cannot_be_made_at_the_start_stops_the_start() -> None:
    def make() -> Callable[[threading.Event], None]:
        raise BadSetting("EBBWATCH_HTTP_PORT: taken")

    with pytest.raises(BadSetting), Supervisor() as supervisor:
        supervisor.keep("api", make)
