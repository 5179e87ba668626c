"""Alerts, cases and remedies are numbered by their changes: whoever changes one says which revision they saw."""

from __future__ import annotations

from dataclasses import Field, replace
from typing import Any, ClassVar, Protocol, TypeVar


class Revised(Protocol):
    """A frozen dataclass with the number of its last change."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def revision(self) -> int: ...


R = TypeVar("R", bound=Revised)


def with_next_revision(before: R, **changes: Any) -> R:
    """`before` with `changes` as its next revision; the same object where nothing changes."""
    changed = replace(before, **changes)
    return before if changed == before else replace(changed, revision=before.revision + 1)
