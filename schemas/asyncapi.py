"""The AsyncAPI 3.0 document of all topics. Source: asyncapi.com, specification 3.0.0 and Kafka bindings 0.5.0."""

from __future__ import annotations

from typing import Any

import msgspec

from schemas.topics import TOPICS, MessageContract, TopicContract

_BINDING_VERSION = "0.5.0"
_INFO = (
    "Early warning for a bank: records each corporate client's weekly debit and credit volume, compares it with "
    "its recent, quarterly and annual averages, and raises alerts. All payloads are UTF-8 JSON."
)


def asyncapi_document(version: str) -> dict[str, Any]:
    """The whole document, ready to be written as JSON. `version` is that of the contract."""
    types = [message.type for topic in TOPICS for message in topic.messages]
    _, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "id": "urn:ebbwatch:asyncapi",
        "info": {"title": "Ebbwatch", "version": version, "description": _INFO},
        "defaultContentType": "application/json",
        "channels": {topic.channel: _channel(topic) for topic in TOPICS},
        "operations": {
            f"{topic.action}{topic.channel[0].upper()}{topic.channel[1:]}": _operation(topic) for topic in TOPICS
        },
        "components": {
            "messages": {message.name: _message(message) for topic in TOPICS for message in topic.messages},
            "schemas": schemas,
        },
    }


def _channel(topic: TopicContract) -> dict[str, Any]:
    kafka: dict[str, Any] = {"topic": topic.topic, "bindingVersion": _BINDING_VERSION}
    if topic.compacted:
        kafka["topicConfiguration"] = {"cleanup.policy": ["compact"]}
    return {
        "address": topic.topic,
        "description": topic.description,
        "messages": {m.name: {"$ref": f"#/components/messages/{m.name}"} for m in topic.messages},
        "bindings": {"kafka": kafka},
    }


def _operation(topic: TopicContract) -> dict[str, Any]:
    channel = f"#/channels/{topic.channel}"
    return {
        "action": topic.action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{m.name}"} for m in topic.messages],
    }


def _message(message: MessageContract) -> dict[str, Any]:
    kafka: dict[str, Any] = {"bindingVersion": _BINDING_VERSION}
    if message.key is not None:
        kafka["key"] = message.key
    return {
        "name": message.type.__name__,
        "title": message.type.__name__,
        "summary": message.summary,
        "contentType": "application/json",
        "payload": {"$ref": f"#/components/schemas/{message.type.__name__}"},
        "examples": [{"payload": msgspec.to_builtins(message.example)}],
        "bindings": {"kafka": kafka},
    }
