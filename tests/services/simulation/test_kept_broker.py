"""A killed embedded broker comes back on its port, and what needs it is told."""

from __future__ import annotations

import os
import signal
from threading import Event

import pytest

from services.simulation.embedded_broker import EmbeddedBroker
from services.simulation.kept_broker import KeptBroker


def test_a_killed_broker_is_started_again_and_said_to_be_empty(caplog: pytest.LogCaptureFixture) -> None:
    went_on = Event()
    with EmbeddedBroker(0) as broker, KeptBroker(broker, went_on.set):
        port, first = broker.port, broker.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert went_on.wait(20)
        assert broker.port == port
        assert broker.pid not in {None, first}
        assert not broker.ended
    assert "it kept everything in memory alone" in caplog.text
