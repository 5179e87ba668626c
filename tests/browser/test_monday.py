"""The Monday list in a browser: with scripts, without them, by keyboard, and while others work on it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.api.web.conftest import csrf_of
from tests.browser.conftest import Desktop


def _rows(page: Page) -> list[str]:
    return page.locator("table.alerts tbody .client a").all_inner_texts()


def _places(page: Page) -> list[float]:
    return [row.bounding_box()["y"] for row in page.locator("table.alerts tbody tr").all()]  # type: ignore[index]


def test_without_scripts_alerts_are_ticked_snoozed_and_assigned(desktop: Desktop) -> None:
    page = desktop.open(desktop.sit_down(java_script_enabled=False), "/")
    for place in (0, 1):
        page.locator('input[name="alert_ids"]').nth(place).check()
    page.locator("summary", has_text="Snooze").click()
    page.fill('input[name="until"]', "2026-02-10")
    page.fill('textarea[name="reason"]', "the new year lull")
    page.locator('button[value="snooze"]').click()
    expect(page.locator(".told")).to_have_text("2 alerts snoozed.")
    page.select_option("#f-state", "snoozed")
    page.get_by_role("button", name="Show").click()
    assert len(_rows(page)) == 2
    page.locator('input[name="alert_ids"]').first.check()
    page.locator("summary", has_text="Assign").click()
    page.fill("#f-to", "staff-04")
    page.locator('button[value="assign"]').click()
    expect(page.locator(".told")).to_have_text("1 alert assigned.")
    assert "state=snoozed" in page.url


def test_the_language_is_switched_without_scripts_and_stays(desktop: Desktop) -> None:
    page = desktop.open(desktop.sit_down(java_script_enabled=False), "/?grade=alarm")
    page.get_by_role("button", name="简体中文").click()
    assert page.url.endswith("/?grade=alarm")
    expect(page.locator("h1")).to_have_text("周一清单")
    page.get_by_role("link", name="客户", exact=True).click()
    assert page.locator("html").get_attribute("lang") == "zh-Hans"


def test_keys_go_through_the_list_tick_and_acknowledge(desktop: Desktop) -> None:
    page = desktop.open(desktop.sit_down(), "/")
    first, second = _rows(page)[:2]
    page.keyboard.press("j")
    expect(page.locator("tr.current .client a")).to_have_text(first)
    page.keyboard.press("j")
    expect(page.locator("tr.current .client a")).to_have_text(second)
    page.keyboard.press("x")
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.locator(".chosen")).to_have_text("2 ticked")
    page.keyboard.press("a")
    expect(page.locator(".told")).to_have_text("2 alerts acknowledged.")
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(page.locator("#f-until")).to_be_focused()
    page.keyboard.type("ajs")  # typing is typing
    page.keyboard.press("Escape")
    expect(page.locator(".drop[open]")).to_have_count(0)


def test_keys_are_explained_and_can_be_switched_off(desktop: Desktop) -> None:
    page = desktop.open(desktop.sit_down(), "/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("tr.current")).to_have_count(0)
    page.reload()
    page.keyboard.press("j")
    expect(page.locator("tr.current")).to_have_count(0)


def test_enter_in_a_field_of_the_bar_does_nothing(desktop: Desktop) -> None:
    page = desktop.open(desktop.sit_down(), "/")
    page.locator('input[name="alert_ids"]').first.check()
    page.locator("summary", has_text="Assign").click()
    page.locator("#f-to").press("Enter")
    page.wait_for_timeout(200)
    expect(page.locator(".told")).to_have_count(0)
    expect(page.locator("#f-to")).to_be_visible()


def test_all_on_the_page_are_ticked_at_once(desktop: Desktop) -> None:
    page = desktop.open(desktop.sit_down(), "/")
    page.locator("#all").check()
    expect(page.locator(".chosen")).to_have_text("12 ticked")
    page.locator('input[name="alert_ids"]').first.uncheck()
    assert page.locator("#all").evaluate("box => box.indeterminate")


def test_what_others_change_is_told_and_nothing_moves(desktop: Desktop) -> None:
    page = desktop.open(desktop.sit_down(), "/")
    target = page.locator("table.alerts tbody tr").nth(5)
    target.locator(".client a").focus()
    target.hover()  # which may scroll to it
    before, rows = _places(page), _rows(page)
    alert_id = target.get_attribute("data-alert")
    other = desktop.desk.a("branch_staff", "B1", "staff-04")
    form = {"csrf": csrf_of(other), "act": "acknowledge", "alert_ids": alert_id}
    assert other.post("/desk/alerts/bulk", data=form).status_code == 303
    expect(page.locator(".live")).to_contain_text("1 alert is new or changed")
    expect(target.locator(".fresh")).to_have_text("changed")
    assert _places(page) == before
    assert _rows(page) == rows
    assert target.locator(".client a").evaluate("link => link === document.activeElement")
    page.locator(".live a").click()
    expect(page.locator("table.alerts tbody tr")).to_have_count(len(rows) - 1)
    expect(page.locator(".live")).not_to_contain_text("changed")
    page.locator(".tabs a", has_text="In work").click()
    expect(page.locator("table.alerts tbody tr")).to_contain_text("staff-04")


def test_what_i_do_myself_is_no_news(desktop: Desktop) -> None:
    page = desktop.open(desktop.sit_down(), "/")
    page.locator('input[name="alert_ids"]').first.check()
    page.locator('button[value="acknowledge"]').click()
    expect(page.locator(".told")).to_be_visible()
    page.wait_for_timeout(800)
    expect(page.locator(".live.fresh")).to_have_count(0)


def test_a_session_that_ends_is_said(desktop: Desktop) -> None:
    desktop.desk.app.state.pace = type(desktop.desk.app.state.pace)(poll_s=0.2, session_s=0.3, stop_s=0.1)
    page = desktop.open(desktop.sit_down(), "/")
    desktop.refusals = (401,)
    desktop.desk.later(hours=11)
    expect(page.locator(".live")).to_contain_text("You were signed out.")
