"""The port to wherever people sign in when they have no account here: api.web.sign_in.oidc, and fakes in tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Signed:
    """Who came back: the checked claims of the ID token, and the token for the provider's sign-out."""

    claims: Mapping[str, Any]
    id_token: str


class SignInProvider(Protocol):
    """Where people sign in when they have no account here. Fails closed: what cannot be checked raises."""

    @property
    def origins(self) -> frozenset[str]:
        """Where a form may end up when signing in or out leads there."""
        ...

    def sign_in_url(self, state: str, nonce: str, code_verifier: str) -> str:
        """Where to send a person. Raises ProviderUnavailable."""
        ...

    def signed_in(self, answer: Mapping[str, str], nonce: str, code_verifier: str) -> Signed:
        """What the person came back with. Raises SignInFailed or ProviderUnavailable."""
        ...

    def sign_out_url(self, id_token: str) -> str | None:
        """Where to send a person who signs out, None where the provider has no such page or cannot be asked."""
        ...
