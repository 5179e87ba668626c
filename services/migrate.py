"""`ebbwatch migrate`: bring the database to the newest schema."""

from __future__ import annotations

import sys

from services.parts import open_parts
from services.settings import load_settings
from store import schema


def main() -> None:
    """Safe to run again, and by two at once."""
    store = open_parts(load_settings()).store
    schema.upgrade(store)
    sys.stdout.write("the database is at the newest schema\n")
