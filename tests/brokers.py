"""One Apache Kafka for all test processes."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "deploy" / "kafka" / "kafka.sh"


@pytest.fixture(scope="session")
def apache_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """EBBWATCH_TEST_KAFKA, or a broker of our own, one for all test processes, where jars and Java are there."""
    given = os.environ.get("EBBWATCH_TEST_KAFKA")
    if given:
        yield given
        return
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with _counted(folder / "apache-kafka.users", +1) as others:
        if not others:
            (folder / "apache-kafka.port").write_text(str(_free_pair()))
        port = int((folder / "apache-kafka.port").read_text())
        _up(folder / "apache-kafka", port)
    yield f"127.0.0.1:{port}"
    with _counted(folder / "apache-kafka.users", -1) as others:
        if not others:
            _script("down", folder / "apache-kafka", port).check_returncode()


@pytest.fixture
def apache_alone(tmp_path: Path) -> Iterator[str]:
    """A broker of one test alone: for the topics whose names are fixed."""
    folder, port = tmp_path / "apache-kafka", _free_pair()
    _up(folder, port)
    yield f"127.0.0.1:{port}"
    _script("down", folder, port).check_returncode()


@dataclass(frozen=True)
class SaslBroker:
    """Two listeners of one broker; `password` is that of `user`, by PLAIN."""

    open_port: int
    sasl_port: int
    user: str = "ebbwatch"
    password: str = "secret"


@pytest.fixture(scope="module")
def apache_sasl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SaslBroker]:
    """A broker that knows one user by PLAIN, and takes further ones by SCRAM."""
    folder, port, sasl = tmp_path_factory.mktemp("apache-sasl"), _free_pair(), _free_pair()
    broker = SaslBroker(port, sasl)
    listeners = f"PLAINTEXT://127.0.0.1:{port},SASL_PLAINTEXT://127.0.0.1:{sasl}"
    security = "org.apache.kafka.common.security"
    further = folder / "further.properties"
    further.write_text(
        f"listeners={listeners},CONTROLLER://127.0.0.1:{port + 1}\n"
        f"advertised.listeners={listeners}\n"
        "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT\n"
        "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512\n"
        f"listener.name.sasl_plaintext.plain.sasl.jaas.config={security}.plain.PlainLoginModule required "
        f'user_{broker.user}="{broker.password}";\n'
        f"listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config={security}.scram.ScramLoginModule required;\n"
    )
    _up(folder, port, further)
    yield broker
    _script("down", folder, port).check_returncode()


def _up(folder: Path, port: int, properties: Path | None = None) -> None:
    """Starts it, or finds it up; skips where it cannot be, fails where it must."""
    started = _script("up", folder, port, properties)
    if started.returncode:
        why = f"no Apache Kafka: {started.stderr.strip()}"
        pytest.fail(why) if _required() else pytest.skip(why)


def _script(
    command: str, folder: Path, port: int, properties: Path | None = None
) -> subprocess.CompletedProcess[str]:
    own = {"KAFKA_DIR": str(folder), "KAFKA_PORT": str(port), "KAFKA_CONTROLLER_PORT": str(port + 1)}
    if properties is not None:
        own["KAFKA_PROPERTIES"] = str(properties)
    env = {**os.environ, **own, "KAFKA_OFFLINE": "" if _required() else "1"}
    return subprocess.run([str(SCRIPT), command], env=env, capture_output=True, text=True)


def _required() -> bool:
    return "apache" in os.environ.get("EBBWATCH_TEST_REQUIRE", "")


@contextmanager
def _counted(path: Path, change: int) -> Iterator[int]:
    """How many others use it, under a lock; adds `change` to the count."""
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        count = int(file.read() or 0)
        yield count if change > 0 else count + change
        file.truncate(0)
        file.write(str(count + change))


def _free_pair() -> int:
    """A port that is free, and so is the one after it."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
