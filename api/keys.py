"""What a bearer token is checked against: the bank's JWKS, or a key of this installation for development."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import jwt

from api.errors import KeysUnavailable, NotAuthenticated
from schemas.errors import BadSetting

LOCAL_ISSUER = "ebbwatch-development"
LOCAL_AUDIENCE = "ebbwatch"
KEY_FILE = "development.key"
_KEY_BYTES = 32  # RFC 7518, 3.2: HS256 needs a key as long as its hash
# Signatures by a private key alone: with HS256 among them a published public key would do as a secret.
_JWKS_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_REQUIRED = ("exp", "iss", "aud", "sub")
_CLOCK_SKEW_S = 30  # between the bank's identity provider and this machine
_FETCH_TIMEOUT_S = 5
_REFETCH_S = 10  # after a failure: requests in between neither wait nor add to the provider's trouble
_STALE_S = 3600  # how long known keys outlive a provider that cannot be reached


class Keys(Protocol):
    """Verifies tokens. Fails closed: whatever cannot be checked raises."""

    def claims(self, token: str) -> Mapping[str, Any]:
        """Claims of a token that holds. Raises NotAuthenticated or KeysUnavailable."""
        ...


class LocalKey:
    """HS256 under a key kept in the data folder, so that `ebbwatch token` and the API share it."""

    def __init__(self, data_dir: Path) -> None:
        self._secret = _read_or_make(data_dir / KEY_FILE)

    def claims(self, token: str) -> Mapping[str, Any]:
        return _decode(token, self._secret, ("HS256",), LOCAL_ISSUER, LOCAL_AUDIENCE, 0)

    def sign(self, claims: Mapping[str, Any]) -> str:
        return jwt.encode(dict(claims), self._secret, algorithm="HS256")


def issue_token(
    key: LocalKey, user: str, role: str, branch: str | None, ttl: timedelta, now: datetime | None = None
) -> str:
    """A development token for `user`, valid for `ttl` from `now` (the machine's clock when not given)."""
    at = now or datetime.now(UTC)
    claims = {"iss": LOCAL_ISSUER, "aud": LOCAL_AUDIENCE, "sub": user, "role": role, "iat": at, "exp": at + ttl}
    return key.sign(claims | ({"branch": branch} if branch else {}))


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
        return _decode(token, key, _JWKS_ALGORITHMS, self._issuer, self._audience, _CLOCK_SKEW_S)

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


def _decode(
    token: str, key: bytes | jwt.PyJWK, algorithms: tuple[str, ...], issuer: str, audience: str, leeway_s: float
) -> Mapping[str, Any]:
    try:
        return jwt.decode(
            token,
            key,
            algorithms=list(algorithms),
            issuer=issuer,
            audience=audience,
            leeway=leeway_s,
            options={"require": list(_REQUIRED)},
        )
    except jwt.ExpiredSignatureError:
        raise NotAuthenticated("the token has expired") from None
    except (jwt.InvalidTokenError, ValueError, TypeError):  # the last two: claims of a shape PyJWT did not expect
        raise NotAuthenticated("the token is not valid here") from None


def _read_or_make(path: Path) -> bytes:
    """The key in `path`, made by whoever comes first. Raises BadSetting for a file others may read."""
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise BadSetting(f"EBBWATCH_DATA_DIR: {path} may be read by others; chmod 600 it or delete it")
    secret = path.read_bytes()
    if len(secret) != _KEY_BYTES:
        raise BadSetting(f"EBBWATCH_DATA_DIR: {path} is not a key; delete it and one is made anew")
    return secret


def _make(path: Path) -> None:
    """A link, unlike a rename, leaves the file of whoever was first, and never shows one half written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
