"""Can people sign in, and by whose keys: the identity provider, and what bearer tokens are checked against."""

from __future__ import annotations

from api.errors import KeysUnavailable
from api.keys import JwksKeys
from api.web.sign_in.oidc_metadata import ask_provider
from schemas.errors import BadSetting
from services.desk import desk_config
from services.doctor.findings import Check
from services.settings import Settings

ANSWER_WITHIN_S = 5.0


def sign_in_checks(settings: Settings) -> list[Check]:
    return [Check("sign_in", lambda: _sign_in(settings)), Check("keys", lambda: _keys(settings))]


def _sign_in(settings: Settings) -> str:
    desk_config(settings)
    if settings.oidc_issuer is None:
        return "local accounts"
    metadata = ask_provider(settings.oidc_issuer, ANSWER_WITHIN_S)
    keys = JwksKeys(metadata.jwks_uri, metadata.issuer, settings.oidc_client_id or "")
    return f"{metadata.issuer} answers, with {_count_keys('EBBWATCH_OIDC_ISSUER', keys)} keys"


def _keys(settings: Settings) -> str:
    if settings.jwks_url and settings.jwt_issuer and settings.jwt_audience:
        keys = JwksKeys(settings.jwks_url, settings.jwt_issuer, settings.jwt_audience)
        return f"{_count_keys('EBBWATCH_JWKS_URL', keys)} at {settings.jwks_url}"
    if not settings.database.startswith("sqlite"):
        raise BadSetting(
            "EBBWATCH_JWKS_URL: not set beside a database server, so the API believes tokens of the "
            f"development key, and who can read {settings.data_dir} may be anybody here"
        )
    return "tokens of the development key, as for a trial"


def _count_keys(setting: str, keys: JwksKeys) -> int:
    try:
        return keys.fetch()
    except KeysUnavailable as error:
        raise BadSetting(f"{setting}: {error}") from None
