"""The list of cases, and the form that begins one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from schemas.verdicts import Direction
from store.cases import case_rows
from tests.api.conftest import CASE, NOW
from tests.api.web.case_desk import ONE, CaseDesk
from tests.api.web.filling import form_to, send
from tests.api.web.reading import Page

CASES, NEW = "/desk/cases", "/desk/cases/new"


@pytest.fixture
def case(desk) -> CaseDesk:
    return CaseDesk(desk)


def listed(html: str) -> list[str]:
    return re.findall(r'<th scope="row" class="client"><a href="/desk/cases/[^"]+">(\w+) Trading', html)


def test_a_branch_sees_its_own_cases(case) -> None:
    page = case.staff.get(CASES)
    assert (page.status_code, listed(page.text)) == (200, ["C1"])
    assert "120,000" in page.text
    assert Page(page.text).has_inline() == []
    other = Page(case.other.get(CASES).text)
    assert "No task force is at work" in other.text
    assert "C1 Trading" not in other.text
    assert case.desk.a("operations").get(CASES).status_code == 403


def test_what_is_overdue_is_said_in_words(case) -> None:
    assert "nothing overdue" in Page(case.staff.get(CASES).text).text
    case.later(days=6)
    page = Page(case.staff.get(CASES).text)
    assert "First contact: due today" in page.text
    case.later(days=1)
    page = Page(case.staff.get(CASES).text)
    assert "First contact: overdue since 19 Jan First review: overdue since 19 Jan" in page.text


def test_closed_cases_are_shown_when_they_are_asked_for(case) -> None:
    case.done(case.manager, "close", truth="true_diversion", retention="lost", cause="x")
    assert listed(case.staff.get(CASES).text) == []
    assert "Nothing here passes" not in case.staff.get(CASES).text
    for state in ("closed", "all"):
        page = case.staff.get(f"{CASES}?state={state}").text
        assert (listed(page), "Lost" in page) == (["C1"], True)


def test_the_list_is_narrowed_by_each_of_its_filters(case) -> None:
    def found(query: str, person=case.auditor) -> list[str]:
        return listed(person.get(f"{CASES}?{query}").text)

    assert found("mine=1", case.staff) == ["C1"]
    assert found("mine=1", case.desk.a("branch_staff", "B1", "staff-9")) == []
    assert (found("lead=manager-b001"), found("lead=nobody")) == (["C1"], [])
    assert (found("branch=B1"), found("branch=B2")) == (["C1"], [])
    assert (found("state=forming"), found("state=plan")) == (["C1"], [])
    assert "No case is like that" in case.auditor.get(f"{CASES}?state=plan").text


def test_a_filter_that_is_none_is_told_at_its_field(case) -> None:
    answer = case.auditor.get(f"{CASES}?state=asleep&lead=x")
    assert (answer.status_code, "Choose one of those offered." in answer.text) == (422, True)
    assert Page(answer.text).value("lead") == "x"
    assert case.auditor.get(f"{CASES}?cursor=nonsense").status_code == 200
    assert case.auditor.get(f"{CASES}?cursor={'x' * 2000}").status_code == 200


def test_a_long_list_goes_on_on_the_next_page(case) -> None:
    for number in range(60):
        case.bank.client(f"E{number:02}", "B2")
        opened = NOW + timedelta(minutes=number)
        case.bank.case(f"E{number:02}", f"{CASE[:-3]}{number:03}", opened_at=opened, lead="manager-b002")
    first = case.other.get(CASES).text
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    rest = case.other.get(following.replace("&amp;", "&")).text
    assert listed(first) + listed(rest) == [f"E{number:02}" for number in reversed(range(60))]
    assert "Back to the beginning" in rest


def test_forming_a_task_force_begins_with_the_clients_open_alerts(case) -> None:
    prompt = case.bank.alert("C2")
    form = form_to(case.manager.get(f"{NEW}?client_id=C2").text, NEW)
    assert (form.ticked("alert_ids"), form.value("lead")) == ([prompt], "manager-b001")
    typed = {"user_1": "staff-17", "role_1": "analyst", "user_3": "staff-4"}
    answer = case.manager.post(NEW, data=form.filled(**typed))
    case_id = answer.headers["location"].rpartition("/")[2]
    with case.desk.store.read() as tx:
        made = case_rows.get(tx, case_id)
    assert [(m.user, m.role) for m in made.members] == [
        ("manager-b001", "lead"), ("staff-17", "analyst"), ("staff-4", "member")
    ]  # fmt: skip
    assert made.alert_ids == (prompt,)
    assert "The task force stands." in case.manager.get(answer.headers["location"]).text


def test_what_is_wrong_with_a_new_case_is_told_with_what_was_typed(case) -> None:
    alerts = {case.bank.alert("C2"), case.bank.alert("C2", direction=Direction.RISE)}
    page = f"{NEW}?client_id=C2"
    answer = send(case.manager, page, NEW, alert_ids=None, lead="staff-1", user_2="staff-2", role_2="service")
    form = form_to(answer.text, NEW)
    assert (answer.status_code, "Tick the alerts that it is about." in answer.text) == (422, True)
    assert (form.value("lead"), form.value("user_2"), form.value("role_2")) == ("staff-1", "staff-2", "service")
    assert form.ticked("alert_ids") == []
    answer = send(case.manager, page, NEW, alert_ids=[min(alerts)], user_1="x" * 300)
    assert "This is too long: 200 characters at most." in answer.text
    assert form_to(answer.text, NEW).ticked("alert_ids") == [min(alerts)]


def test_who_forms_a_second_one_is_led_to_the_first(case) -> None:
    case.bank.alert("C2")
    form = form_to(case.manager.get(f"{NEW}?client_id=C2").text, NEW)
    first = case.manager.post(NEW, data=form.filled()).headers["location"]
    colleague = case.desk.a("branch_manager", "B1", "manager-2")
    assert colleague.get(f"{NEW}?client_id=C2").headers["location"] == first
    sent = form.filled(csrf=colleague.headers["X-Test-Token"], key="another")
    answer = colleague.post(NEW, data=sent)
    assert (answer.status_code, "There is a task force for this client already." in answer.text) == (409, True)
    assert Page(answer.text).one("a", href=first)


def test_a_client_that_comes_back_says_that_its_case_will(case) -> None:
    case.done(case.manager, "close", truth="true_diversion", retention="saved", cause="x")
    case.later(weeks=8)
    case.bank.alert("C1", week=2930, direction=Direction.RISE)
    page = case.manager.get(f"{NEW}?client_id=C1")
    assert "it will be opened again" in page.text
    answer = case.manager.post(NEW, data=form_to(page.text, NEW).filled())
    assert answer.headers["location"] == ONE


def test_only_a_manager_forms_one_and_only_about_a_client_of_the_branch(case) -> None:
    assert case.staff.get(f"{NEW}?client_id=C2").status_code == 403
    for client_id in ("D1", "X9", "%00", "a b"):
        assert case.manager.get(f"{NEW}?client_id={client_id}").status_code == 404
    assert "This client has no open alert." in case.manager.get(f"{NEW}?client_id=C2").text
    assert Page(case.manager.get(NEW).text).one("input", name="client_id")


def test_the_list_is_taken_away_as_a_file_of_what_it_shows(case) -> None:
    page = Page(case.staff.get(f"{CASES}?mine=1&state=all").text)
    paths = [link["href"] for link in page.all("a") if str(link["href"]).startswith(f"{CASES}.")]
    assert paths == [f"{CASES}.csv?state=all&mine=1", f"{CASES}.xlsx?state=all&mine=1"]
    csv, excel = (case.staff.get(path) for path in paths)
    assert "C1 Trading" in csv.text
    assert excel.content.startswith(b"PK")
    assert "C1 Trading" not in case.other.get(f"{CASES}.csv").text
    assert case.staff.get(f"{CASES}.csv?state=asleep").headers["location"] == f"{CASES}?state=asleep"
