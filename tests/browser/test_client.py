"""The page of one client in a browser: the chart under the strict policy, and everything without scripts."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, Desktop

CLIENT = "/desk/clients/C01"


def _drawn(page: Page) -> Page:
    page.wait_for_selector(".plot .main-svg")
    return page


def _colour(page: Page) -> str:
    return str(page.locator(".plot .bars .point path").first.evaluate("bar => getComputedStyle(bar).fill"))


def test_the_chart_is_drawn_with_its_bars_means_bands_and_marks(at_holidays: Desktop) -> None:
    page = _drawn(at_holidays.open(at_holidays.sit_down(), CLIENT))
    assert page.locator(".plot .bars .point").count() == 104  # debit and credit of 52 weeks
    assert page.locator(".plot .scatterlayer .js-line").count() >= 5
    assert page.locator(".plot .shapelayer path").count() >= 3
    assert page.locator(".plot .scatterlayer .points path").count() >= 3
    box = page.locator(".plot .main-svg").first.bounding_box()
    assert box is not None
    assert box["height"] > 300


def test_the_chart_follows_the_scheme_of_the_reader(desktop: Desktop) -> None:
    page = _drawn(desktop.open(desktop.sit_down(color_scheme="light"), CLIENT))
    light = _colour(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "was => getComputedStyle(document.querySelector('.plot .bars .point path')).fill !== was", arg=light
    )
    assert _colour(page) != light


def test_the_chart_says_what_a_week_was(desktop: Desktop) -> None:
    page = _drawn(desktop.open(desktop.sit_down(language="zh-Hans"), CLIENT))
    page.locator(".plot").scroll_into_view_if_needed()
    box = page.locator(".plot .plotly .nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    hover = page.locator(".plot .hoverlayer")
    expect(hover).to_contain_text("13 周均值")
    expect(hover).to_contain_text("日当周")


def test_a_range_is_chosen_by_a_link(desktop: Desktop) -> None:
    page = _drawn(desktop.open(desktop.sit_down(), CLIENT))
    page.get_by_role("link", name="2 years").click()
    _drawn(page)
    assert page.locator(".plot .bars .point").count() == 208
    page.get_by_role("link", name="Debit", exact=True).click()
    _drawn(page)
    assert page.locator(".plot .bars .point").count() == 104


def test_without_scripts_the_table_says_it_all(desktop: Desktop) -> None:
    page = desktop.open(desktop.sit_down(java_script_enabled=False), CLIENT)
    expect(page.locator("figure noscript p")).to_contain_text("The chart needs scripts.")
    page.get_by_role("link", name="Quarter", exact=True).click()
    assert page.locator("table.weeks tbody tr").count() == 13


def test_an_alert_is_closed_without_scripts_by_whoever_is_first(desktop: Desktop) -> None:
    desktop.refusals = (412,)
    mine = desktop.open(desktop.sit_down(java_script_enabled=False, size=NARROW), CLIENT)
    theirs = desktop.open(desktop.sit_down("branch_staff", "B1", "staff-04"), CLIENT)
    theirs.get_by_role("button", name="Acknowledge").click()
    expect(theirs.locator(".told")).to_be_visible()
    mine.locator("summary", has_text="Close the alert").click()
    mine.select_option('select[name="outcome"]', "expected_event")
    mine.fill('textarea[name="note"]', "the shop is being rebuilt")
    mine.get_by_role("button", name="Close the alert").click()
    expect(mine.get_by_role("alert")).to_contain_text("Somebody else changed this meanwhile.")
    expect(mine.locator(".concern")).to_contain_text("in the hands of staff-04")
    expect(mine.locator('textarea[name="note"]')).to_have_value("the shop is being rebuilt")
    mine.get_by_role("button", name="Close the alert").click()
    expect(mine.locator(".told")).to_have_text("The alert is closed.")
