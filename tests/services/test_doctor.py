"""`ebbwatch doctor`: a line a check, and for each that fails what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from publish.kafka.topics import TopicSpec, ensure_topics
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES
from schemas.kafka_connection import KafkaConnection
from schemas.messages import TOPIC_ALERTS, TOPIC_DEAD_LETTERS, TOPIC_REMEDIES
from services import database_commands, doctor
from services.simulation.embedded_broker import EmbeddedBroker


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBBWATCH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EBBWATCH_KAFKA_BOOTSTRAP", "127.0.0.1:1")


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[KafkaConnection]:
    with EmbeddedBroker(0) as started:
        monkeypatch.setenv("EBBWATCH_KAFKA_BOOTSTRAP", started.bootstrap)
        yield KafkaConnection(started.bootstrap)


def checked(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, str]]:
    """The exit code, and what was said of each check: "ok" or the whole complaint."""
    capsys.readouterr()
    code = doctor.main()
    lines = capsys.readouterr().out.splitlines()
    found = {}
    for line in lines:
        mark, name, said = line[:4].strip(), *line[5:].split(": ", 1)
        found[name] = mark if mark == "ok" else said
    return code, found


def test_with_everything_there_all_is_well(
    broker: KafkaConnection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES, TOPIC_ALERTS, TOPIC_REMEDIES, TOPIC_DEAD_LETTERS]
    ensure_topics(broker, [TopicSpec(name, 1) for name in names])
    database_commands.upgrade()
    for client in ("kafka-python", "confluent"):
        monkeypatch.setenv("EBBWATCH_KAFKA_CLIENT", client)
        assert checked(capsys) == (0, dict.fromkeys(["settings", "codecs", "database", "kafka"], "ok"))


def test_a_missing_topic_is_named_and_said_how_to_make(
    broker: KafkaConnection, capsys: pytest.CaptureFixture[str]
) -> None:
    ensure_topics(broker, [TopicSpec(name, 1) for name in (TOPIC_ACTIVITY, TOPIC_ALERTS)])
    database_commands.upgrade()
    code, found = checked(capsys)
    assert code == 1
    missing = f"{TOPIC_CLIENTS}, {TOPIC_RATES}, {TOPIC_REMEDIES}, {TOPIC_DEAD_LETTERS}"
    assert found["kafka"].startswith(f"topics missing on {broker.bootstrap}: {missing}; create them")
    assert found["database"] == "ok"


def test_every_check_runs_though_one_before_it_failed(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = checked(capsys)
    assert code == 1
    assert list(found) == ["settings", "codecs", "database", "kafka"]
    assert found["database"].endswith("run `ebbwatch db upgrade`")
    assert found["kafka"].startswith("EBBWATCH_KAFKA_BOOTSTRAP: no answer")
    assert found["kafka"].endswith("`make kafka-up` starts a broker here")


def test_a_database_that_cannot_be_reached_names_its_setting(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EBBWATCH_DATABASE_URL", "postgresql+psycopg://ebbwatch:secret@127.0.0.1:1/ebbwatch")
    code, found = checked(capsys)
    assert code == 1
    assert found["database"].startswith("EBBWATCH_DATABASE_URL: ")
    assert found["database"].endswith("is it up, and is that its address?")
    assert "secret" not in found["database"]


def test_a_bad_setting_ends_the_checks(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBBWATCH_BASE_CURRENCY", "XQQ")
    code, found = checked(capsys)
    assert code == 1
    assert list(found) == ["settings"]
    assert found["settings"].startswith("EBBWATCH_BASE_CURRENCY: ")
