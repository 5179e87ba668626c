"""Ids of clients and accounts as small whole numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import xxhash

from ingest.arrays import UInt64
from schemas.events import ID_PATTERN

NO_CODE = -1

_ID = re.compile(ID_PATTERN, re.ASCII)


class Codes(dict[str, int]):
    """Ids to dense int codes, given out in order of first sight: ``names[codes[id]] == id``.

    A text that is no id (schemas.events.ID_PATTERN; so no NUL, no space) gets NO_CODE and is not stored.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        super().__init__()
        self.names: list[str] = []
        self._hashes = np.empty(1024, np.uint64)
        self._hashed = 0
        for name in names:
            self[name]

    def __missing__(self, name: str) -> int:
        if _ID.fullmatch(name) is None:
            return NO_CODE
        code = self[name] = len(self.names)
        self.names.append(name)
        return code

    def hashes(self) -> UInt64:
        """The xxh3 of each name, by code: uint64, at least as long as `names`. Each is worked out once."""
        count = len(self.names)
        if count > len(self._hashes):
            self._hashes = np.concatenate([self._hashes, np.empty(count, np.uint64)])
        fresh = map(xxhash.xxh3_64_intdigest, map(str.encode, self.names[self._hashed : count]))
        self._hashes[self._hashed : count] = np.fromiter(fresh, np.uint64, count - self._hashed)
        self._hashed = count
        return self._hashes
