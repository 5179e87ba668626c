"""Facts that only a request can meet. Their status and title are in api.problems, like every other error's."""

from __future__ import annotations

from schemas.errors import EbbwatchError


class KeysUnavailable(EbbwatchError):
    """The identity provider's keys cannot be had, so no token can be checked."""


class BadCursor(EbbwatchError):
    """A cursor that this list did not hand out."""


class BadHeader(EbbwatchError):
    """A header that cannot be read."""


class WrongMediaType(EbbwatchError):
    """A body that is not JSON."""
