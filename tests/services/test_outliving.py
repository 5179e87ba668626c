"""Outages are waited for, told once, and counted; what is no outage is raised."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event

import pytest

from schemas.errors import BadSetting, BrokerAway, DatabaseAway
from services.outliving import LONGEST_PAUSE_S, Outliving
from telemetry.metrics import Metrics


class HandStop(Event):
    """A stop whose waiting is written down and takes no time but the clock's."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.waited: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waited.append(timeout)
        self.now += timeout
        return self.is_set()


@pytest.fixture
def stop() -> HandStop:
    return HandStop()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def outliving(stop: HandStop, metrics: Metrics) -> Outliving:
    return Outliving("detect", metrics, lambda: stop.now)


def failing(*errors: Exception, at: Callable[[], None] = lambda: None) -> Callable[[], None]:
    """Work that fails with each of these, and then works."""
    left = list(errors)

    def work() -> None:
        at()
        if left:
            raise left.pop(0)

    return work


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "services.outliving"]


def counted(metrics: Metrics, of: str) -> float | None:
    return metrics.registry.get_sample_value("ebbwatch_outages_total", {"part": "detect", "of": of})


def test_an_outage_is_told_once_when_it_begins_and_once_when_it_ends(
    outliving: Outliving, stop: HandStop, metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    outliving.run(stop, failing(*[DatabaseAway("refused\nand more")] * 40))
    assert lines(caplog) == ["the database is away: waiting for it", "the database is back"]
    lost, back = caplog.records
    assert (lost.part, lost.reason, lost.exc_info) == ("detect", "refused", None)  # type: ignore[attr-defined]
    assert back.away_s == pytest.approx(stop.now, abs=0.1)  # type: ignore[attr-defined]
    assert len(stop.waited) == 40
    assert max(stop.waited) <= LONGEST_PAUSE_S
    assert counted(metrics, "database") == 1


def test_database_and_broker_are_told_apart(
    outliving: Outliving, stop: HandStop, metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    outliving.run(stop, failing(DatabaseAway("a"), BrokerAway("b"), DatabaseAway("a")))
    assert lines(caplog) == [
        "the database is away: waiting for it",
        "the broker is away: waiting for it",
        "the database is back",
        "the broker is back",
    ]
    assert (counted(metrics, "database"), counted(metrics, "broker")) == (1, 1)


def test_work_that_goes_on_says_that_it_is_back_and_the_next_outage_begins_anew(
    outliving: Outliving, stop: HandStop, metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    outages = 30

    def work() -> None:
        outliving.worked()
        if len(stop.waited) < outages:
            raise DatabaseAway("again")

    outliving.run(stop, work)
    assert counted(metrics, "database") == outages
    assert lines(caplog) == ["the database is away: waiting for it", "the database is back"] * outages
    assert max(stop.waited) < 1  # an outage long over is no reason to wait for long


def test_told_to_stop_it_stops_at_once_and_says_nothing_is_back(
    outliving: Outliving, stop: HandStop, caplog: pytest.LogCaptureFixture
) -> None:
    outliving.run(stop, failing(*[BrokerAway("gone")] * 9, at=lambda: stop.set() if stop.waited else None))
    assert lines(caplog) == ["the broker is away: waiting for it"]
    assert len(stop.waited) == 1


@pytest.mark.parametrize("error", [BadSetting("no such zone"), ZeroDivisionError()])
def test_what_is_no_outage_is_raised(
    outliving: Outliving, stop: HandStop, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(type(error)):
        outliving.run(stop, failing(error))
    assert lines(caplog) == []
    assert stop.waited == []
