"""Facts that only a page can meet. Their status is in api.problems, like every other error's."""

from __future__ import annotations

from typing import Literal

from schemas.errors import EbbwatchError, Forbidden


class SignInNeeded(EbbwatchError):
    """A page asked for by somebody who is not signed in. `back_to` is the path to show them afterwards."""

    def __init__(self, back_to: str) -> None:
        super().__init__("sign in first")
        self.back_to = back_to


class FormRefused(Forbidden):
    """A form that did not come from a page of this session."""


class ProviderUnavailable(EbbwatchError):
    """The identity provider cannot be asked just now."""


# attempt: nobody was sent out with this, or too long ago. denied: the person or the provider said no. answer: what
# the provider says does not hold. rights: they are known, and have no role or branch here.
SignInReason = Literal["attempt", "denied", "answer", "rights"]


class SignInFailed(EbbwatchError):
    """A sign-in through the provider that came to nothing. The text is for the log, the reason for the page.

    `way_out` is where they can leave the account that they are signed in with at the provider.
    """

    def __init__(self, reason: SignInReason, said: str, way_out: str | None = None) -> None:
        super().__init__(said)
        self.reason, self.way_out = reason, way_out
