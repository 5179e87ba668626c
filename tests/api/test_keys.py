"""Which tokens hold."""

from __future__ import annotations

import base64
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from acts.sign_in.claims import caller_of
from acts.sign_in.local_key import KEY_FILE, LocalKey, issue_token
from api.errors import KeysUnavailable
from api.keys import JwksKeys
from schemas.errors import BadSetting, Forbidden, NotAuthenticated

HOUR = timedelta(hours=1)
ISSUER, AUDIENCE = "https://login.bank.example", "ebbwatch-api"


def claims(**changes: object) -> dict[str, object]:
    now = datetime.now(UTC)
    base = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u", "role": "auditor", "iat": now, "exp": now + HOUR}
    return {name: value for name, value in (base | changes).items() if value is not None}


class TestLocalKey:
    def test_a_token_holds_wherever_the_data_folder_is_the_same(self, tmp_path) -> None:
        token = issue_token(LocalKey(tmp_path), "staff-17", "branch_staff", "B1", HOUR)
        told = LocalKey(tmp_path).claims(token)
        assert (told["sub"], told["role"], told["branch"]) == ("staff-17", "branch_staff", "B1")

    def test_a_token_of_another_folder_does_not_hold(self, tmp_path) -> None:
        token = issue_token(LocalKey(tmp_path / "a"), "u", "auditor", None, HOUR)
        with pytest.raises(NotAuthenticated):
            LocalKey(tmp_path / "b").claims(token)

    def test_a_token_ends(self, tmp_path) -> None:
        key = LocalKey(tmp_path)
        with pytest.raises(NotAuthenticated, match="expired"):
            key.claims(issue_token(key, "u", "auditor", None, timedelta(seconds=-1)))

    @pytest.mark.parametrize("lacking", ["exp", "sub", "iss", "aud"])
    def test_a_token_without_a_needed_claim_does_not_hold(self, tmp_path, lacking) -> None:
        key = LocalKey(tmp_path)
        told = dict(key.claims(issue_token(key, "u", "auditor", None, HOUR)))
        del told[lacking]
        with pytest.raises(NotAuthenticated):
            key.claims(key.sign(told))

    def test_an_unsigned_token_does_not_hold(self, tmp_path) -> None:
        key = LocalKey(tmp_path)
        told = key.claims(issue_token(key, "u", "auditor", None, HOUR))
        with pytest.raises(NotAuthenticated):
            key.claims(jwt.encode(dict(told), None, algorithm="none"))

    def test_the_key_is_the_owners_alone(self, tmp_path) -> None:
        LocalKey(tmp_path)
        assert os.stat(tmp_path / KEY_FILE).st_mode & 0o777 == 0o600
        os.chmod(tmp_path / KEY_FILE, 0o644)
        with pytest.raises(BadSetting, match="chmod 600"):
            LocalKey(tmp_path)

    def test_a_spoilt_key_is_refused(self, tmp_path) -> None:
        LocalKey(tmp_path)
        (tmp_path / KEY_FILE).write_bytes(b"short")
        with pytest.raises(BadSetting, match="not a key"):
            LocalKey(tmp_path)

    def test_processes_that_start_at_once_share_one_key(self, tmp_path) -> None:
        gate = threading.Barrier(8)

        def start(_: int) -> str:
            gate.wait()
            return issue_token(LocalKey(tmp_path), "u", "auditor", None, HOUR)

        with ThreadPoolExecutor(8) as pool:
            tokens = list(pool.map(start, range(8)))
        assert {LocalKey(tmp_path).claims(token)["sub"] for token in tokens} == {"u"}
        assert os.listdir(tmp_path) == [KEY_FILE]


class Provider:
    """An identity provider on a loopback port that can be told to fail."""

    def __init__(self) -> None:
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.asked, self.answer = 0, self._jwks()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked += 1
                self.send_response(200 if provider.answer else 500)
                self.end_headers()
                self.wfile.write(provider.answer or b"")

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks"

    def _jwks(self) -> bytes:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return json.dumps({"keys": [public | {"kid": "k1", "use": "sig", "alg": "RS256"}]}).encode()

    def token(self, kid: str | None = "k1", **changes: object) -> str:
        return jwt.encode(claims(**changes), self.private, algorithm="RS256", headers={"kid": kid} if kid else None)


@pytest.fixture
def provider():
    provider = Provider()
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


class TestJwksKeys:
    def test_the_providers_tokens_hold_and_its_keys_are_asked_for_once(self, provider) -> None:
        keys = JwksKeys(provider.url, ISSUER, AUDIENCE)
        assert [keys.claims(provider.token())["sub"] for _ in range(5)] == ["u"] * 5
        assert provider.asked == 1

    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "https://elsewhere.example"},
            {"aud": "another-service"},
            {"exp": datetime.now(UTC) - HOUR},
            {"nbf": datetime.now(UTC) + HOUR},
            {"exp": None},
            {"sub": None},
            {"kid": None},
            {"kid": "k2"},
        ],
    )
    def test_a_token_for_elsewhere_or_another_time_does_not_hold(self, provider, changes) -> None:
        with pytest.raises(NotAuthenticated):
            JwksKeys(provider.url, ISSUER, AUDIENCE).claims(provider.token(**changes))

    def test_the_public_key_is_no_secret_to_sign_with(self, provider) -> None:
        pem = provider.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        forged = _by_hand({"alg": "HS256", "kid": "k1"}, claims(exp=4_000_000_000, iat=1), pem)
        with pytest.raises(NotAuthenticated):
            JwksKeys(provider.url, ISSUER, AUDIENCE).claims(forged)

    def test_neither_none_nor_a_strangers_key_holds(self, provider) -> None:
        keys = JwksKeys(provider.url, ISSUER, AUDIENCE)
        stranger = jwt.encode(claims(), ec.generate_private_key(ec.SECP256R1()), "ES256", {"kid": "k1"})
        for token in (stranger, jwt.encode(claims(), None, "none", {"kid": "k1"}), "nonsense", "a.b.c", ""):
            with pytest.raises(NotAuthenticated):
                keys.claims(token)

    @pytest.mark.parametrize("broken", [b"", b"<html>", b"[]", b'{"keys": []}'])
    def test_without_keys_nobody_gets_in(self, provider, broken) -> None:
        provider.answer = broken
        keys = JwksKeys(provider.url, ISSUER, AUDIENCE)
        with pytest.raises(KeysUnavailable):
            keys.claims(provider.token())

    def test_an_unreachable_provider_is_not_asked_by_every_request(self, provider) -> None:
        provider.answer = b""
        keys = JwksKeys(provider.url, ISSUER, AUDIENCE)
        for _ in range(3):
            with pytest.raises(KeysUnavailable):
                keys.claims(provider.token())
        assert provider.asked == 1

    def test_known_keys_hold_while_the_provider_is_away(self, provider) -> None:
        keys = JwksKeys(provider.url, ISSUER, AUDIENCE, fresh_for_s=0.01)
        keys.claims(provider.token())
        time.sleep(0.02)
        provider.answer = b""
        assert keys.claims(provider.token())["sub"] == "u"
        with pytest.raises(NotAuthenticated):
            keys.claims(provider.token(aud="another-service"))

    def test_a_url_that_is_none_is_a_bad_setting(self) -> None:
        with pytest.raises(BadSetting, match="EBBWATCH_JWKS_URL"):
            JwksKeys("file:///etc/keys", ISSUER, AUDIENCE)


class TestCaller:
    def test_a_branch_role_has_its_branch_and_the_others_have_none(self) -> None:
        assert caller_of({"sub": "u", "role": "branch_staff", "branch": "B1"}).branch == "B1"
        assert caller_of({"sub": "u", "role": "operations", "branch": "B1"}).branch is None

    @pytest.mark.parametrize(
        "told",
        [
            {"sub": "u", "role": "branch_staff"},
            {"sub": "u", "role": "branch_manager", "branch": ""},
            {"sub": "u", "role": "branch_manager", "branch": "B\x001"},
            {"sub": "u", "role": "branch_staff", "branch": ["B1"]},
            {"sub": "", "role": "auditor"},
            {"sub": "a\x00b", "role": "auditor"},
            {"sub": "u"},
            {"sub": "u", "role": ["auditor"]},
        ],
    )
    def test_claims_of_no_use_here_are_refused(self, told) -> None:
        with pytest.raises(NotAuthenticated):
            caller_of(told)

    def test_a_strange_role_may_nothing(self) -> None:
        with pytest.raises(Forbidden):
            caller_of({"sub": "u", "role": "admin"})


def _by_hand(header: dict[str, object], told: dict[str, object], secret: bytes) -> str:
    """A token signed with HMAC: PyJWT itself refuses to sign with a public key."""
    import hashlib
    import hmac

    def part(raw: bytes) -> bytes:
        return base64.urlsafe_b64encode(raw).rstrip(b"=")

    signed = part(json.dumps(header).encode()) + b"." + part(json.dumps(told).encode())
    return (signed + b"." + part(hmac.digest(secret, signed, hashlib.sha256))).decode()
