"""A doctor in a folder of its own, and a broker for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from publish.kafka.topics import TopicSpec, ensure_topics
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES
from schemas.kafka_connection import KafkaConnection
from schemas.messages import TOPIC_ALERTS, TOPIC_DEAD_LETTERS, TOPIC_REMEDIES
from services import database_commands
from services.doctor.command import main
from services.simulation.embedded_broker import EmbeddedBroker

ALL_TOPICS = (TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES, TOPIC_ALERTS, TOPIC_REMEDIES, TOPIC_DEAD_LETTERS)
CHECKS = (
    "settings", "policy", "model", "authority", "sign_in", "keys", "database", "basis", "codecs", "kafka", "topics",
    "offsets",
)  # fmt: skip


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EBBWATCH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EBBWATCH_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    return tmp_path


@dataclass(frozen=True)
class Found:
    """What one run told: of each check its state, what was said, and the setting that it is about."""

    code: int
    state: dict[str, str]
    said: dict[str, str]
    setting: dict[str, str | None]


Examine = Callable[[], Found]


@pytest.fixture
def examine(capsys: pytest.CaptureFixture[str]) -> Examine:
    def run() -> Found:
        capsys.readouterr()
        code = main(as_json=True)
        told = json.loads(capsys.readouterr().out)
        assert told["ok"] == (code == 0)
        columns = ({each["check"]: each[name] for each in told["checks"]} for name in ("state", "said", "setting"))
        return Found(code, *columns)

    return run


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[KafkaConnection]:
    with EmbeddedBroker(0) as started:
        monkeypatch.setenv("EBBWATCH_KAFKA_BOOTSTRAP", started.bootstrap)
        yield KafkaConnection(started.bootstrap)


@pytest.fixture
def ready(broker: KafkaConnection) -> KafkaConnection:
    """With all topics, and a database at the newest schema."""
    ensure_topics(broker, [TopicSpec(name, 1) for name in ALL_TOPICS])
    database_commands.upgrade()
    return broker
