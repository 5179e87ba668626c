"""Hours of the day in which a person wants to hear nothing, in the bank's time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schemas.errors import NotAllowedByRules

_DAYS = 4  # today and tomorrow; one more where the clocks skip the only loud minutes of a day
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Half-open, [starts, ends) on the clock on the wall; over midnight where `ends` is the earlier one."""

    starts: time
    ends: time

    def covers(self, wall: time) -> bool:
        """Whether that time of day is quiet."""
        if self.starts < self.ends:
            return self.starts <= wall < self.ends
        return wall >= self.starts or wall < self.ends


def parse_quiet_hours(starts: str | None, ends: str | None) -> QuietHours | None:
    """``22:00`` and ``07:30``, or neither. Raises NotAllowedByRules."""
    if starts is None and ends is None:
        return None
    for field, text in (("quiet_from", starts), ("quiet_until", ends)):
        if text is None or not _TIME.fullmatch(text):
            raise NotAllowedByRules(field, "quiet hours are two times of day such as 22:00 and 07:30")
    if starts == ends:
        raise NotAllowedByRules("quiet_until", "quiet hours that end when they begin would never end")
    return QuietHours(time.fromisoformat(starts or ""), time.fromisoformat(ends or ""))


def end_of_quiet(now: datetime, quiet: QuietHours | None, zone: ZoneInfo) -> datetime:
    """`now` where it is not quiet, else the instant at which the quiet hours end, in UTC.

    Where clocks are put back the end may come twice: the next one counts. Where they are put forward over it, it
    comes as much later.
    """
    if quiet is None or not quiet.covers(now.astimezone(zone).time()):
        return now
    day = now.astimezone(zone).date()
    ends = (
        datetime.combine(day + timedelta(days=ahead), quiet.ends, zone).replace(fold=fold).astimezone(UTC)
        for ahead in range(_DAYS)
        for fold in (0, 1)
    )
    return min(end for end in ends if end > now and not quiet.covers(end.astimezone(zone).time()))
