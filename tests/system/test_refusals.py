"""What stops a start is one line that says why, and exit code 2."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.system.product import Product, answers, free_port

NO_DATABASE = {"EBBWATCH_DATABASE_URL": "postgresql+psycopg://ebbwatch@127.0.0.1:1/ebbwatch"}


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        yield other.getsockname()[1]


def refusal(product: Product, *command: str) -> str:
    """The one line that a command ends with."""
    ended = product.run(*command)
    assert ended.returncode == 2, ended.stderr
    [line] = ended.stderr.splitlines()
    assert ended.stdout == ""
    return line


def test_a_taken_http_port(tmp_path: Path, taken: int) -> None:
    broker_port = free_port()
    product = Product(tmp_path, {"EBBWATCH_EMBEDDED_KAFKA_PORT": str(broker_port)}, taken)
    assert refusal(product, "run", "--embedded").startswith(f"ebbwatch: EBBWATCH_HTTP_PORT: port {taken} ")
    assert not answers(broker_port)


def test_a_taken_broker_port(tmp_path: Path, taken: int) -> None:
    product = Product(tmp_path, {"EBBWATCH_EMBEDDED_KAFKA_PORT": str(taken)})
    assert refusal(product, "run", "--embedded").startswith(
        f"ebbwatch: EBBWATCH_EMBEDDED_KAFKA_PORT: port {taken} "
    )


def test_a_taken_metrics_port(tmp_path: Path, taken: int) -> None:
    product = Product(tmp_path, {"EBBWATCH_METRICS_PORT": str(taken)})
    assert product.run("db", "upgrade").returncode == 0
    assert refusal(product, "detect").startswith(f"ebbwatch: EBBWATCH_METRICS_PORT: port {taken} ")


@pytest.mark.parametrize(
    "command", ["ingest", *(pytest.param(name, marks=pytest.mark.slow) for name in ("detect", "relay", "api"))]
)
def test_a_schema_that_is_not_there(tmp_path: Path, command: str) -> None:
    said = refusal(Product(tmp_path, {}), command)
    assert said.startswith("ebbwatch: EBBWATCH_DATABASE_URL: ")
    assert said.endswith("run `ebbwatch db upgrade`")


@pytest.mark.parametrize(
    "command",
    [["db", "upgrade"], pytest.param(["backtest"], marks=pytest.mark.slow)],
    ids=lambda command: command[0],
)
def test_a_database_that_cannot_be_reached_ends_a_command(tmp_path: Path, command: list[str]) -> None:
    assert refusal(Product(tmp_path, NO_DATABASE), *command).startswith("ebbwatch: EBBWATCH_DATABASE_URL: ")


@pytest.mark.parametrize(
    "command",
    [
        "relay",
        *(
            pytest.param(n, marks=pytest.mark.slow)
            for n in ("ingest", "detect", "follow-up", "notify", "api", "run")
        ),
    ],
)
def test_a_process_that_stays_waits_for_its_database_and_says_so_once(tmp_path: Path, command: str) -> None:
    with Product(tmp_path, NO_DATABASE) as product:
        product.start(command)
        log = tmp_path / ("ebbwatch.log" if command == "run" else f"{command}.said")
        product.wait_until("its word", lambda: log.exists() and "is away" in log.read_text())
        time.sleep(1)
        assert product.interrupt(command) == 0
    said = log.read_text()
    assert said.count("the database is away: waiting for it") == 1
    assert "EBBWATCH_DATABASE_URL: " in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "command",
    [
        "relay",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("ingest", "detect", "api", "run", "db upgrade")),
    ],
)
def test_a_bad_setting(tmp_path: Path, command: str) -> None:
    said = refusal(Product(tmp_path, {"EBBWATCH_TIME_ZONE": "Mars/Olympus"}), *command.split())
    assert said.startswith("ebbwatch: EBBWATCH_TIME_ZONE: 'Mars/Olympus' is not an IANA time zone")


@pytest.mark.parametrize(
    ("setting", "first", "then"),
    [
        ("EBBWATCH_BASE_CURRENCY", "JPY", "JOD"),
        pytest.param("EBBWATCH_TIME_ZONE", "Asia/Tokyo", "Europe/London", marks=pytest.mark.slow),
    ],
)
def test_another_currency_or_zone_than_the_database_was_begun_with(
    tmp_path: Path, setting: str, first: str, then: str
) -> None:
    """Yen would be read as dinars, and a week would begin at another hour."""
    begun = Product(tmp_path, {setting: first})
    assert begun.run("db", "upgrade").returncode == 0
    with begun:
        begun.start("detect")
        begun.wait_until("its start", lambda: "starting" in (tmp_path / "detect.said").read_text())
        assert begun.interrupt("detect") == 0
    later = Product(tmp_path, {setting: then})
    said = (
        f"{setting}: {then}, but what is in the database was kept with {first}; set that, or use another database"
    )
    assert refusal(later, "detect").endswith(said)
    assert said in later.run("doctor").stdout
    assert refusal(later, "run").endswith(said)
    assert refusal(later, "calibrate").endswith(said)
