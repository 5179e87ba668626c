"""Where the versions of the API live, and ids in a path. A version never takes away what it once had."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

V1 = "/api/v1"
UuidPath = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
