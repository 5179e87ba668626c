"""The port and the choice load no client library: only the chosen one is loaded, when it is chosen."""

from __future__ import annotations

import subprocess
import sys

import pytest

from publish.kafka.client_choice import open_producer
from schemas.errors import BadSetting
from schemas.kafka_connection import KafkaConnection

LOADED = """
import sys, publish.kafka.client_choice, publish.notices.notifier, publish.outbox.relay
print({'kafka', 'confluent_kafka', 'apprise'} & set(sys.modules))
"""


def test_the_ports_and_those_who_use_them_load_no_client_library() -> None:
    said = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_a_client_that_is_none_is_a_bad_setting() -> None:
    with pytest.raises(BadSetting, match="'fax' is neither kafka-python nor confluent"):
        open_producer("fax", KafkaConnection("127.0.0.1:1"))
