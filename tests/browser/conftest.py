"""A real browser in front of the real server, on a bank with something of everything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from acts.bank import BankRules
from api.web.alerts.live import Pace
from casework.quiet.calendar import Entry
from detector.groups import BANK, Group, Movement
from schemas.explanations import Label, Strength
from schemas.verdicts import Baseline, Common, Direction, Grade, GroupKind, Series, Verdict
from store.quiet import calendar, movements
from tests.api.conftest import NOW, WEEK, Bank, local_key, sqlite_store
from tests.api.explained import an_explanation
from tests.api.web.conftest import Desk, desk, tried_app
from tests.api.web.serving import served

__all__ = ["desk", "local_key", "sqlite_store", "tried_app"]  # fixtures of the API's tests

LANGUAGES, SCHEMES = ("en", "zh-Hans"), ("light", "dark")
WIDE, NARROW = (1280, 900), (390, 844)
DEAD_LETTER = "00000000-0000-5000-8000-000000000001"
_AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
_SERIOUS = frozenset({"serious", "critical"})


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.chromium)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def chromium(missing: Callable[[str, str], NoReturn]) -> Iterator[Browser]:
    """EBBWATCH_TEST_CHROMIUM, or the one that is installed."""
    path = os.environ.get("EBBWATCH_TEST_CHROMIUM") or shutil.which("chromium")
    if path is None:
        missing("chromium", "no EBBWATCH_TEST_CHROMIUM, and no chromium on the path")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@dataclass
class Desktop:
    """People with browsers. What a page complains of, and what the policy refused, is kept and must be nothing."""

    desk: Desk
    browser: Browser
    address: str
    complaints: list[str] = field(default_factory=list)
    refusals: tuple[int, ...] = ()  # statuses that a test asks for: the browser notes them as errors

    def sit_down(
        self,
        role: str = "branch_manager",
        branch: str | None = "B1",
        user: str = "manager-b1",
        *,
        language: str = "en",
        size: tuple[int, int] = WIDE,
        **options: Any,
    ) -> Page:
        context = self.browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        context.set_default_timeout(10_000)
        person = self.desk.a(role, branch, user)
        cookies = [(str(cookie.name), str(cookie.value)) for cookie in person.cookies.jar] + [
            ("language", language)
        ]
        context.add_cookies([{"name": name, "value": value, "url": self.address} for name, value in cookies])
        page = context.new_page()
        self._watch(page)
        return page

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._hear(page.url, said.type, said.text))
        page.on("request", lambda request: self._must_be_ours(request.url))

    def _hear(self, url: str, kind: str, text: str) -> None:
        asked_for = any(f"status of {status}" in text for status in self.refusals)
        if kind == "error" and not asked_for:
            self.complaints.append(f"{url}: {text}")

    def _must_be_ours(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and f"{parts.scheme}://{parts.netloc}" != self.address:
            self.complaints.append(f"{url} is not from here")

    def open(self, page: Page, path: str) -> Page:
        answer = page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        return page


@pytest.fixture
def desktop(desk: Desk, chromium: Browser) -> Iterator[Desktop]:
    fill(Bank(desk.store))
    desk.app.state.pace = Pace(poll_s=0.2, stop_s=0.1)
    with served(desk.app) as address:
        made = Desktop(desk, chromium, address)
        yield made
        for context in chromium.contexts:
            context.close()
    for name in ("pace", "stopping", "watch"):
        if hasattr(desk.app.state, name):
            delattr(desk.app.state, name)
    assert made.complaints == []


def fill(bank: Bank) -> None:
    """B1 with a dozen clients that ebb or rise, peers and two years of weeks; a held week and a dead letter."""
    bank.shard(WEEK)
    bank.weeks({WEEK - ago: "closed" for ago in range(1, 105)} | {WEEK: "held"})
    for number in range(12):
        client_id = f"C{number:02d}"
        bank.client(
            client_id, "B1", first_week=WEEK - 104, industry="Retail", opened_on=date(2019, 4, 1),
            relationship_manager="rm-3", name=f"Harbour {number} Trading Limited",
        )  # fmt: skip
        usual = 400_000_00 + 50_000_00 * number
        bank.volumes(
            client_id,
            {
                WEEK - ago: (usual * (9 + ago % 4) // 10 // (2 if ago < 14 else 1), usual // 2)
                for ago in range(1, 105)
            },
        )
        rises, last = number == 11, WEEK - 1 - number % 5
        looks = an_explanation(last, label=list(Label)[number % 4], strength=list(Strength)[number % 3])
        bank.alert(
            client_id,
            week=last,
            at_risk=90_000_000_00 // (number + 1),
            grade=Grade.ALARM if number % 3 else Grade.PROMPT,
            direction=Direction.RISE if rises else Direction.FALL,
            explained=None if rises else looks,
        )
    bank.dead_letter(1)
    quieten(bank)


def quieten(bank: Bank) -> None:
    """Weeks that people entered for everybody, B1 and C01; groups that moved; C01 moved with its branch once."""
    entries = [
        Entry("00000000-0000-4000-8000-000000000001", "bank", "", WEEK + 4, WEEK + 5, "systems are changed over"),
        Entry("00000000-0000-4000-8000-000000000002", "branch", "B1", WEEK - 1, WEEK + 3, "the branch moves"),
        Entry("00000000-0000-4000-8000-000000000003", "client", "C01", WEEK - 3, WEEK - 2, "works holidays"),
    ]
    groups = [Group(GroupKind.BRANCH, "B1"), Group(GroupKind.INDUSTRY, "Retail"), BANK]
    common = Common(GroupKind.BRANCH, "B1", -82.5, 1)
    explained = Verdict("C01", WEEK - 6, Direction.FALL, Grade.NONE, (), 0, "policy-1", 1, common)
    with bank.store.write() as tx:
        for entry in entries:
            calendar.add_entry(tx, entry, "manager-b1", NOW)
        for week, baseline in ((WEEK - 6, Baseline.WEEK_VS_RECENT), (WEEK - 5, Baseline.QUARTER_VS_LAST_YEAR)):
            found = [Movement(group, week, baseline, Series.TURNOVER, -82.5, 1240, 905) for group in groups]
            movements.save_movements(tx, 0, week, found, [explained] if week == explained.week else [])


def violations(page: Page) -> list[str]:
    """What axe finds that is serious or worse, a line each."""
    found = Axe().run(page, options=_AXE).response["violations"]
    return [
        f"{each['id']}: {node['html'][:120]} {' '.join(node.get('failureSummary', '').split())[:200]}"
        for each in found
        if each["impact"] in _SERIOUS
        for node in each["nodes"]
    ]


@pytest.fixture
def at_holidays(desktop: Desktop) -> Desktop:
    """With the bank's holidays, which the chart marks."""
    deps = desktop.desk.app.state.deps
    rules = BankRules(holidays=frozenset({date(2025, 12, 25), date(2025, 10, 1)}))
    desktop.desk.app.state.deps = type(deps)(
        **{name: getattr(deps, name) for name in type(deps).__dataclass_fields__} | {"rules": rules}
    )
    return desktop
