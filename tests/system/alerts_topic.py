"""Topic ebbwatch.alerts as another system reads it."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

from schemas.messages import TOPIC_ALERTS
from schemas.publish import PUBLISHED
from tests.kafka.reading import Broker, read_until, reading, values_of


def read_up_to(broker: Broker, alert_id: str, revision: int) -> dict[str, Any]:
    """The message of one revision; it and all before it must be valid by the published schema."""
    schema = json.loads((PUBLISHED / f"{TOPIC_ALERTS}.schema.json").read_text())
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)

    def wanted(message: dict[str, Any]) -> bool:
        return (message["alert_id"], message["revision"]) == (alert_id, revision)

    with reading("kafka-python", broker, [TOPIC_ALERTS]) as source:
        found = read_until(source, lambda got: any(wanted(json.loads(v)) for v in values_of(got) if v))
    messages = [json.loads(value) for value in values_of(found) if value]
    for message in messages:
        validator.validate(message)
    return next(message for message in messages if wanted(message))
