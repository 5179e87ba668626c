"""A certified OpenID provider that a test may ask for, and a browser that signs in at it."""

from __future__ import annotations

import html
import json
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import httpx2
import pytest

HERE = Path(__file__).parent
LEAST_NODE = 20
_MODULES = HERE / "node_modules"
PUBLIC_URL = "http://127.0.0.1:8099"  # where the desk is reached by what is no browser: nothing listens there
CALLBACK, SIGNED_OUT = "/sign-in/callback", "/signed-out"
SECRET = "a-secret-of-more-than-thirty-two-characters"
ACCOUNTS: dict[str, dict[str, Any]] = {
    "manager-b001": {"role": "branch_manager", "branch": "B001"},
    "approver-1": {"role": "approver"},
    "staff-17": {"role": ["mail", "branch_staff", "vpn"], "branch": "B001"},
    "two-roles": {"role": ["branch_staff", "approver"], "branch": "B001"},
    "no-branch": {"role": "branch_staff"},
    "teller-1": {"role": "teller"},
    "guest-1": {},
}
_SEEN = re.compile(r'action="([^"]+)"|name="(\w+)" value="([^"]*)"')
_ABORT = re.compile(r'href="([^"]+/abort)"')


def _client(client_id: str, url: str = PUBLIC_URL, **more: object) -> dict[str, object]:
    return {
        "client_id": client_id,
        "redirect_uris": [url + CALLBACK],
        "post_logout_redirect_uris": [url + SIGNED_OUT],
        **more,
    }


CLIENTS = [
    _client("desk", client_secret=SECRET),
    _client("desk-without-secret", token_endpoint_auth_method="none"),
    _client("desk-by-secret", client_secret=SECRET, id_token_signed_response_alg="HS256"),
]


@pytest.fixture(scope="session")
def listening() -> Iterator[socket.socket]:
    """Where a desk for real browsers is served; the client `desk-in-browser` comes back to it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken


@pytest.fixture(scope="session")
def issuer(missing: Callable[[str, str], NoReturn], listening: socket.socket) -> Iterator[str]:
    """The issuer of a provider that runs as long as the tests do."""
    node = _node(missing)
    in_browser = _client("desk-in-browser", "http://{}:{}".format(*listening.getsockname()), client_secret=SECRET)
    told = json.dumps({"clients": [*CLIENTS, in_browser], "accounts": ACCOUNTS})
    with subprocess.Popen(
        [node, "provider.mjs", told],
        cwd=HERE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as provider:
        assert provider.stdout is not None
        line = provider.stdout.readline()
        assert line, f"the provider ended with {provider.wait()} before it listened"
        yield json.loads(line)["issuer"]
        assert provider.stdin is not None
        provider.stdin.close()


def _node(missing: Callable[[str, str], NoReturn]) -> str:
    """The program that npm was asked for where the machine's own was too old, else the machine's."""
    node = shutil.which("node", path=_MODULES / ".bin") or shutil.which("node")
    if node is None:
        missing("oidc", "there is no node program")
    if not (_MODULES / "oidc-provider").is_dir():
        missing("oidc", "oidc-provider is not installed; run `npm ci --prefix tests/oidc`")
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if int(version.lstrip("v").partition(".")[0]) < LEAST_NODE:
        missing("oidc", f"node is {version}; oidc-provider needs {LEAST_NODE}")
    return node


@dataclass
class AtProvider:
    """One browser at the provider's own pages, with its cookies."""

    browser: httpx2.Client = field(default_factory=lambda: httpx2.Client(follow_redirects=False, timeout=10))

    def sign_in(self, url: str, user: str, *, consent: bool = True) -> str:
        """From where the desk sent a person to where the provider sends them back."""
        page = self._until_page(url)
        while not isinstance(page, str):
            page = self._answered(page, user, consent=consent)
        return page

    def sign_out(self, url: str) -> str:
        """The address that the provider sends a person to who says yes to being signed out."""
        page = self._until_page(url)
        assert not isinstance(page, str), page
        action, fields = _form(page)
        gone = self._until_page(self.browser.post(action, data=fields | {"logout": "yes"}))
        assert isinstance(gone, str), gone.text
        return gone

    def _answered(self, page: httpx2.Response, user: str, *, consent: bool) -> httpx2.Response | str:
        action, fields = _form(page)
        if fields["prompt"] == "login":
            return self._until_page(self.browser.post(action, data=fields | {"login": user, "password": "x"}))
        if consent:
            return self._until_page(self.browser.post(action, data=fields))
        abort = _ABORT.search(page.text)
        assert abort, page.text
        return self._until_page(html.unescape(abort[1]))

    def _until_page(self, at: str | httpx2.Response) -> httpx2.Response | str:
        """Follows redirects to a page of the provider, or to the address of the desk that they lead to."""
        answer = self.browser.get(at) if isinstance(at, str) else at
        while answer.has_redirect_location:
            there = str(answer.url.join(answer.headers["location"]))
            if there.startswith(PUBLIC_URL):
                return there
            answer = self.browser.get(there)
        assert answer.status_code == 200, answer.text
        return answer

    def close(self) -> None:
        self.browser.close()


def _form(page: httpx2.Response) -> tuple[str, dict[str, str]]:
    """Where a page's form goes, and its hidden fields."""
    action, fields = "", {}
    for to, name, value in _SEEN.findall(page.text):
        action, fields = (html.unescape(to), fields) if to else (action, fields | {name: html.unescape(value)})
    assert action, page.text
    return action, fields


@pytest.fixture
def at_provider() -> Iterator[AtProvider]:
    made = AtProvider()
    yield made
    made.close()
