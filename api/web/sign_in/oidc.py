"""Signing in by OpenID Connect: authorization code with PKCE, as RFC 9700 asks for it.

Authlib makes the requests; what comes back is checked here and, for the token's signature, by api.keys. See
docs/decisions/0020-the-desk.md.
"""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import msgspec
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client

from api.desk_errors import ProviderUnavailable, SignInFailed
from api.errors import KeysUnavailable
from api.keys import JwksKeys
from api.sign_in_provider import Signed
from api.web.sign_in.oidc_metadata import Metadata, discover, is_private
from schemas.errors import BadSetting, NotAuthenticated

log = logging.getLogger(__name__)
SCOPE = "openid profile"
_FRESH_S = 3600  # what a provider says of itself changes with its releases
_ASK_AGAIN_S = 10  # after a failure: people who try again neither wait nor add to its trouble
_TIMEOUT_S = 5


@dataclass(frozen=True, slots=True)
class OidcClient:
    """This installation, as the provider knows it. `public_url` has no slash at its end."""

    issuer: str
    client_id: str
    client_secret: str | None
    public_url: str
    callback_path: str
    signed_out_path: str


class OpenIdProvider:
    """One provider. Asks it nothing before the first person signs in; safe to share between threads."""

    def __init__(self, client: OidcClient) -> None:
        """Raises BadSetting for an address that a token could be read off on its way."""
        for name, url in (("EBBWATCH_OIDC_ISSUER", client.issuer), ("EBBWATCH_PUBLIC_URL", client.public_url)):
            if not is_private(url):
                raise BadSetting(f"{name}: {url} must begin with https:// (http:// for this machine alone)")
        self._client, self._lock = client, threading.Lock()
        self._known: tuple[Metadata, JwksKeys] | None = None
        self._ask_again_s = 0.0

    @property
    def origins(self) -> frozenset[str]:
        known = self._known
        urls = [self._client.issuer, *(known[0].endpoints if known else ())]
        return frozenset(f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, urls))

    def sign_in_url(self, state: str, nonce: str, code_verifier: str) -> str:
        metadata, _ = self._metadata()
        with self._session(metadata) as session:
            url, _ = session.create_authorization_url(
                metadata.authorization_endpoint, state=state, nonce=nonce, code_verifier=code_verifier
            )
        return str(url)

    def signed_in(self, answer: Mapping[str, str], nonce: str, code_verifier: str) -> Signed:
        """1. What the address says. 2. The code for a token. 3. The token."""
        metadata, keys = self._metadata()
        _check_answer(answer, metadata)
        id_token = self._redeem(metadata, answer["code"], code_verifier)
        try:
            claims = keys.claims(id_token)
        except NotAuthenticated as error:
            raise SignInFailed("answer", f"the ID token: {error}") from None
        except KeysUnavailable as error:
            raise _unavailable(str(error)) from None
        _check_claims(claims, nonce, self._client.client_id)
        return Signed(claims, id_token)

    def sign_out_url(self, id_token: str) -> str | None:
        """OpenID Connect RP-Initiated Logout 1.0, 2."""
        try:
            metadata, _ = self._metadata()
        except ProviderUnavailable:  # fails open: here they are signed out already
            return None
        if metadata.end_session_endpoint is None:
            return None
        asked = {
            "id_token_hint": id_token,
            "client_id": self._client.client_id,
            "post_logout_redirect_uri": self._client.public_url + self._client.signed_out_path,
        }
        joint = "&" if urlsplit(metadata.end_session_endpoint).query else "?"
        return f"{metadata.end_session_endpoint}{joint}{urlencode(asked)}"

    def _redeem(self, metadata: Metadata, code: str, code_verifier: str) -> str:
        """The ID token for a code. The access token that comes with it is not used."""
        try:
            with self._session(metadata) as session:
                token = session.fetch_token(metadata.token_endpoint, code=code, code_verifier=code_verifier)
        except OAuthError as error:
            raise SignInFailed("answer", f"the provider refused the code: {error.error}") from None
        except (httpx2.HTTPError, ValueError) as error:
            raise _unavailable(f"the token endpoint: {error!r}") from None
        id_token = token.get("id_token")
        if not isinstance(id_token, str):
            raise SignInFailed("answer", "the provider gave no ID token")
        return id_token

    def _session(self, metadata: Metadata) -> OAuth2Client:
        return OAuth2Client(
            self._client.client_id,
            self._client.client_secret,
            token_endpoint_auth_method=_auth_method(self._client, metadata),
            scope=SCOPE,
            redirect_uri=self._client.public_url + self._client.callback_path,
            code_challenge_method="S256",
            timeout=_TIMEOUT_S,
        )

    def _metadata(self) -> tuple[Metadata, JwksKeys]:
        """What the provider says of itself, and its keys. What is known serves while it cannot be asked."""
        with self._lock:
            if time.monotonic() >= self._ask_again_s:
                try:
                    self._known = self._discover()
                    self._ask_again_s = time.monotonic() + _FRESH_S
                except (httpx2.HTTPError, msgspec.DecodeError, BadSetting, ValueError) as error:
                    self._ask_again_s = time.monotonic() + _ASK_AGAIN_S
                    unavailable = _unavailable(f"its description: {error!r}")
                    if self._known is None:
                        raise unavailable from None
            if self._known is None:
                raise ProviderUnavailable("its description could not be had a moment ago")
            return self._known

    def _discover(self) -> tuple[Metadata, JwksKeys]:
        metadata = discover(self._client.issuer, _TIMEOUT_S)
        if self._known is not None and self._known[0] == metadata:
            return self._known
        return metadata, JwksKeys(metadata.jwks_uri, metadata.issuer, self._client.client_id)


def _unavailable(why: str) -> ProviderUnavailable:
    log.warning("the identity provider cannot be asked", extra={"why": why})
    return ProviderUnavailable(why)


def _auth_method(client: OidcClient, metadata: Metadata) -> str:
    if client.client_secret is None:
        return "none"
    offered = metadata.token_endpoint_auth_methods_supported
    both = ("client_secret_basic", "client_secret_post")
    return next((method for method in both if method in offered), both[0])


def _check_answer(answer: Mapping[str, str], metadata: Metadata) -> None:
    """RFC 9207: an answer that another provider gave is not shown to this one."""
    named = answer.get("iss")
    if named != metadata.issuer and (named is not None or metadata.authorization_response_iss_parameter_supported):
        raise SignInFailed("answer", "the answer names another issuer")
    if "error" in answer:
        raise SignInFailed(
            "denied" if answer["error"] == "access_denied" else "answer",
            f"the provider said {answer['error']!r:.100}",
        )
    if not answer.get("code"):
        raise SignInFailed("answer", "the answer holds no code")


def _check_claims(claims: Mapping[str, Any], nonce: str, client_id: str) -> None:
    """OpenID Connect Core 1.0, 3.1.3.7, beyond what api.keys checks: steps 4, 5 and 11."""
    named = claims.get("nonce")
    if not isinstance(named, str) or not hmac.compare_digest(named.encode(), nonce.encode()):
        raise SignInFailed("answer", "the ID token is of another sign-in")
    party = claims.get("azp", client_id)
    if party != client_id or (isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and "azp" not in claims):
        raise SignInFailed("answer", "the ID token was made for another service")
