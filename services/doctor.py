"""`ebbwatch doctor`: is everything there that the services need, and what to do where it is not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

from ingest.kafka.client_choice import open_source
from ingest.kafka.kafka_python.codecs import require_codecs
from ingest.kafka.source import BrokerUnreachable
from schemas.errors import BadSetting, EbbwatchError
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES
from schemas.messages import TOPIC_ALERTS, TOPIC_DEAD_LETTERS, TOPIC_REMEDIES
from services.ingest import kafka_config
from services.parts import Parts, open_parts, require_basis, require_schema
from services.settings import load_settings

ANSWER_WITHIN_S = 3.0  # a person is waiting
Check = Callable[[], str]
_TOPICS = (TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES, TOPIC_ALERTS, TOPIC_REMEDIES, TOPIC_DEAD_LETTERS)


def main() -> int:
    """Prints one line a check; returns 0 when all passed, else 1."""
    failed = 0
    for name, check in _checks():
        try:
            said, mark = check(), "ok  "
        except EbbwatchError as error:
            said, mark, failed = str(error), "FAIL", failed + 1
        sys.stdout.write(f"{mark} {name}: {said}\n")
    return 1 if failed else 0


def _checks() -> Iterator[tuple[str, Check]]:
    """Later checks need the settings; where those are bad there are no later ones."""
    parts: list[Parts] = []

    def settings() -> str:
        parts.append(open_parts(load_settings()))
        return "all known and valid"

    yield "settings", settings
    if not parts:
        return
    yield "codecs", _codecs
    yield "database", lambda: _database(parts[0])
    yield "kafka", lambda: _kafka(parts[0])


def _codecs() -> str:
    require_codecs()
    return "crc32c, lz4, zstd and snappy are there"


def _database(parts: Parts) -> str:
    revision = require_schema(parts.store)
    require_basis(parts)
    return f"{parts.store.engine.url.render_as_string(hide_password=True)} is at schema {revision}"


def _kafka(parts: Parts) -> str:
    config = replace(kafka_config(parts), connect_timeout_s=ANSWER_WITHIN_S)
    source = open_source(parts.settings.kafka_client, config, parts.metrics)
    try:
        there = source.topic_ids(_TOPICS)
    except BrokerUnreachable as error:
        raise BadSetting(f"EBBWATCH_KAFKA_BOOTSTRAP: {error}; `make kafka-up` starts a broker here") from None
    finally:
        source.close()
    missing = [topic for topic in _TOPICS if topic not in there]
    if missing:
        raise BadSetting(
            f"topics missing on {parts.settings.kafka_bootstrap}: {', '.join(missing)}; create them "
            "(for a trial `ebbwatch simulate` and `ebbwatch replay` do)"
        )
    return f"{parts.settings.kafka_bootstrap} has the {len(_TOPICS)} topics"
