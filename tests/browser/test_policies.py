"""The threshold workbench in a real browser: readable by everybody, and answered as the slider moves."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from detector.policies.presets import default_policy
from store.policies import policy_versions
from store.tables.ledger import shard_week
from tests.api.conftest import NOW
from tests.browser.conftest import LANGUAGES, NARROW, SCHEMES, WIDE, Desktop, violations

LIST = "/desk/policies"
ONE = f"{LIST}/{default_policy('HKD').version}"


@pytest.fixture
def judged(desktop: Desktop) -> Desktop:
    """The bank's weeks are judged, and the policy of the settings is kept."""
    with desktop.desk.store.write() as tx:
        tx.execute(sa.update(shard_week).where(shard_week.c.state == "closed").values(judged_revision=1))
        policy_versions.ensure_base_policy(tx, default_policy("HKD"), NOW)
    return desktop


def approver(desktop: Desktop, **options: object) -> Page:
    return desktop.sit_down("approver", None, "approver-1", **options)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [LIST, ONE])
def test_axe_finds_nothing_serious_and_nothing_runs_off(judged: Desktop, path: str, language: str) -> None:
    for scheme in SCHEMES:
        for size in (WIDE, NARROW):
            page = judged.open(approver(judged, language=language, size=size, color_scheme=scheme), path)
            if path == ONE:
                page.locator("form.workbench button.first").click()
                page.locator(".answers table").wait_for()
            assert violations(page) == [], f"{path} {language} {scheme} {size}"
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{path} {language} {size}: {wide} px too wide"
            page.context.close()
    assert judged.complaints == []


def test_the_answer_follows_the_slider(judged: Desktop) -> None:
    page = judged.open(approver(judged), ONE)
    assert page.locator(".answers table").count() == 0
    slider = page.locator("input[type=range]")
    slider.focus()
    said = []
    for key in ("Home", "End"):
        with page.expect_response(lambda answer: answer.url.endswith("/answer")):
            page.keyboard.press(key)
        page.locator(".answers:not([aria-busy]) table").wait_for()
        said.append(page.locator(".answers").inner_text())
    assert said[0] != said[1]
    assert page.locator("output.scale").inner_text() == "150 %"
    assert judged.complaints == []


def test_without_scripts_the_button_answers(judged: Desktop) -> None:
    page = judged.open(approver(judged, java_script_enabled=False), ONE)
    page.locator("form.workbench button.first").click()
    assert "Clients that left" in page.locator(".answers").inner_text()
