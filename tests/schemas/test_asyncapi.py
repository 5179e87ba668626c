"""The AsyncAPI document keeps to the structure that the specification 3.0.0 lays down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from schemas.publish import PUBLISHED
from schemas.topics import TOPICS

NAME = r"^[\w\d.\-_]+$"
REFERENCE = {
    "type": "object",
    "required": ["$ref"],
    "properties": {"$ref": {"type": "string", "pattern": "^#/"}},
    "additionalProperties": False,
}
TEXT = {"type": "string", "minLength": 1}


def closed_object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def named(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "propertyNames": {"pattern": NAME}, "minProperties": 1, "additionalProperties": value}


def kafka(**properties: Any) -> dict[str, Any]:
    return closed_object(["kafka"], kafka=closed_object([], bindingVersion={"const": "0.5.0"}, **properties))


CLEANUP = closed_object([], **{"cleanup.policy": {"type": "array", "items": {"enum": ["compact", "delete"]}}})
CHANNEL = closed_object(
    ["address", "messages"],
    address=TEXT,
    description=TEXT,
    messages=named(REFERENCE),
    bindings=kafka(topic=TEXT, topicConfiguration=CLEANUP),
)
OPERATION = closed_object(
    ["action", "channel"],
    action={"enum": ["send", "receive"]},
    channel=REFERENCE,
    messages={"type": "array", "items": REFERENCE, "minItems": 1},
)
MESSAGE = closed_object(
    ["payload"],
    name=TEXT,
    title=TEXT,
    summary=TEXT,
    contentType=TEXT,
    payload=REFERENCE,
    examples={"type": "array", "items": closed_object(["payload"], payload={"type": "object"})},
    bindings=kafka(key={"type": "object"}),
)
DOCUMENT = closed_object(
    ["asyncapi", "info"],
    asyncapi={"const": "3.0.0"},
    id={"type": "string", "format": "uri"},
    info=closed_object(["title", "version"], title=TEXT, version=TEXT, description=TEXT),
    defaultContentType=TEXT,
    channels=named(CHANNEL),
    operations=named(OPERATION),
    components=closed_object([], messages=named(MESSAGE), schemas=named({"type": "object"})),
)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return json.loads((PUBLISHED / "asyncapi.json").read_text(encoding="utf-8"))


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from references(child)


def resolve(document: dict[str, Any], reference: str) -> Any:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def test_the_document_has_the_structure_of_asyncapi_3(document) -> None:
    Draft202012Validator(DOCUMENT).validate(document)


def test_every_reference_leads_somewhere(document) -> None:
    found = set(references(document))
    assert len(found) > 20
    for reference in found:
        assert isinstance(resolve(document, reference), dict)


def test_every_topic_has_a_channel_and_one_operation_on_all_its_messages(document) -> None:
    assert {c["address"] for c in document["channels"].values()} == {topic.topic for topic in TOPICS}
    for topic in TOPICS:
        channel = f"#/channels/{topic.channel}"
        (operation,) = (o for o in document["operations"].values() if o["channel"]["$ref"] == channel)
        assert operation["action"] == topic.action
        expected = [f"{channel}/messages/{message.name}" for message in topic.messages]
        assert [m["$ref"] for m in operation["messages"]] == expected


def test_payloads_are_valid_schemas_and_their_examples_keep_to_them_and_to_the_types(document) -> None:
    contracts = {message.name: message for topic in TOPICS for message in topic.messages}
    assert set(document["components"]["messages"]) == set(contracts)
    for name, message in document["components"]["messages"].items():
        schema = {**message["payload"], "components": document["components"]}
        Draft202012Validator.check_schema(schema)
        for example in message["examples"]:
            Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
                example["payload"]
            )
            assert msgspec.convert(example["payload"], contracts[name].type) == contracts[name].example
