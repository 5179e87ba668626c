"""The calendar with holidays and its form, by keyboard and to be read by everybody."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import LANGUAGES, NARROW, SCHEMES, WIDE, Desktop, violations

CALENDAR = "/desk/calendar"


def test_axe_finds_nothing_serious_in_a_year_of_holidays_and_a_form_that_came_back(at_holidays: Desktop) -> None:
    at_holidays.refusals = (422,)
    for language in LANGUAGES:
        for scheme, size in zip(SCHEMES, (WIDE, NARROW), strict=True):
            page = at_holidays.sit_down(language=language, size=size, color_scheme=scheme)
            at_holidays.open(page, f"{CALENDAR}?year=2025")
            page.locator(".enter summary").click()
            page.locator("[name=reason]").fill("stock-taking")
            page.locator(".enter button.first").click()
            page.wait_for_selector("[aria-invalid]")
            assert violations(page) == [], f"{language} {scheme} {size}"
            page.context.close()


def test_weeks_are_entered_and_taken_back_with_keys_alone(desktop: Desktop) -> None:
    page = desktop.open(desktop.sit_down(), CALENDAR)
    page.locator(".enter summary").focus()
    page.keyboard.press("Enter")
    page.locator("[name=subject]").focus()
    page.keyboard.type("C02")
    page.locator("[name=reason]").focus()
    page.keyboard.type("stock-taking")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_contain_text("Entered")
    entry = page.locator(".entry", has_text="stock-taking")
    expect(entry).to_contain_text("New alerts of this client wait")
    entry.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_contain_text("Taken back")
    expect(entry).to_have_count(0)


def test_a_branch_cannot_take_back_what_is_the_banks(desktop: Desktop) -> None:
    page = desktop.open(desktop.sit_down(), CALENDAR)
    expect(page.locator(".entry", has_text="systems are changed over").locator("summary")).to_have_count(0)
    expect(page.locator(".entry", has_text="the branch moves").locator("summary")).to_have_count(1)
