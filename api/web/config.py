"""What the desk is told by whoever starts the application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class DeskConfig:
    """`public_url` is where people reach the desk, None where that is the address it listens on.

    `now` is the world's time, also beside a simulated bank whose weeks take seconds: sessions are people's.
    """

    session: timedelta = timedelta(hours=10)
    public_url: str | None = None
    now: Callable[[], datetime] = _now

    @property
    def is_https(self) -> bool:
        return self.public_url is not None and urlsplit(self.public_url).scheme == "https"
