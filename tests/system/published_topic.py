"""What Ebbwatch publishes, as another system reads it."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

from schemas.publish import PUBLISHED
from tests.kafka.reading import Broker, read_until, reading, values_of


def read_up_to(broker: Broker, topic: str, **wanted: object) -> dict[str, Any]:
    """The first message with these fields; it and all before it must be valid by the published schema."""
    schema = json.loads((PUBLISHED / f"{topic}.schema.json").read_text())
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)

    def is_it(message: dict[str, Any]) -> bool:
        return wanted.items() <= message.items()

    with reading("kafka-python", broker, [topic]) as source:
        found = read_until(source, lambda got: any(is_it(json.loads(v)) for v in values_of(got) if v))
    messages = [json.loads(value) for value in values_of(found) if value]
    for message in messages:
        validator.validate(message)
    return next(message for message in messages if is_it(message))
