"""What an OpenID provider says of itself (OpenID Connect Discovery 1.0), and whether that can be relied on."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx2
import msgspec

from schemas.errors import BadSetting

_WELL_KNOWN = "/.well-known/openid-configuration"


class Metadata(msgspec.Struct, frozen=True):
    """OpenID Connect Discovery 1.0, 3; what is used of it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False

    @property
    def endpoints(self) -> list[str]:
        named = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri, self.end_session_endpoint)
        return [url for url in named if url]


def discover(issuer: str, timeout_s: float) -> Metadata:
    """Ask for it. Raises HTTPError or DecodeError where it cannot be had, BadSetting where it is not believed."""
    answer = httpx2.get(issuer.rstrip("/") + _WELL_KNOWN, timeout=timeout_s)
    answer.raise_for_status()
    metadata = msgspec.json.decode(answer.content, type=Metadata)
    if metadata.issuer != issuer:
        raise BadSetting(f"EBBWATCH_OIDC_ISSUER: the provider calls itself {metadata.issuer}")
    if not all(map(is_private, metadata.endpoints)):
        raise BadSetting("EBBWATCH_OIDC_ISSUER: the provider names an address without https://")
    return metadata


def ask_provider(issuer: str, timeout_s: float) -> Metadata:
    """The same, for a person who asks: raises BadSetting with what is in the way."""
    try:
        return discover(issuer, timeout_s)
    except (httpx2.HTTPError, msgspec.DecodeError, ValueError) as error:
        raise BadSetting(f"EBBWATCH_OIDC_ISSUER: no description to be had of {issuer}: {error}") from None


def is_private(url: str) -> bool:
    """Whether what is sent there can be read by nobody on the way: TLS, or this machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost"))
    )
