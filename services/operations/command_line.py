"""What commands that change something have in common: the database, who does it, and a moment's patience."""

from __future__ import annotations

import getpass

from acts.callers import Caller
from schemas.errors import BadSetting
from services.parts import Parts, open_parts, require_database
from services.settings import load_settings

ANSWER_WITHIN_S = 5.0  # a person is waiting
LONGEST_NAME = 200  # that the audit trail takes


def open_for_command() -> Parts:
    """Raises BadSetting."""
    parts = open_parts(load_settings())
    require_database(parts)
    return parts


def operator(name: str | None = None) -> Caller:
    """Who runs the command, as they say or the machine knows them; a container may know nobody by that number.

    Raises BadSetting.
    """
    if name is not None and not 0 < len(name.strip()) <= LONGEST_NAME:
        raise BadSetting(f"--as: a name of 1 to {LONGEST_NAME} characters")
    if name is None:
        try:
            name = getpass.getuser()
        except (KeyError, OSError):
            name = "operator"
    return Caller(name, "command line", None)


def checked_reason(because: str) -> str:
    """Raises BadSetting for one that says nothing."""
    if not because.strip():
        raise BadSetting("--because: say why, for the audit trail")
    return because
