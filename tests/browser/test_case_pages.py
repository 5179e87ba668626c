"""Cases, approvals, figures and notices in a browser: a whole story without scripts, and what scripts add to it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from schemas.verdicts import Direction
from tests.api.conftest import CASE, WEEK, Bank
from tests.api.web.case_desk import ONE, REDUCTION, WAIVER
from tests.api.web.filling import send
from tests.browser.conftest import LANGUAGES, NARROW, SCHEMES, WIDE, Desktop, violations

MANAGER, STAFF, APPROVER = "manager-b001", "staff-17", "approver-1"
_ENDS = (
    "Choose a day after today and after the start, within ten years. A lower fee or a waiver must end."
    " The first day after it."
)
WHAT_IF = f"{ONE}?list_price=1200&concession_pct=50&starts_on=2026-02-01&ends_on=2026-05-01"
PAGES = {
    "cases": ("branch_manager", "B1", MANAGER, "/desk/cases"),
    "cases of the bank": ("approver", None, APPROVER, "/desk/cases?state=all"),
    "no case": ("branch_manager", "B9", MANAGER, "/desk/cases"),
    "case": ("branch_manager", "B1", MANAGER, ONE),
    "case read only": ("auditor", None, "auditor-1", ONE),
    "what if": ("branch_staff", "B1", STAFF, WHAT_IF),
    "new case": ("branch_manager", "B1", MANAGER, "/desk/cases/new?client_id=C02"),
    "new case of whom": ("branch_manager", "B1", MANAGER, "/desk/cases/new"),
    "approvals": ("approver", None, APPROVER, "/desk/approvals"),
    "approvals of a maker": ("branch_manager", "B1", MANAGER, "/desk/approvals"),
    "no approvals": ("branch_manager", "B9", MANAGER, "/desk/approvals"),
    "figures": ("auditor", None, "auditor-1", "/desk/figures"),
    "notices": ("branch_staff", "B1", STAFF, "/desk/notices"),
}


@pytest.fixture
def casework(desktop: Desktop) -> Desktop:
    """A case of C01 with a task, minutes, a waiver that waits and a lower fee that runs; a notice."""
    bank = Bank(desktop.desk.store)
    bank.case("C01", CASE, bank.alert("C01", week=WEEK - 20, direction=Direction.RISE))
    staff = desktop.desk.a("branch_staff", "B1", STAFF)
    manager = desktop.desk.a("branch_manager", "B1", MANAGER)
    approver = desktop.desk.a("approver", None, APPROVER)

    def done(person, page: str, action: str, **typed: str) -> None:
        answer = send(person, page, action, **typed)
        assert answer.status_code == 303, answer.text

    done(staff, ONE, f"{ONE}/tasks", title="Call the finance director", due_on="2026-01-09", kind="contact")
    done(staff, ONE, f"{ONE}/reviews", minutes="Supplier payments moved.", decision="A waiver", strengths="Loyal")
    done(staff, ONE, f"{ONE}/remedies", **REDUCTION | {"starts_on": "2025-11-03", "ends_on": "2026-02-02"})
    waiting = _submitted(staff, done)
    done(approver, "/desk/approvals", f"{waiting}/approve")
    done(
        manager,
        ONE,
        f"{ONE}/remedies",
        **WAIVER | {"starts_on": "2026-02-02", "renews": waiting.rpartition("/")[2]},
    )
    _submitted(manager, done)
    done(staff, "/desk/notices", "/desk/notices/preferences", address="json://mail.bank.example/x")
    done(staff, "/desk/notices", "/desk/notices/test")
    return desktop


def _submitted(person, done) -> str:
    """Submit the draft that there is; its address."""
    html = person.get(ONE).text
    (remedy,) = [part.partition("/submit")[0] for part in html.split('action="')[1:] if "/submit" in part[:80]]
    done(person, ONE, f"{remedy}/submit")
    return remedy


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(casework: Desktop, name: str, language: str) -> None:
    role, branch, user, path = PAGES[name]
    sizes = (WIDE, NARROW) if language == "en" else (NARROW, WIDE)  # each scheme at each size, once
    for scheme, size in zip(SCHEMES, sizes, strict=True):
        page = casework.sit_down(role, branch, user, language=language, size=size, color_scheme=scheme)
        casework.open(page, path)
        for fold in page.query_selector_all("details:not([open]) > summary"):
            fold.click()
        assert violations(page) == [], f"{name} {language} {scheme} {size}"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} {language} {size}: {wide} px too wide"
        page.context.close()


def test_a_waiver_goes_from_the_alert_to_its_approval_without_scripts(casework: Desktop) -> None:
    page = casework.sit_down("branch_manager", "B1", MANAGER, java_script_enabled=False)
    casework.open(page, "/desk/cases/new?client_id=C02")
    page.fill("#user-1", STAFF)
    page.get_by_role("button", name="Form the task force").click()
    expect(page.locator(".told")).to_have_text("The task force stands.")
    where = page.url
    page.locator("summary", has_text="Write minutes…").click()
    page.fill("#minutes-text", "We met.\nThe client pays elsewhere.")
    page.fill("#minutes-decision", "A waiver")
    page.fill("#swot-threats", "another bank\na new owner")
    page.get_by_role("button", name="Keep the minutes").click()
    expect(page.locator(".swot li")).to_have_text(["another bank", "a new owner"])
    page.get_by_role("button", name="To the review").click()
    page.get_by_role("button", name="To the plan").click()
    _propose(page)
    expect(page.locator(".error")).to_have_text(_ENDS)
    page.fill("#r-ends", "2026-05-01")
    page.get_by_role("button", name="Keep as a draft").click()
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.locator(".told")).to_have_text("Submitted: it waits for approval.")
    casework.open(page, "/desk/approvals")
    mine = page.locator("article", has_text="C02")
    expect(mine.locator(".why-not")).to_have_text("You had a part in proposing it: somebody else has to decide.")

    checker = casework.open(
        casework.sit_down("approver", None, APPROVER, java_script_enabled=False), "/desk/approvals"
    )
    theirs = checker.locator("article", has_text="C02")
    theirs.get_by_role("button", name="Return").click()
    expect(checker.locator(".problem")).to_contain_text("To return or reject it, say why.")
    checker.locator("article", has_text="C02").get_by_role("button", name="Approve").click()
    expect(checker.locator(".told")).to_have_text("Approved.")
    page.goto(where)
    expect(page.locator(".remedy .state")).to_have_text("Running")
    expect(page.locator(".route")).to_have_text("Region · yes by approver-1")
    casework.complaints[:] = [said for said in casework.complaints if "422" not in said]


def _propose(page: Page) -> None:
    """A waiver without an end."""
    page.locator("summary", has_text="Propose a remedy…").click()
    page.select_option("#r-type", "fee_waiver")
    for field, typed in (("fee", "ACCT-MAINT"), ("price", "1,200.00"), ("pct", "100"), ("volume", "400000")):
        page.fill(f"#r-{field}", typed)
    page.get_by_role("button", name="Keep as a draft").click()


def test_what_if_works_without_scripts(casework: Desktop) -> None:
    page = casework.open(casework.sit_down("branch_staff", "B1", STAFF, java_script_enabled=False), ONE)
    page.locator("summary", has_text="Propose a remedy…").click()
    page.fill("#w-price", "1200")
    page.fill("#w-starts", "2026-02-01")
    page.fill("#w-ends", "2026-05-01")
    page.fill("#w-service", "1000")
    page.get_by_role("button", name="Work it out").click()
    expect(page.locator(".what-if .options .this")).to_contain_text("276,164")
    expect(page.locator("#r-price")).to_have_value("1200")
    assert page.locator("#r-fee").is_visible()


def test_the_answers_come_while_one_types_in_either_form(casework: Desktop) -> None:
    page = casework.open(casework.sit_down("branch_staff", "B1", STAFF), ONE)
    page.locator("summary", has_text="Propose a remedy…").click()
    expect(page.locator("#r-fee")).to_be_hidden()
    expect(page.locator(".what-if")).to_be_hidden()
    page.select_option("#r-type", "fee_waiver")
    expect(page.locator("#r-fee")).to_be_visible()
    expect(page.locator("#r-pct")).to_have_value("100")
    page.fill("#r-starts", "2026-02-01")
    page.fill("#r-ends", "2026-05-01")
    page.fill("#r-price", "1200")
    expect(page.locator(".answers .this")).to_contain_text("276,164")
    expect(page.locator("#w-price")).to_have_value("1200")
    page.fill("#w-pct", "50")
    expect(page.locator(".answers .this")).to_contain_text("138,082")
    expect(page.locator("#r-pct")).to_have_value("50")
    page.fill("#w-price", "")
    expect(page.locator(".answers")).to_contain_text("Enter the fee")


def test_another_remedy_sends_no_fee_whatever_was_typed_before(casework: Desktop) -> None:
    page = casework.open(casework.sit_down("branch_staff", "B1", STAFF), ONE)
    page.locator("summary", has_text="Propose a remedy…").click()
    page.select_option("#r-type", "fee_waiver")
    page.fill("#r-price", "1200")
    page.select_option("#r-type", "executive_visit")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.locator(".told")).to_contain_text("Kept as a draft.")


def test_enter_in_the_note_moves_no_case(casework: Desktop) -> None:
    page = casework.open(casework.sit_down("branch_manager", "B1", MANAGER), ONE)
    page.fill("#step-note", "not yet")
    page.press("#step-note", "Enter")
    page.wait_for_timeout(300)
    expect(page.locator('.way [aria-current="step"]')).to_have_text("Forming")
    expect(page.locator("#step-note")).to_have_value("not yet")


def test_what_was_done_stays_in_sight_at_its_place_on_the_page(casework: Desktop) -> None:
    page = casework.open(casework.sit_down("branch_staff", "B1", STAFF, size=NARROW), ONE)
    page.locator("summary", has_text="Add a task…").click()
    page.fill("#task-title", "Compare our fees")
    page.fill("#task-due", "2026-01-20")
    page.locator("#tasks").get_by_role("button", name="Add").click()
    expect(page.locator(".told")).to_be_in_viewport()
    expect(page.locator("#tasks h2")).to_be_in_viewport()
