"""Write the published contract from the types: `python -m schemas.publish [folder]`, or `make schemas`."""

from __future__ import annotations

import json
import sys
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

import msgspec

from schemas.asyncapi import asyncapi_document
from schemas.topics import TOPICS, TopicContract

PUBLISHED = Path(__file__).parent / "published"
CONTRACT_VERSION = "1.0.0"  # of the contract, not of the product; up by semantic versioning


def published_files() -> dict[str, str]:
    """File name -> text of every published file."""
    files = {f"{topic.topic}.schema.json": _text(topic_schema(topic)) for topic in TOPICS}
    return files | {"asyncapi.json": _text(asyncapi_document(CONTRACT_VERSION))}


def topic_schema(topic: TopicContract) -> dict[str, Any]:
    """JSON Schema 2020-12 of the values of a topic."""
    schema = msgspec.json.schema(reduce(or_, (message.type for message in topic.messages)))
    schema.pop("discriminator", None)  # OpenAPI's word, not JSON Schema's
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:ebbwatch:schema:{topic.topic}",
        "title": topic.topic,
        "description": topic.description,
        "examples": [msgspec.to_builtins(message.example) for message in topic.messages],
        **schema,
    }


def write_files(folder: Path) -> None:
    """Write every published file into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in published_files().items():
        (folder / name).write_text(text, encoding="utf-8")


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write_files(Path(sys.argv[1]) if len(sys.argv) > 1 else PUBLISHED)
