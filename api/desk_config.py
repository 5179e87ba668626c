"""What the desk is told by whoever starts the application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from acts.sign_in.passwords import Passwords
from api.sign_in_provider import SignInProvider


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class DeskConfig:
    """`public_url` is where people reach the desk, None where that is the address it listens on.

    People sign in at `provider`; where there is none, with an account here, which `passwords` checks.
    `now` is the world's time, also beside a simulated bank whose weeks take seconds: sessions are people's.
    """

    session: timedelta = timedelta(hours=10)
    public_url: str | None = None
    provider: SignInProvider | None = None
    passwords: Passwords = field(default_factory=Passwords)
    role_claim: str = "role"
    branch_claim: str = "branch"
    now: Callable[[], datetime] = _now

    @property
    def is_https(self) -> bool:
        return self.public_url is not None and urlsplit(self.public_url).scheme == "https"
