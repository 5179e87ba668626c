"""Facts that only a page can meet."""

from __future__ import annotations

from schemas.errors import EbbwatchError


class SignInNeeded(EbbwatchError):
    """A page asked for by somebody who is not signed in. `back_to` is the path to show them afterwards."""

    def __init__(self, back_to: str) -> None:
        super().__init__("sign in first")
        self.back_to = back_to
