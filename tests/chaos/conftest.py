"""One database for all seeds of a module, no settings of the machine, and quiet: a quarter of trouble is logged."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest

from tests.chaos.database import Database


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    kept = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    made = Database()
    yield made
    made.close()
    logging.disable(kept)


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("EBBWATCH_") and not n.startswith("EBBWATCH_TEST_")]:
        monkeypatch.delenv(name)
