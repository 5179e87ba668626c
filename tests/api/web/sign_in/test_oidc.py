"""What is believed of a provider: its description, its answers, and nothing that cannot be checked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from api.desk_errors import ProviderUnavailable, SignInFailed
from api.web.sign_in import oidc
from api.web.sign_in.oidc import OidcClient, OpenIdProvider
from api.web.sign_in.oidc_metadata import is_private
from schemas.errors import BadSetting

PUBLIC_URL = "https://desk.bank.example"
SECRET = "a-secret"


@dataclass
class Described:
    """A provider that describes itself as it is told to, and answers codes with what it is told."""

    description: dict[str, Any] | bytes = field(default_factory=dict)
    token_answer: tuple[int, bytes] = (200, b"{}")
    asked: list[str] = field(default_factory=list)
    posted: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                body = provider.description
                self._answer(200, body if isinstance(body, bytes) else json.dumps(body).encode())

            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
                basic = {"basic": self.headers.get("Authorization", "")}
                provider.posted.append(dict(parse_qsl(sent)) | basic)
                self._answer(*provider.token_answer)

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.describe()

    def describe(self, **changes: object) -> None:
        paths = {"authorization_endpoint": "/auth", "token_endpoint": "/token", "jwks_uri": "/jwks"}
        told = {name: self.issuer + path for name, path in paths.items()}
        self.description = {"issuer": self.issuer, **told, **changes}

    def client(self, secret: str | None = SECRET) -> OpenIdProvider:
        return OpenIdProvider(OidcClient(self.issuer, "desk", secret, PUBLIC_URL, "/back", "/out"))


@pytest.fixture
def described() -> Iterator[Described]:
    made = Described()
    threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("https://login.bank.example", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost/x", True),
        ("http://[::1]:80", True),
        ("http://login.bank.example", False),
        ("http://127.0.0.1.bank.example", False),
        ("ftp://localhost", False),
        ("https://", False),
        ("login.bank.example", False),
        ("", False),
    ],
)
def test_only_tls_and_this_machine_are_private(url, private) -> None:
    assert is_private(url) is private


@pytest.mark.parametrize(
    ("issuer", "public_url", "names"),
    [
        ("http://login.bank.example", PUBLIC_URL, "EBBWATCH_OIDC_ISSUER"),
        ("https://login.bank.example", "http://desk.bank.example", "EBBWATCH_PUBLIC_URL"),
    ],
)
def test_an_address_that_others_could_read_along_is_a_bad_setting(issuer, public_url, names) -> None:
    with pytest.raises(BadSetting, match=names):
        OpenIdProvider(OidcClient(issuer, "desk", None, public_url, "/back", "/out"))


def test_nothing_is_asked_before_somebody_signs_in_and_then_once_an_hour(described) -> None:
    provider = described.client()
    assert described.asked == []
    for _ in range(3):
        provider.sign_in_url("state", "nonce", "v" * 64)
    assert described.asked == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize(
    "description",
    [b"", b"<html>", b"[]", b'{"issuer": 1}'],
)
def test_a_description_that_cannot_be_read_is_none(described, description) -> None:
    described.description = description
    with pytest.raises(ProviderUnavailable):
        described.client().sign_in_url("s", "n", "v" * 64)


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": "file:///etc/keys"},
        {"end_session_endpoint": "http://elsewhere.example/out"},
    ],
)
def test_a_description_of_another_or_with_open_addresses_is_none(described, changes) -> None:
    described.describe(**changes)
    with pytest.raises(ProviderUnavailable):
        described.client().sign_in_url("s", "n", "v" * 64)


def test_a_provider_that_is_away_is_not_asked_by_everybody(described) -> None:
    described.description = b""
    provider = described.client()
    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            provider.sign_in_url("s", "n", "v" * 64)
    assert len(described.asked) == 1


def test_what_is_known_serves_while_the_provider_is_away(described, monkeypatch) -> None:
    monkeypatch.setattr(oidc, "_FRESH_S", 0)
    provider = described.client()
    provider.sign_in_url("s", "n", "v" * 64)
    described.description = b""
    assert provider.sign_in_url("s", "n", "v" * 64).startswith(described.issuer + "/auth?")
    assert len(described.asked) == 2


@pytest.mark.parametrize(
    ("answer", "supported", "reason"),
    [
        ({"error": "access_denied"}, False, "denied"),
        ({"error": "server_error", "error_description": "x" * 9000}, False, "answer"),
        ({}, False, "answer"),
        ({"code": ""}, False, "answer"),
        ({"code": "c", "iss": "https://elsewhere.example"}, False, "answer"),
        ({"code": "c"}, True, "answer"),
        ({"error": "access_denied", "iss": "https://elsewhere.example"}, True, "answer"),
    ],
)
def test_an_answer_without_a_code_or_of_another_issuer_redeems_nothing(
    described, answer, supported, reason
) -> None:
    described.describe(authorization_response_iss_parameter_supported=supported)
    with pytest.raises(SignInFailed) as failed:
        described.client().signed_in(answer, "n", "v" * 64)
    assert failed.value.reason == reason
    assert len(str(failed.value)) < 200
    assert described.posted == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((400, b'{"error": "invalid_grant"}'), SignInFailed),
        ((200, b'{"access_token": "x", "token_type": "Bearer"}'), SignInFailed),
        ((200, b'{"access_token": "x", "token_type": "Bearer", "id_token": 7}'), SignInFailed),
        ((200, b'{"access_token": "x", "token_type": "Bearer", "id_token": "a.b.c"}'), SignInFailed),
        ((500, b'{"error": "server_error"}'), ProviderUnavailable),
        ((503, b"<html>"), ProviderUnavailable),
        ((200, b"<html>"), ProviderUnavailable),
        ((200, b"[]"), ProviderUnavailable),
    ],
)
def test_a_code_that_brings_no_id_token_signs_nobody_in(described, answer, error) -> None:
    described.token_answer = answer
    with pytest.raises(error):
        described.client().signed_in({"code": "c"}, "n", "v" * 64)


@pytest.mark.parametrize(
    ("secret", "offered", "by"),
    [
        (SECRET, None, "basic"),
        (SECRET, ["client_secret_post"], "post"),
        (SECRET, ["client_secret_post", "client_secret_basic"], "basic"),
        (SECRET, ["private_key_jwt"], "basic"),
        (None, ["none"], "none"),
    ],
)
def test_the_secret_is_shown_in_a_way_that_the_provider_offers(described, secret, offered, by) -> None:
    described.describe(**({"token_endpoint_auth_methods_supported": offered} if offered else {}))
    with pytest.raises(SignInFailed):
        described.client(secret).signed_in({"code": "c"}, "n", "v" * 64)
    (sent,) = described.posted
    assert (sent["code"], sent["code_verifier"], sent["redirect_uri"]) == ("c", "v" * 64, f"{PUBLIC_URL}/back")
    assert bool(sent["basic"]) is (by == "basic")
    assert ("client_secret" in sent) is (by == "post")
    assert ("client_id" in sent) is (by != "basic")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "desk"},
        {"aud": "desk", "nonce": ""},
        {"aud": "desk", "nonce": "other"},
        {"aud": "desk", "nonce": ["n"]},
        {"aud": "desk", "nonce": "n", "azp": "another"},
        {"aud": ["desk", "another"], "nonce": "n"},
        {"aud": ["desk", "another"], "nonce": "n", "azp": "another"},
    ],
)
def test_claims_for_another_sign_in_or_service_do_not_hold(claims) -> None:
    with pytest.raises(SignInFailed):
        oidc._check_claims(claims, "n", "desk")


@pytest.mark.parametrize("claims", [{"aud": "desk"}, {"aud": ["desk"]}, {"aud": ["desk", "b"], "azp": "desk"}])
def test_claims_for_this_one_hold(claims) -> None:
    oidc._check_claims(claims | {"nonce": "n"}, "n", "desk")


def test_signing_out_asks_the_provider_only_where_it_has_a_page_for_it(described) -> None:
    assert described.client().sign_out_url("a.b.c") is None
    described.describe(end_session_endpoint=described.issuer + "/out?x=1")
    url = urlsplit(described.client().sign_out_url("a.b.c"))
    assert parse_qs(url.query) == {
        "x": ["1"],
        "id_token_hint": ["a.b.c"],
        "client_id": ["desk"],
        "post_logout_redirect_uri": [f"{PUBLIC_URL}/out"],
    }
    described.description = b""
    assert described.client().sign_out_url("a.b.c") is None


def test_a_form_may_end_where_the_provider_has_its_pages(described) -> None:
    described.describe(end_session_endpoint="https://out.bank.example/x")
    provider = described.client()
    assert provider.origins == {described.issuer}
    provider.sign_in_url("s", "n", "v" * 64)
    assert provider.origins == {described.issuer, "https://out.bank.example"}


def test_while_the_provider_is_away_there_is_a_page_and_who_is_in_stays_in(desk, described) -> None:
    described.description = b""
    staff = desk.a("branch_staff", "B1")
    desk.change(provider=described.client())
    page = desk.anyone().get("/sign-in", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
    assert "The bank's sign-in cannot be reached" in page.text
    assert staff.get("/try/page").status_code == 200


def test_without_a_provider_nobody_comes_back_from_one(desk) -> None:
    assert desk.anyone().get("/sign-in/callback?code=c&state=s").status_code == 404
