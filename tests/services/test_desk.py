"""What the desk is told: of the settings, those that hang together."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.errors import BadSetting
from services.desk import desk_config
from services.settings import load_settings

OIDC = {
    "oidc_issuer": "https://login.bank.example",
    "oidc_client_id": "desk",
    "public_url": "https://desk.bank.example/",
}


def test_without_a_provider_people_have_accounts_here() -> None:
    config = desk_config(load_settings(desk_session_hours=8))
    assert (config.provider, config.public_url, config.is_https) == (None, None, False)
    assert config.session == timedelta(hours=8)


def test_a_provider_and_its_claims_come_from_the_settings() -> None:
    config = desk_config(load_settings(**OIDC, oidc_role_claim="roles", oidc_branch_claim="office"))
    assert config.provider is not None
    assert config.provider.origins == {"https://login.bank.example"}
    assert (config.public_url, config.is_https) == ("https://desk.bank.example", True)
    assert (config.role_claim, config.branch_claim) == ("roles", "office")


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"public_url": "http://desk.bank.example"}, "EBBWATCH_PUBLIC_URL"),
        ({"public_url": "https://desk.bank.example/ebbwatch"}, "EBBWATCH_PUBLIC_URL"),
        ({"public_url": "desk.bank.example"}, "EBBWATCH_PUBLIC_URL"),
        ({"oidc_issuer": "http://login.bank.example"}, "EBBWATCH_OIDC_ISSUER"),
        ({"oidc_client_id": None}, "EBBWATCH_OIDC_ISSUER"),
        ({"public_url": None}, "EBBWATCH_OIDC_ISSUER"),
    ],
)
def test_an_address_that_a_token_could_be_read_off_on_its_way_stops_the_start(changes, names) -> None:
    with pytest.raises(BadSetting, match=names):
        desk_config(load_settings(**(OIDC | changes)))


def test_a_desk_without_a_provider_may_be_behind_plain_http() -> None:
    assert (
        desk_config(load_settings(public_url="http://desk.bank.example")).public_url == "http://desk.bank.example"
    )


def test_the_client_secret_is_not_shown() -> None:
    config = desk_config(load_settings(**OIDC, oidc_client_secret="hunter2"))
    assert "hunter2" not in repr(config)
