"""Checks in their order, and what each found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from schemas.errors import EbbwatchError

State = Literal["ok", "failed", "not_tried"]
_SETTING = re.compile(r"EBBWATCH_[A-Z_]+(?=: )")


@dataclass(frozen=True, slots=True)
class Check:
    """`run` says what it found, or raises EbbwatchError. It is not tried where one of `needs` has not passed."""

    name: str
    run: Callable[[], str]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found; `setting` is the one that it is about, where it names one."""

    check: str
    state: State
    said: str
    setting: str | None = None


def run_checks(checks: Iterable[Check]) -> Iterator[Finding]:
    """One finding a check, as they are made."""
    passed: set[str] = set()
    for check in checks:
        found = _run(check, passed)
        if found.state == "ok":
            passed.add(found.check)
        yield found


def _run(check: Check, passed: set[str]) -> Finding:
    lacking = [name for name in check.needs if name not in passed]
    if lacking:
        return Finding(check.name, "not_tried", f"not tried, for want of {', '.join(lacking)}")
    try:
        return Finding(check.name, "ok", check.run())
    except EbbwatchError as error:
        said = str(error)
        setting = _SETTING.match(said)
        return Finding(check.name, "failed", said, None if setting is None else setting[0])
