"""Parts of a list's sort key, as wide as the databases take them: a cursor comes back from outside."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

Int32 = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Key = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
