"""Alerts, cases and remedies are numbered by their changes: whoever changes one says which revision they saw."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol, TypeVar


class Revised(Protocol):
    """A frozen dataclass with the number of its last change."""

    @property
    def revision(self) -> int: ...


R = TypeVar("R", bound=Revised)


def with_next_revision(before: R, **changes: Any) -> R:
    """`before` with `changes` as its next revision; the same object where nothing changes."""
    changed = replace(before, **changes)  # type: ignore[type-var]
    return before if changed == before else replace(changed, revision=before.revision + 1)  # type: ignore[type-var]
