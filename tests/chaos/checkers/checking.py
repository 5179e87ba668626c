"""What must hold at every step, by plain models of what was sent; each checker looks at one kind of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Wrong(Exception):
    """A checker has found what must not be."""

    def __init__(self, checker: str, found: str) -> None:
        super().__init__(f"{checker}: {found}")
        self.checker = checker


class Checker(Protocol):
    """Raises Wrong."""

    def check(self) -> None:
        """After every step."""

    def check_at_rest(self) -> None:
        """When everything should have come to its end."""


class Checkers:
    """All of them. Raises Wrong."""

    def __init__(self, each: Sequence[Checker]) -> None:
        self._each = each

    def check(self) -> None:
        for checker in self._each:
            checker.check()

    def check_at_rest(self) -> None:
        self.check()
        for checker in self._each:
            checker.check_at_rest()


def compare(checker: str, what: str, found: Mapping[Any, object], wanted: Mapping[Any, object]) -> None:
    """Raises Wrong with the first differences of what was `found` in the store from what is `wanted` by a model."""
    if found == wanted:
        return
    keys = [key for key in sorted(found.keys() | wanted.keys(), key=repr) if found.get(key) != wanted.get(key)]
    said = [f"{key}: {found.get(key)}, by the model {wanted.get(key)}" for key in keys[:3]]
    raise Wrong(checker, f"{what}: {'; '.join(said)}")
