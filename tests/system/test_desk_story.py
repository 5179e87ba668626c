"""The whole story in a real browser, as three people: acknowledged, a task force, a waiver, its effect."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from schemas.messages import TOPIC_REMEDIES
from tests.kafka.reading import EMBEDDED_SESSION_S, Broker
from tests.system.product import Product, answers, free_port
from tests.system.published_topic import read_up_to

pytestmark = [pytest.mark.load, pytest.mark.chromium, pytest.mark.timeout(400)]

# A week long enough that the alert on the page is still the newest when its button is pressed.
BRANCH, PASSWORD, WEEK_S = "B001", "correct horse battery staple", 8
PEOPLE = {"staff-1": "branch_staff", "manager-1": "branch_manager", "approver-1": "approver"}


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """The embedded run with one branch, so that whoever ebbs is this branch's."""
    settings = {
        "EBBWATCH_EMBEDDED_KAFKA_PORT": str(free_port()),
        "EBBWATCH_SIMULATED_CLIENTS": "120",
        "EBBWATCH_SIMULATED_BRANCHES": "1",
        "EBBWATCH_SIMULATED_HISTORY_WEEKS": "110",
        "EBBWATCH_SIMULATED_WEEK_SECONDS": str(WEEK_S),
    }
    with Product(tmp_path / "data", settings) as made:
        made.start("run", "--embedded", "--simulate")
        made.wait_until("an answer", lambda: answers(made.http_port))
        for user, role in PEOPLE.items():
            added = made.run("account", "add", "--user", user, "--role", role, "--branch", BRANCH, said=PASSWORD)
            assert added.returncode == 0, added.stderr
        yield made


@pytest.fixture(scope="module")
def browser(missing: Any) -> Iterator[Browser]:
    program = os.environ.get("EBBWATCH_TEST_CHROMIUM") or shutil.which("chromium")
    if program is None:
        missing("chromium", "there is no chromium program, and no EBBWATCH_TEST_CHROMIUM")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.parametrize(("locale", "language"), [("en-GB", "en"), ("zh-CN", "zh-Hans")])
def test_from_an_alert_to_what_the_waiver_brought(
    product: Product, browser: Browser, locale: str, language: str
) -> None:
    """1. Acknowledge. 2. Form. 3. Propose. 4. Approve. 5. The topic. 6. A quarter later."""
    alert = product.wait_until("a staged desk, and an alert that nobody has", lambda: waiting(product), 150)
    staff, manager, approver = (signed_in(product, browser, user, locale) for user in PEOPLE)
    assert staff.locator("html").get_attribute("lang") == language

    staff.goto(f"{address(product)}/desk/clients/{alert['client_id']}")
    acknowledge = staff.locator(f"form[action='/desk/alerts/{alert['alert_id']}/acknowledge']")
    acknowledge.locator("button").click()
    expect(acknowledge).to_have_count(0)

    case_url = formed(manager, product, alert)
    proposed(manager)
    approver.goto(f"{address(product)}/desk/approvals")
    approve = approver.locator("article", has_text=alert["client_id"]).locator("form[action$='/approve']")
    remedy_id = (approve.get_attribute("action") or "").split("/")[3]
    approve.locator("button.first").click()
    expect(approver.locator(f"#remedy-{remedy_id}")).to_have_count(0)

    broker = Broker(f"127.0.0.1:{product.settings['EBBWATCH_EMBEDDED_KAFKA_PORT']}", EMBEDDED_SESSION_S)
    told = read_up_to(broker, TOPIC_REMEDIES, remedy_id=remedy_id)
    assert (told["state"], told["type"], told["concession_pct"]) == ("approved", "fee_waiver", 100)
    assert told["client_id"] == alert["client_id"]

    effects = product.wait_until("a quarter's effect", lambda: measured(product, remedy_id), 20 * WEEK_S + 60)
    manager.goto(case_url)
    shown = manager.locator(f"#remedy-{remedy_id}").inner_text()
    assert f"{abs(effects['change_pct']):.0f}" in shown
    assert "'unsafe-inline'" not in manager.request.get(case_url).headers["content-security-policy"]


def waiting(product: Product) -> dict[str, Any] | None:
    """An open fall, once the simulated people have told their stories."""
    if "all stories are told" not in (product.data_dir / "ebbwatch.log").read_text():
        return None
    return next((a for a in product.alerts() if a["state"] == "open" and a["direction"] == "fall"), None)


def address(product: Product) -> str:
    return f"http://127.0.0.1:{product.http_port}"


def signed_in(product: Product, browser: Browser, user: str, locale: str) -> Page:
    """A browser of one's own, that asks for pages in its language."""
    page = browser.new_context(locale=locale).new_page()
    page.goto(f"{address(product)}/")
    page.locator("#user").fill(user)
    page.locator("#password").fill(PASSWORD)
    page.locator("form[action='/sign-in'] button.first").click()
    page.wait_for_url(f"{address(product)}/")
    return page


def formed(manager: Page, product: Product, alert: dict[str, Any]) -> str:
    """A task force about the client, in the planning of what to do; the case's address."""
    manager.goto(f"{address(product)}/desk/cases/new?client_id={alert['client_id']}")
    manager.locator("#user-1").fill("staff-1")
    manager.locator("form.new-case button.first").click()
    manager.wait_for_url(re.compile(r"/desk/cases/[0-9a-f-]{36}"))
    case_url = manager.url.split("?")[0].split("#")[0]
    for state in ("in_review", "plan"):
        manager.goto(case_url)
        manager.locator(f"button[name='to'][value='{state}']").click()
        expect(manager.locator(f"button[name='to'][value='{state}']")).to_have_count(0)
    return case_url


def proposed(manager: Page) -> None:
    """A waiver for half a year from the next Monday of the bank's own calendar on, submitted."""
    manager.locator("#remedy-form > summary").click()
    starts = date.fromisoformat(manager.locator("#r-starts").input_value())
    monday = starts + timedelta(days=-starts.weekday() % 7)
    fields = {
        "#r-starts": monday.isoformat(), "#r-ends": (monday + timedelta(weeks=26)).isoformat(),
        "#r-fee": "ACCT-MAINT", "#r-price": "1200.00", "#r-pct": "100", "#r-volume": "250000.00",
        "#r-effect": "100000.00", "#r-reason": "no account fee for half a year",
    }  # fmt: skip
    manager.locator("#r-type").select_option("fee_waiver")
    for field, value in fields.items():
        manager.locator(field).fill(value)
    manager.locator("form.terms-form button.first").click()
    manager.locator("form[action$='/submit'] button").click()
    expect(manager.locator("form[action$='/submit']")).to_have_count(0)


def measured(product: Product, remedy_id: str) -> dict[str, Any] | None:
    """What the service measured over 13 weeks, once they are closed."""
    effects = product.ask("GET", f"/api/v1/remedies/{remedy_id}").json()["effects"]
    quarter: dict[str, Any] = next(effect for effect in effects if effect["weeks"] == 13)
    return quarter if quarter["change_pct"] is not None else None
