"""What the desk is told, from the settings."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from api.desk_config import DeskConfig
from api.web.paths import CALLBACK, SIGNED_OUT
from api.web.sign_in.oidc import OidcClient, OpenIdProvider
from schemas.errors import BadSetting
from services.settings import Settings


def desk_config(settings: Settings) -> DeskConfig:
    """Raises BadSetting for addresses that are none, and with a provider for those without TLS."""
    public_url = _public_url(settings.public_url)
    return DeskConfig(
        session=timedelta(hours=settings.desk_session_hours),
        public_url=public_url,
        provider=_provider(settings, public_url),
        role_claim=settings.oidc_role_claim,
        branch_claim=settings.oidc_branch_claim,
    )


def _public_url(given: str | None) -> str | None:
    """The address without a slash at its end. The desk wants a host of its own: its paths begin at the root."""
    if given is None:
        return None
    url = given.rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.fragment:
        raise BadSetting(f"EBBWATCH_PUBLIC_URL: {given} is not https:// and a host, with nothing behind it")
    return url


def _provider(settings: Settings, public_url: str | None) -> OpenIdProvider | None:
    if not (settings.oidc_issuer and settings.oidc_client_id and public_url):
        return None
    secret = settings.oidc_client_secret
    client = OidcClient(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        public_url=public_url,
        callback_path=CALLBACK,
        signed_out_path=SIGNED_OUT,
    )
    return OpenIdProvider(client)
