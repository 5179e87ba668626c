"""What SQLite says while another writer holds its database, as the driver says it."""

from __future__ import annotations

import sqlite3


def locked() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error
