"""`ebbwatch migrate`: bring the database to the newest schema."""

from __future__ import annotations

import sys

from services.parts import open_parts, upgrade_schema
from services.settings import load_settings


def main() -> None:
    """Safe to run again, and by two at once."""
    upgrade_schema(open_parts(load_settings()).store)
    sys.stdout.write("the database is at the newest schema\n")
