"""The port and the choice load no client library: only the chosen one is loaded, when it is chosen."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ingest.kafka.client_choice import open_source
from ingest.kafka.source import KafkaConfig
from schemas.errors import BadSetting

LOADED = """
import sys, ingest.consumer, ingest.kafka.client_choice
print({'kafka', 'confluent_kafka'} & set(sys.modules))
"""


def test_the_port_and_the_choice_load_no_client_library() -> None:
    said = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_a_client_that_is_none_is_a_bad_setting() -> None:
    with pytest.raises(BadSetting, match="'fax' is neither kafka-python nor confluent"):
        open_source("fax", KafkaConfig("127.0.0.1:1", "group"))
