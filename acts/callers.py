"""Who does something: a person, as their sign-in says, time alone, or whoever runs a command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from acts.roles import Role


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts. `branch` is the only branch they see, None where they see all.

    Nobody can sign in with the last two roles: that of what time alone does, and that of whoever runs commands on
    the machine itself.
    """

    actor: str
    role: Role | Literal["service", "command line"]
    branch: str | None


TIME_ALONE = Caller("ebbwatch", "service", None)
