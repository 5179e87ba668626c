"""What a bearer token is checked against: the bank's JWKS, or, for development, acts.sign_in.local_key."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any, Protocol

import jwt

from acts.sign_in.claims import decode_token
from api.errors import KeysUnavailable
from schemas.errors import BadSetting, NotAuthenticated

# Signatures by a private key alone: with HS256 among them a published public key would do as a secret.
_JWKS_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_CLOCK_SKEW_S = 30  # between the bank's identity provider and this machine
_FETCH_TIMEOUT_S = 5
_REFETCH_S = 10  # after a failure: requests in between neither wait nor add to the provider's trouble
_STALE_S = 3600  # how long known keys outlive a provider that cannot be reached


class Keys(Protocol):
    """Verifies tokens. Fails closed: whatever cannot be checked raises."""

    def claims(self, token: str) -> Mapping[str, Any]:
        """Claims of a token that holds. Raises NotAuthenticated or KeysUnavailable."""
        ...


class JwksKeys:
    """The bank's identity provider. Keys are cached, and hold an hour where it cannot be reached."""

    def __init__(self, url: str, issuer: str, audience: str, *, fresh_for_s: float = 300) -> None:
        self._issuer, self._audience = issuer, audience
        try:
            self._client = jwt.PyJWKClient(url, timeout=_FETCH_TIMEOUT_S, lifespan=fresh_for_s)
        except jwt.PyJWKClientError as error:
            raise BadSetting(f"EBBWATCH_JWKS_URL: {error}") from None
        self._lock = threading.Lock()
        self._known: list[jwt.PyJWK] = []
        self._known_until_s = self._ask_again_s = 0.0

    def claims(self, token: str) -> Mapping[str, Any]:
        key = self._key(_key_id(token))
        return decode_token(token, key, _JWKS_ALGORITHMS, self._issuer, self._audience, _CLOCK_SKEW_S)

    def fetch(self) -> int:
        """Ask the provider now: how many keys it publishes. Raises KeysUnavailable, which says why."""
        try:
            return len(self._client.get_signing_keys(refresh=True))
        except (jwt.PyJWKClientError, jwt.PyJWKSetError, ValueError) as error:
            raise KeysUnavailable(f"the keys cannot be had: {error}") from None

    def _key(self, kid: str) -> jwt.PyJWK:
        with self._lock:
            if time.monotonic() >= self._ask_again_s:
                try:
                    return self._fetched(kid)
                except (jwt.PyJWKClientError, jwt.PyJWKSetError, ValueError):
                    self._ask_again_s = time.monotonic() + _REFETCH_S
            known = self._client.match_kid(self._known, kid)
            if known is None or time.monotonic() >= self._known_until_s:
                raise KeysUnavailable("the identity provider's keys cannot be had")
            return known

    def _fetched(self, kid: str) -> jwt.PyJWK:
        self._client.get_signing_keys()
        try:
            key = self._client.get_signing_key(kid)  # asks again, now and then, for a kid it does not know
        except jwt.PyJWKClientConnectionError:
            raise
        except jwt.PyJWKClientError:
            raise NotAuthenticated("the token's key is not one of the identity provider's") from None
        self._known = self._client.get_signing_keys()
        self._known_until_s = time.monotonic() + _STALE_S
        return key


def _key_id(token: str) -> str:
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except jwt.InvalidTokenError:
        raise NotAuthenticated("the token is not a JWT") from None
    if not isinstance(kid, str):
        raise NotAuthenticated("the token names no key")
    return kid
