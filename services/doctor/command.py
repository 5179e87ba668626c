"""The checks that there are, and how they are told: a line each, or JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import msgspec

from services.doctor.file_checks import file_checks
from services.doctor.findings import Check, Finding, run_checks
from services.doctor.kafka_checks import kafka_checks
from services.doctor.sign_in_checks import sign_in_checks
from services.parts import Parts, open_parts, require_basis, require_schema
from services.settings import load_settings

ALL_WELL, SOMETHING_FAILED = 0, 1
_MARKS = {"ok": "ok  ", "failed": "FAIL", "not_tried": "--  "}


def main(*, as_json: bool = False) -> int:
    """Says what each check found; the exit code tells whether all passed."""
    findings = []
    for found in _findings():
        findings.append(found)
        if not as_json:
            sys.stdout.write(f"{_MARKS[found.state]} {found.check}: {found.said}\n")
    well = all(found.state == "ok" for found in findings)
    if as_json:
        told = msgspec.json.encode({"ok": well, "checks": findings})
        sys.stdout.write(msgspec.json.format(told, indent=2).decode() + "\n")
    return ALL_WELL if well else SOMETHING_FAILED


def _findings() -> Iterator[Finding]:
    """All checks but the first need the settings; where those are bad there are no others."""
    parts: list[Parts] = []

    def settings() -> str:
        parts.append(open_parts(load_settings()))
        return "all known and valid"

    yield from run_checks([Check("settings", settings)])
    if parts:
        yield from run_checks(_checks(parts[0]))


def _checks(parts: Parts) -> list[Check]:
    return [
        *file_checks(parts.settings),
        *sign_in_checks(parts.settings),
        Check("database", lambda: _database(parts)),
        Check("basis", lambda: _basis(parts), needs=("database",)),
        *kafka_checks(parts),
    ]


def _database(parts: Parts) -> str:
    revision = require_schema(parts.store)
    return f"{parts.store.engine.url.render_as_string(hide_password=True)} is at schema {revision}"


def _basis(parts: Parts) -> str:
    require_basis(parts)
    return f"kept in {parts.settings.base_currency}, with weeks of {parts.settings.zone.key}"
