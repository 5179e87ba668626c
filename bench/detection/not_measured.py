"""Why a row of the table has no figures."""

from __future__ import annotations

import importlib
from types import ModuleType


class NotMeasured(Exception):
    """The message says why, as it stands in the table."""


def need(module: str, package: str) -> ModuleType:
    """Import a peer's module. Raises NotMeasured where it is not there or does not work."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise NotMeasured(f"{package} is not installed here ({error}); `make bench` installs it") from error
