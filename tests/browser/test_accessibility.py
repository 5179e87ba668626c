"""Every page in both languages and schemes: axe finds nothing serious, nothing runs off a narrow screen."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DEAD_LETTER, LANGUAGES, NARROW, SCHEMES, WIDE, Desktop, violations

# Who opens it, the page, and what to do there first.
PAGES = {
    "monday": ("branch_manager", "B1", "/"),
    "monday of the bank": ("approver", None, "/?branch=B1&grade=alarm"),
    "monday without alerts": ("branch_staff", "B9", "/"),
    "monday with a wrong filter": ("branch_staff", "B1", "/?week=soon"),
    "clients": ("approver", None, "/desk/clients"),
    "client": ("branch_manager", "B1", "/desk/clients/C01?weeks=104"),
    "client read only": ("auditor", None, "/desk/clients/C11?weeks=13"),
    "calendar": ("branch_manager", "B1", "/desk/calendar"),
    "calendar of the region": ("approver", None, "/desk/calendar?year=2026"),
    "calendar with a wrong filter": ("auditor", None, "/desk/calendar?client_id=no+spaces"),
    "calendar of a year without anything": ("branch_staff", "B1", "/desk/calendar?year=2031"),
    "movements": ("branch_manager", "B1", "/desk/movements"),
    "movements of the bank": ("approver", None, "/desk/movements?kind=branch"),
    "movements without any": ("auditor", None, "/desk/movements?name=Fishing"),
    "held weeks": ("operations", None, "/desk/held-weeks"),
    "dead letters": ("operations", None, "/desk/dead-letters"),
    "dead letter": ("operations", None, f"/desk/dead-letters/{DEAD_LETTER}"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(desktop: Desktop, name: str, language: str) -> None:
    role, branch, path = PAGES[name]
    desktop.refusals = (422,)
    for scheme in SCHEMES:
        for size in (WIDE, NARROW):
            page = desktop.sit_down(role, branch, language=language, size=size, color_scheme=scheme)
            page.goto(desktop.address + path)
            if name.startswith("client") and name != "clients":
                page.wait_for_selector(".plot .main-svg")
            for fold in page.query_selector_all("details:not([open]) > summary"):
                if fold.is_visible():
                    fold.click()
            assert violations(page) == [], f"{name} {language} {scheme} {size}"
            page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_off_a_narrow_screen(desktop: Desktop, name: str) -> None:
    role, branch, path = PAGES[name]
    desktop.refusals = (422,)
    for language in LANGUAGES:
        page = desktop.sit_down(role, branch, language=language, size=NARROW)
        page.goto(desktop.address + path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} {language}: {wide} px too wide"
        page.context.close()


def test_a_page_can_be_read_at_twice_its_size_and_on_paper(desktop: Desktop) -> None:
    page = desktop.open(desktop.sit_down(size=(640, 450), device_scale_factor=2), "/")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.emulate_media(media="print")
    assert not page.locator(".bar").is_visible()
    assert not page.locator(".pages").is_visible()
    assert page.locator("table.alerts").is_visible()


def test_the_first_thing_a_key_reaches_leads_past_the_head(desktop: Desktop) -> None:
    page = desktop.open(desktop.sit_down(), "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
