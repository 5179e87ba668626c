"""The codecs a kafka-python consumer cannot do without."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from schemas.errors import BadSetting

# import name -> distribution; without crc32c the CRC check runs in Python at a quarter of the speed
REQUIRED = {"crc32c": "crc32c", "lz4.frame": "lz4", "zstandard": "zstandard", "snappy": "python-snappy"}


def require_codecs(load: Callable[[str], object] = importlib.import_module) -> None:
    """Raises BadSetting, one line, where one is missing: a record in that codec would stop a partition later."""
    missing = []
    for module, distribution in REQUIRED.items():
        try:
            load(module)
        except ImportError:
            missing.append(distribution)
    if missing:
        names = " ".join(missing)
        raise BadSetting(f"EBBWATCH_KAFKA_CLIENT: kafka-python cannot read every record here: pip install {names}")
