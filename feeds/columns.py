"""Which column of a file is what, and the errors that stop a replay before its first message."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from schemas.errors import EbbwatchError

REQUIRED = ("client_id", "direction", "amount")
TIMES = ("booked_at", "date")  # one of them; booked_at is looked at first
OPTIONAL = ("account_id", "currency", "reversal")
MASTER = ("branch_id", "name", "tier", "kind", "industry")
FIELDS = (*REQUIRED, *TIMES, *OPTIONAL, *MASTER)


class BadFile(EbbwatchError):
    """The file, or what was said of its columns, cannot be replayed; nothing has been sent."""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """`names`: our field -> the file's column, for those that differ.

    `currency`: of files without such a column. `date_format`: of dates in a text file, by strftime's letters.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    currency: str = "HKD"
    date_format: str = "%Y-%m-%d"

    @classmethod
    def parse(cls, options: Iterable[str], currency: str = "HKD") -> ColumnMapping:
        """Read ``amount=betrag`` options. Raises BadFile for an unknown field or a missing equals sign."""
        names: dict[str, str] = {}
        for option in options:
            ours, equals, theirs = option.partition("=")
            if not equals or not theirs or ours not in FIELDS:
                raise BadFile(f"--column {option}: give field=column, field one of {', '.join(FIELDS)}")
            names[ours] = theirs
        return cls(names, currency)

    def resolve(self, columns: Collection[str]) -> dict[str, str]:
        """Field -> column for every field this file has. Raises BadFile where one that is needed is not there."""
        missing = sorted(theirs for theirs in self.names.values() if theirs not in columns)
        if missing:
            raise BadFile(f"the file has no column {', '.join(missing)}; it has {', '.join(columns)}")
        wanted = {ours: self.names.get(ours, ours) for ours in FIELDS}
        found = {ours: theirs for ours, theirs in wanted.items() if theirs in columns}
        lacking = [name for name in REQUIRED if name not in found]
        lacking += [] if any(name in found for name in TIMES) else ["booked_at or date"]
        if lacking:
            raise BadFile(f"no column for {', '.join(lacking)}: name it with --column field=column")
        return found


def parse_speed(text: str) -> float | None:
    """``max`` -> None, else weeks per second. Raises BadFile for anything else, zero and below."""
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.0 < speed < float("inf"):
        raise BadFile(f"--speed {text}: max, or a number of weeks per second")
    return speed
