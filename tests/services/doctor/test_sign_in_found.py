"""What doctor finds of sign-in: a provider that cannot be asked or is another one, and keys of development."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.services.doctor.conftest import Examine

WELL_KNOWN, JWKS = "/.well-known/openid-configuration", "/jwks"
KEY = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key()))
Publish = Callable[[str, object], None]


@pytest.fixture
def pages() -> dict[str, object]:
    return {}


@pytest.fixture
def address(pages: dict[str, object]) -> Iterator[str]:
    """A server of the pages."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(self.path)
            self.send_response(200 if page else 404)
            self.end_headers()
            self.wfile.write(json.dumps(page).encode())

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        thread = threading.Thread(target=made.serve_forever, args=[0.05])
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()
        thread.join()


@pytest.fixture
def publish(pages: dict[str, object]) -> Publish:
    return pages.__setitem__


@pytest.fixture
def _desk_of_provider(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBBWATCH_OIDC_ISSUER", address)
    monkeypatch.setenv("EBBWATCH_OIDC_CLIENT_ID", "desk")
    monkeypatch.setenv("EBBWATCH_PUBLIC_URL", "http://127.0.0.1:8080")


def description(address: str, **other: str) -> dict[str, str]:
    named = {
        "issuer": address,
        "authorization_endpoint": f"{address}/auth",
        "token_endpoint": f"{address}/token",
        "jwks_uri": address + JWKS,
    }
    return named | other


@pytest.mark.usefixtures("_desk_of_provider")
def test_a_provider_that_answers(address: str, publish: Publish, examine: Examine) -> None:
    publish(WELL_KNOWN, description(address))
    publish(JWKS, {"keys": [KEY | {"kid": "1", "use": "sig"}]})
    assert examine().said["sign_in"] == f"{address} answers, with 1 keys"


@pytest.mark.usefixtures("_desk_of_provider")
@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ({}, "no description to be had of"),
        ({WELL_KNOWN: {"issuer": 1}}, "no description to be had of"),
        ({WELL_KNOWN: {"issuer": "https://elsewhere.example"}}, "the provider calls itself"),
        ({WELL_KNOWN: {}}, "the keys cannot be had"),
    ],
    ids=["no page", "no description", "another issuer", "no keys"],
)
def test_a_provider_that_cannot_be_relied_on(
    pages: dict[str, dict[str, str]], said: str, address: str, publish: Publish, examine: Examine
) -> None:
    for path, other in pages.items():
        publish(path, description(address, **other))
    found = examine()
    assert (found.setting["sign_in"], found.code) == ("EBBWATCH_OIDC_ISSUER", 1)
    assert said in found.said["sign_in"]


@pytest.mark.usefixtures("_desk_of_provider")
def test_a_provider_that_cannot_be_reached(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBBWATCH_OIDC_ISSUER", "http://127.0.0.1:1")
    assert "no description to be had of http://127.0.0.1:1" in examine().said["sign_in"]


def test_development_keys_are_for_a_trial(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert examine().state["keys"] == "ok"
    monkeypatch.setenv("EBBWATCH_DATABASE_URL", "postgresql+psycopg://ebbwatch@127.0.0.1:1/ebbwatch")
    found = examine()
    assert found.setting["keys"] == "EBBWATCH_JWKS_URL"
    assert "development key" in found.said["keys"]


def test_keys_of_the_bank(
    address: str, publish: Publish, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EBBWATCH_DATABASE_URL", "postgresql+psycopg://ebbwatch@127.0.0.1:1/ebbwatch")
    for name, value in (("JWKS_URL", address + JWKS), ("JWT_ISSUER", address), ("JWT_AUDIENCE", "ebbwatch")):
        monkeypatch.setenv(f"EBBWATCH_{name}", value)
    assert examine().setting["keys"] == "EBBWATCH_JWKS_URL"
    publish(JWKS, {"keys": [KEY | {"kid": "1", "use": "sig"}]})
    assert examine().said["keys"] == f"1 at {address}{JWKS}"
