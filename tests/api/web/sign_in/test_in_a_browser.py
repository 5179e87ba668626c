"""What only a real browser decides: which cookies it keeps, what a policy blocks, where a form may lead."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import Response
from fastapi.responses import HTMLResponse
from playwright.sync_api import Page, sync_playwright

from acts.sign_in.passwords import Passwords
from api.web.assets import static_url
from api.web.sign_in.oidc import OidcClient, OpenIdProvider
from store.sign_in import accounts
from store.sign_in.accounts import Account
from tests.oidc.running import CALLBACK, SECRET, SIGNED_OUT

pytestmark = pytest.mark.chromium

CHART_PAGE = f"""<!doctype html><html lang="en"><head><title>x</title>
<script src="{static_url("plotly.min.js")}"></script><script src="/try/chart.js"></script></head>
<body><div id="chart"></div><script>window.inline = true</script><p style="color: red">x</p></body></html>"""
CHART_SCRIPT = """
window.blocked = [];
document.addEventListener("securitypolicyviolation", e => blocked.push(`${e.violatedDirective} ${e.sourceFile}`));
window.addEventListener("load", async () => {
  const weeks = ["2026-01-05", "2026-01-12", "2026-01-19"];
  const traces = [{x: weeks, y: [1, 4, 2], mode: "lines"}, {x: weeks, y: [3, 3, 1], type: "bar"}];
  await Plotly.newPlot("chart", traces, {
    title: {text: "Weekly"}, hovermode: "x unified", annotations: [{x: weeks[1], y: 2, text: "alert"}],
    shapes: [{type: "rect", x0: weeks[0], x1: weeks[1], y0: 0, y1: 1}],
    xaxis: {rangeselector: {buttons: [{step: "month"}]}},
  }, {responsive: true});
  window.drawn = true;
});
"""


@pytest.fixture(scope="module")
def served(tried_app, listening: socket.socket) -> Iterator[str]:
    """The application where a browser finds it; whose store it has is each test's own."""

    @tried_app.get("/try/chart")
    def chart() -> Response:
        return HTMLResponse(CHART_PAGE)

    @tried_app.get("/try/chart.js")
    def script() -> Response:
        return Response(CHART_SCRIPT, media_type="text/javascript")

    config = uvicorn.Config(tried_app, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening.dup()]}, daemon=True)
    thread.start()
    yield "http://{}:{}".format(*listening.getsockname())
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def page(missing) -> Iterator[Page]:
    """A new browser's first tab."""
    program = (
        os.environ.get("EBBWATCH_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if program is None:
        missing("chromium", "there is no chromium program, and no EBBWATCH_TEST_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser.new_page(locale="en-GB")
        browser.close()


def test_a_chart_is_drawn_under_the_policy_and_nothing_inline_gets_through(desk, served, page) -> None:
    page.goto(f"{served}/try/chart")
    page.wait_for_function("window.drawn")
    page.mouse.move(300, 200)
    page.wait_for_selector(".hoverlayer *", state="attached")
    assert page.evaluate("getComputedStyle(document.querySelector('.main-svg')).position") == "absolute"
    blocked = page.evaluate("blocked")
    assert blocked == [f"script-src-elem {served}/try/chart", f"style-src-attr {served}/try/chart"]
    assert page.evaluate("window.inline === undefined")


def test_a_person_signs_in_and_out_with_a_local_account(desk, served, page) -> None:
    desk.change(passwords=Passwords())
    made = Account("staff-17", Passwords().hash("correct horse battery"), "branch_staff", "B1", desk.world.now)
    with desk.store.write() as tx:
        accounts.add_account(tx, made)
    page.goto(f"{served}/try/page")
    page.get_by_label("User").fill("staff-17")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{served}/try/page")
    assert '"user":"staff-17"' in page.content()
    assert page.evaluate("document.cookie") == ""
    sign_out(page, served)
    page.wait_for_url(f"{served}/signed-out")
    page.goto(f"{served}/try/page")
    assert page.url == f"{served}/sign-in?next=/try/page"


@pytest.mark.oidc
def test_a_person_signs_in_and_out_at_the_provider(desk, issuer, served, page) -> None:
    client = OidcClient(issuer, "desk-in-browser", SECRET, served, CALLBACK, SIGNED_OUT)
    desk.change(provider=OpenIdProvider(client), public_url=served)
    page.goto(f"{served}/try/page")
    assert page.url.startswith(issuer)
    page.get_by_placeholder("Enter any login").fill("approver-1")
    page.get_by_placeholder("and password").fill("x")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{served}/try/page")
    assert '"user":"approver-1"' in page.content()
    sign_out(page, served)  # the policy lets the form's redirect out to the provider, and to nobody else
    page.wait_for_url(f"{issuer}/session/end?**")
    page.get_by_role("button", name="Yes, sign me out").click()
    page.wait_for_url(f"{served}/signed-out")


def sign_out(page: Page, served: str) -> None:
    """From a page that has the head of every page: the one that says that their role does not open it."""
    page.goto(f"{served}/try/case")
    page.get_by_role("button", name="Sign out").click()
