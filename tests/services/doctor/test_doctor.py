"""`ebbwatch doctor`: a finding a check, and for each that fails the setting at fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from publish.kafka.topics import TopicSpec, ensure_topics
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES
from schemas.kafka_connection import KafkaConnection
from schemas.messages import TOPIC_ALERTS, TOPIC_DEAD_LETTERS, TOPIC_REMEDIES
from services import database_commands
from services.doctor.command import main
from services.parts import begin_or_require_basis, open_parts
from services.settings import load_settings
from tests.services.doctor.conftest import CHECKS, Examine


def test_with_everything_there_all_is_well(
    ready: KafkaConnection, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for client in ("kafka-python", "confluent"):
        monkeypatch.setenv("EBBWATCH_KAFKA_CLIENT", client)
        found = examine()
        assert (found.code, found.state) == (0, dict.fromkeys(CHECKS, "ok"))


def test_a_line_a_check_for_people(ready: KafkaConnection, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"ok   {name}" for name in CHECKS]


def test_every_check_has_a_finding_though_one_before_it_failed(examine: Examine) -> None:
    found = examine()
    assert found.code == 1
    assert list(found.state) == list(CHECKS)
    assert {name: state for name, state in found.state.items() if state != "ok"} == {
        "database": "failed",
        "basis": "not_tried",
        "kafka": "failed",
        "topics": "not_tried",
        "offsets": "not_tried",
    }
    assert found.said["database"].endswith("run `ebbwatch db upgrade`")
    assert found.said["kafka"].startswith("EBBWATCH_KAFKA_BOOTSTRAP: no answer from 127.0.0.1:1")
    assert "kafka-up" not in " ".join(found.said.values())  # a bank starts no development broker


def test_a_missing_topic_is_named(broker: KafkaConnection, examine: Examine) -> None:
    ensure_topics(broker, [TopicSpec(name, 1) for name in (TOPIC_ACTIVITY, TOPIC_ALERTS)])
    database_commands.upgrade()
    found = examine()
    assert found.code == 1
    missing = f"{TOPIC_CLIENTS}, {TOPIC_RATES}, {TOPIC_REMEDIES}, {TOPIC_DEAD_LETTERS}"
    assert found.said["topics"].startswith(f"missing on {broker.bootstrap}: {missing}; have them made")
    assert found.state["database"] == found.state["kafka"] == "ok"


def test_a_database_that_cannot_be_reached_names_its_setting(
    examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EBBWATCH_DATABASE_URL", "postgresql+psycopg://ebbwatch:secret@127.0.0.1:1/ebbwatch")
    found = examine()
    assert found.setting["database"] == "EBBWATCH_DATABASE_URL"
    assert found.said["database"].endswith("is it up, and is that its address?")
    assert "secret" not in found.said["database"]


def test_a_bad_setting_ends_the_checks(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBBWATCH_BASE_CURRENCY", "XQQ")
    found = examine()
    assert (found.code, found.setting) == (1, {"settings": "EBBWATCH_BASE_CURRENCY"})


@pytest.mark.parametrize(
    ("check", "setting"),
    [
        ("policy", "EBBWATCH_POLICY_FILE"),
        ("model", "EBBWATCH_LEAVER_MODEL"),
        ("authority", "EBBWATCH_AUTHORITY_FILE"),
    ],
)
def test_a_file_that_is_not_there_or_no_such_file(
    check: str, setting: str, data_dir: Path, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = data_dir / "named.json"
    monkeypatch.setenv(setting, str(path))
    assert (found := examine()).setting[check] == setting
    assert str(path) in found.said[check]
    path.write_text('["not what it should be"]')
    assert examine().setting[check] == setting
    others = {"policy", "model", "authority"} - {check}
    assert {found.state[name] for name in others} == {"ok"}


@pytest.mark.parametrize(
    ("setting", "then"), [("EBBWATCH_BASE_CURRENCY", "JPY"), ("EBBWATCH_TIME_ZONE", "Europe/London")]
)
def test_another_currency_or_zone_than_the_database_was_begun_with(
    setting: str, then: str, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    database_commands.upgrade()
    begin_or_require_basis(open_parts(load_settings()))
    monkeypatch.setenv(setting, then)
    found = examine()
    assert (found.state["database"], found.setting["basis"]) == ("ok", setting)
    assert found.said["basis"].startswith(f"{setting}: {then}, but what is in the database was kept with ")
