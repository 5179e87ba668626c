"""The calendar on the desk: what applies when, and who enters and takes back what, without scripts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from acts.bank import BankRules
from api.web.quiet import calendar
from detector.quiet.calendar import Festivals
from schemas.weeks import parse_week
from store.tables.operations import audit
from store.tables.quiet import calendar_entry
from tests.api.conftest import Bank
from tests.api.web.conftest import Desk
from tests.api.web.filling import actions_of, form_to, send
from tests.api.web.reading import Page

CALENDAR, ENTRIES = "/desk/calendar", "/desk/calendar/entries"
SHUT = {
    "scope": "client",
    "subject": "C1",
    "first_week": "2026-W04",
    "last_week": "2026-W05",
    "reason": "works holidays",
}
BANK = SHUT | {"scope": "bank", "subject": "", "reason": "move of the systems"}
SPRING = frozenset(date(2026, 2, day) for day in (17, 18, 19))


@pytest.fixture
def bank_at(desk: Desk) -> Bank:
    bank = Bank(desk.store)
    bank.two_branches()
    rules = BankRules(
        holidays=SPRING | {date(2026, 4, 3), date(2026, 1, 1), date(2027, 1, 1), date(2025, 12, 25)},
        festivals=Festivals((parse_week("2026-W08"),), "HK"),
    )
    desk.app.state.deps = replace(desk.app.state.deps, rules=rules)
    return bank


@pytest.fixture
def manager(desk, bank_at):
    return desk.a("branch_manager", "B1", "manager-b001")


@pytest.fixture
def approver(desk, bank_at):
    return desk.a("approver", user="approver-1")


def page_of(person, path: str = CALENDAR, status: int = 200) -> Page:
    answer = person.get(path)
    assert answer.status_code == status, answer.text
    return Page(answer.text)


def entered(person, **fields: str) -> str:
    """The id of a new entry."""
    answer = send(person, CALENDAR, ENTRIES, **SHUT | fields)
    assert (answer.status_code, answer.headers["location"]) == (303, CALENDAR), answer.text
    return _newest(person)


def _newest(person) -> str:
    with person.app.state.deps.store.read() as tx:
        ids = tx.scalars(sa.select(calendar_entry.c.entry_id).order_by(calendar_entry.c.made_at)).all()
    return ids[-1]


def test_holidays_stand_by_week_with_what_they_do_the_next_first(manager) -> None:
    page = page_of(manager)
    for said in (
        "16–22 Feb 2026 2026-W08 17 Feb, 18 Feb and 19 Feb New alerts of every client wait Moving festival",
        "30 Mar – 5 Apr 2026 2026-W14 3 Apr Alerts as usual; deadlines do not count these days",
        "28 Dec 2026 – 3 Jan 2027 2026-W53 1 Jan",
    ):
        assert said in page.text
    assert page.html.index("2026-W08") < page.html.index("2026-W14") < page.html.index("2026-W01")
    assert "25 Dec" not in page.text
    assert page.has_inline() == []


def test_another_year_is_a_link_away(manager) -> None:
    page = page_of(manager)
    assert page.one("a", href=f"{CALENDAR}?year=2025")
    before = page_of(manager, f"{CALENDAR}?year=2025")
    assert "25 Dec" in before.text
    assert "2026-W08" not in before.text.replace("such as 2026-W08", "")
    assert (
        page_of(manager, f"{CALENDAR}?year=2040").one("a", href=f"{CALENDAR}?year=2040")["aria-current"] == "true"
    )
    assert "At most 2044." in page_of(manager, f"{CALENDAR}?year=3000", 422).text


def test_a_manager_enters_weeks_of_a_client_and_takes_them_back(desk, manager) -> None:
    entry = entered(manager)
    page = page_of(manager)
    for said in (
        "Entered: new alerts wait in these weeks.",
        "Client C1 · 19 Jan 2026 – 1 Feb 2026, 2 weeks works holidays New alerts of this client wait",
        "entered by manager-b001, 13 Jan 2026 10:00",
    ):
        assert said in page.text
    answer = send(manager, CALENDAR, f"{ENTRIES}/{entry}/remove")
    assert (answer.status_code, answer.headers["location"]) == (303, CALENDAR)
    page = page_of(manager)
    assert "Taken back" in page.text
    assert "works holidays" not in page.text.replace("works holidays, a move", "")
    with desk.store.read() as tx:
        acts = tx.execute(sa.select(audit.c.action, audit.c.actor).order_by(audit.c.audit_id)).all()
    assert [tuple(act) for act in acts] == [
        ("calendar.add", "manager-b001"),
        ("calendar.remove", "manager-b001"),
    ]


def test_a_branch_that_is_not_named_is_ones_own(manager) -> None:
    entered(manager, scope="branch", subject="")
    assert "Branch B1 · 19 Jan 2026" in page_of(manager).text
    assert "New alerts of B1 wait" in page_of(manager).text


def test_what_has_begun_and_is_not_over_stands_in_this_week(manager) -> None:
    entered(manager, first_week="2025-W51", last_week="2026-W03")
    (row,) = [row for row in page_of(manager).html.split("<tr")[1:] if "works holidays" in row]
    assert "2026-W03" in row
    assert "this week" in row


def test_the_banks_weeks_are_the_regions_to_enter_and_everybodys_to_see(desk, manager, approver) -> None:
    entry = entered(approver, **BANK)
    assert f"{ENTRIES}/{entry}/remove" in actions_of(approver.get(CALENDAR).text)
    for person in (manager, desk.a("branch_staff", "B2"), desk.a("operations"), desk.a("auditor")):
        page = person.get(CALENDAR).text
        assert "The whole bank" in Page(page).text
        assert f"{ENTRIES}/{entry}/remove" not in actions_of(page)
    form = form_to(manager.get(CALENDAR).text, ENTRIES)
    assert '<option value="bank"' not in manager.get(CALENDAR).text
    assert manager.post(ENTRIES, data=form.filled(**BANK)).status_code == 403
    removal = form_to(approver.get(CALENDAR).text, f"{ENTRIES}/{entry}/remove").filled(csrf=form.value("csrf"))
    assert manager.post(f"{ENTRIES}/{entry}/remove", data=removal).status_code == 403


def test_another_branchs_entries_are_not_there(desk, manager) -> None:
    entry = entered(manager)
    other = desk.a("branch_manager", "B2", "manager-b002")
    assert "works holidays" not in other.get(CALENDAR).text.replace("works holidays, a move", "")
    typed = form_to(manager.get(CALENDAR).text, f"{ENTRIES}/{entry}/remove").filled(
        csrf=form_to(other.get(CALENDAR).text, ENTRIES).value("csrf")
    )
    assert other.post(f"{ENTRIES}/{entry}/remove", data=typed).status_code == 404


@pytest.mark.parametrize(("role", "branch"), [("branch_staff", "B1"), ("auditor", None), ("operations", None)])
def test_who_only_reads_has_no_form_and_is_refused(desk, bank_at, role, branch) -> None:
    person = desk.a(role, branch)
    page = person.get(CALENDAR)
    assert (page.status_code, actions_of(page.text)) == (200, set())
    assert Page(page.text).one("a", href=CALENDAR, aria_current="page")
    sent = SHUT | {"csrf": person.headers["X-Test-Token"]}
    assert person.post(ENTRIES, data=sent).status_code == 403


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"reason": " "}, "reason", "Please fill this in."),
        ({"first_week": "soon"}, "first_week", "Choose a week, or write one such as 2026-W02."),
        ({"first_week": "2025-W53"}, "first_week", "Choose a week, or write one such as 2026-W02."),
        ({"last_week": "2026-W03"}, "last_week", "Choose a week not before the first"),
        ({"last_week": "2026-W50"}, "last_week", "within half a year"),
        ({"subject": "C9"}, "subject", "Name a branch or a client that you may see"),
        ({"subject": "D1"}, "subject", "Name a branch or a client that you may see"),
        ({"subject": "no spaces"}, "subject", "This cannot be written here."),
        ({"subject": ""}, "subject", "Name a branch or a client that you may see"),
        ({"scope": "planet"}, "scope", "Choose one of those offered."),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(desk, manager, change, field, said) -> None:
    answer = send(manager, CALENDAR, ENTRIES, **SHUT | change)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert said in page.text
    (wrong,) = [each for tag in ("input", "select", "textarea") for each in page.all(tag, aria_invalid="true")]
    assert wrong["name"] == field
    assert page.one("details", _class="enter").keys() >= {"open"}
    with desk.store.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(calendar_entry)) == 0


def test_the_bank_is_not_named(approver) -> None:
    answer = send(approver, CALENDAR, ENTRIES, **BANK | {"subject": "B1"})
    assert answer.status_code == 422
    assert Page(answer.text).one("input", name="subject")["aria-invalid"] == "true"


def test_what_somebody_took_back_meanwhile_is_told(desk, manager, approver) -> None:
    entry = entered(manager)
    action = f"{ENTRIES}/{entry}/remove"
    stale = form_to(manager.get(CALENDAR).text, action).filled()
    assert send(approver, CALENDAR, action).status_code == 303
    answer = manager.post(action, data=stale)
    assert answer.status_code == 412
    assert "Somebody else changed this meanwhile." in Page(answer.text).text


def test_the_same_form_twice_is_one_entry(desk, manager) -> None:
    typed = form_to(manager.get(CALENDAR).text, ENTRIES).filled(**SHUT)
    assert [manager.post(ENTRIES, data=typed).status_code for _ in range(2)] == [303, 303]
    with desk.store.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(calendar_entry)) == 1


def test_entries_of_one_client_are_looked_for(approver) -> None:
    entered(approver)
    entered(approver, subject="D1", reason="season")
    page = page_of(approver, f"{CALENDAR}?client_id=D1&year=2026")
    assert ("season" in page.text, "works holidays" in page.text) == (True, False)
    assert "Nobody has entered weeks of this client" in page_of(approver, f"{CALENDAR}?client_id=C2").text
    wrong = page_of(approver, f"{CALENDAR}?client_id=no+spaces", 422)
    assert wrong.one("input", name="client_id")["aria-invalid"] == "true"


def test_entries_that_are_too_many_are_said_to_be(approver, monkeypatch) -> None:
    monkeypatch.setattr(calendar, "MOST", 1)
    monkeypatch.setattr(calendar, "_MOST_PAGES", 2)
    for week in ("04", "06"):
        entered(approver, first_week=f"2026-W{week}", last_week=f"2026-W{week}")
    assert "too many entries" not in page_of(approver).text
    entered(approver, first_week="2026-W07", last_week="2026-W07")
    page = page_of(approver)
    assert "These are too many entries for a page" in page.text
    assert page.text.count("works holidays") == 2


def test_an_empty_calendar_says_what_would_stand_there(desk) -> None:
    page = page_of(desk.a("branch_staff", "B1"))
    assert "The calendar is empty Public holidays of the bank's country stand here" in page.text


def test_an_alert_that_was_an_expected_event_is_said_to_have_made_it(desk, manager) -> None:
    with desk.store.read() as tx:
        alert_id = tx.scalar(sa.text("SELECT alert_id FROM alert WHERE client_id = 'C1'"))
    page = "/desk/clients/C1"
    assert send(manager, page, f"/desk/alerts/{alert_id}/close", outcome="expected_event").status_code == 303
    assert "An expected event New alerts of this client wait" in page_of(manager).text
    assert "by closing an alert as an expected event" in page_of(manager).text


def test_the_page_is_chinese_for_who_reads_chinese(manager) -> None:
    entered(manager)
    manager.cookies.set("language", "zh-Hans")
    page = page_of(manager)
    for said in (
        "日历",
        "所有客户的新预警暂缓",
        "客户 C1 · 2026年1月19日 – 2026年2月1日",
        "manager-b001 登记于",
        "移动节日",
    ):
        assert said in page.text
    answer = send(manager, CALENDAR, ENTRIES, **SHUT | {"first_week": "soon"})
    assert "请选择一周" in answer.text
