"""The Monday list: what it shows whom, and what is done on it without scripts."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from acts.bank import BankRules
from schemas.verdicts import Grade
from store.tables.alerts import alert
from store.tables.clients import client
from store.tables.operations import audit
from tests.api.conftest import NOW, WEEK, Bank
from tests.api.web.conftest import Desk, csrf_of
from tests.api.web.reading import Page

BULK = "/desk/alerts/bulk"


@pytest.fixture
def bank_at(desk: Desk) -> Bank:
    """Two branches, with a year of volumes for one of their clients."""
    bank = Bank(desk.store)
    bank.two_branches()
    bank.volumes("C1", {WEEK - 1 - week: (1_000_00 * week, 500_00) for week in range(52)})
    return bank


def _page(answer) -> Page:
    assert answer.status_code in (200, 409, 412, 422), answer.text
    return Page(answer.text)


def _rows(page: Page) -> list[str]:
    return re.findall(r'<a href="/desk/clients/(\w+)">', page.html)


def _send(person, page: Page, **fields: object):
    hidden = {name: page.value(name) for name in ("csrf", "key", "back_to")}
    return person.post(BULK, data=hidden | fields)


def _states(desk: Desk) -> dict[str, str]:
    with desk.store.read() as tx:
        return {row.client_id: row.state for row in tx.execute(sa.select(alert.c.client_id, alert.c.state))}


def test_a_branch_sees_its_own_open_alerts_the_worst_first(desk, bank_at) -> None:
    page = _page(desk.a("branch_manager", "B1").get("/"))
    assert _rows(page) == ["C1", "C2"]
    assert "1 alarm" in page.text
    assert "1 prompt" in page.text
    assert "HK$170 of income a year at risk of HK$170K turnover" in page.text
    assert "D1" not in page.text


def test_who_sees_all_branches_may_choose_one(desk, bank_at) -> None:
    person = desk.a("approver")
    assert _rows(_page(person.get("/"))) == ["D1", "C1", "C2"]
    assert _rows(_page(person.get("/?branch=B2"))) == ["D1"]
    assert _page(desk.a("branch_staff", "B1").get("/")).all("input", name="branch") == []


def test_a_closed_alert_is_shown_when_asked_for(desk, bank_at) -> None:
    with desk.store.write() as tx:
        tx.execute(sa.update(alert).where(alert.c.client_id == "C2").values(state="closed"))
    person = desk.a("branch_staff", "B1")
    assert _rows(_page(person.get("/"))) == ["C1"]
    assert _rows(_page(person.get("/?state=closed"))) == ["C2"]
    assert _rows(_page(person.get("/?state=all"))) == ["C1", "C2"]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("grade=prompt", ["C2"]),
        ("q=c1+tra", ["C1"]),
        ("week=2026-W02", ["C1", "C2"]),
        ("week=2026-W01", []),
        ("assignee=staff-17", []),
        ("state=&grade=&q=", ["C1", "C2"]),
        ("utm_source=mail", ["C1", "C2"]),
    ],
)
def test_filters_narrow_it_and_empty_ones_do_nothing(desk, bank_at, query: str, rows: list[str]) -> None:
    assert _rows(_page(desk.a("branch_staff", "B1").get(f"/?{query}"))) == rows


def test_a_week_that_is_none_is_said_at_its_field(desk, bank_at) -> None:
    answer = desk.a("branch_staff", "B1").get("/?week=soon")
    page = _page(answer)
    assert answer.status_code == 422
    assert page.one("input", name="week")["aria-invalid"] == "true"
    assert page.value("week") == "soon"
    assert _rows(page) == ["C1", "C2"]


def test_a_list_is_turned_by_the_api_s_cursors(desk, bank_at) -> None:
    for number in range(60):
        bank_at.client(f"E{number:02d}", "B1", first_week=WEEK)
        bank_at.alert(f"E{number:02d}", grade=Grade.PROMPT, at_risk=1_00 + number)
    person = desk.a("branch_staff", "B1")
    first = _page(person.get("/?grade=prompt"))
    assert len(_rows(first)) == 50
    onward = str(first.one("a", rel="next")["href"])
    assert "grade=prompt" in onward
    second = _page(person.get(onward))
    assert len(_rows(second)) == 11
    assert not set(_rows(first)) & set(_rows(second))
    assert _rows(_page(person.get("/?cursor=from-another-list"))) == ["C1", "C2", *_rows(first)[1:49]]


def test_the_pictures_of_a_page_come_from_one_statement(desk, bank_at) -> None:
    said: list[str] = []
    sa.event.listen(desk.store.engine, "before_cursor_execute", lambda _c, _u, text, *_: said.append(text))
    person = desk.a("branch_staff", "B1")
    said.clear()
    page = _page(person.get("/"))
    drawn = page.all("svg", _class="spark")
    assert len(drawn) == 1
    assert drawn[0]["aria-label"] == "Turnover a week: HK$6.5K over the last 13 weeks, HK$32.5K before"
    asked = [text for text in said if text.startswith(("SELECT", "WITH"))]
    assert len([text for text in asked if text.startswith("SELECT ledger")]) == 1
    assert len(asked) == 6  # session, news, page, pictures, who has left, totals


def test_a_client_that_has_left_is_known_as_such(desk, bank_at) -> None:
    with desk.store.write() as tx:
        tx.execute(sa.update(client).where(client.c.client_id == "C2").values(closed_on=date(2026, 3, 9)))
    page = _page(desk.a("branch_manager", "B1").get("/"))
    assert page.text.count("account closed on") == 1
    assert "account closed on 9 Mar 2026" in page.text


def test_an_empty_list_says_what_that_means(desk) -> None:
    person = desk.a("branch_staff", "B9")
    assert "Nobody is ebbing away" in _page(person.get("/")).text
    assert "Nothing here passes these filters" in _page(person.get("/?grade=alarm")).text


def test_the_list_is_in_the_reader_s_language(desk, bank_at) -> None:
    person = desk.a("branch_manager", "B1")
    person.cookies.set("language", "zh-Hans")
    page = _page(person.get("/"))
    assert page.one("html")["lang"] == "zh-Hans"
    assert "周一清单" in page.text
    assert "面临流失" in page.text
    assert "较前一年下降38%" in page.text


def test_several_are_acknowledged_by_a_plain_form(desk, bank_at) -> None:
    person = desk.a("branch_staff", "B1")
    page = _page(person.get("/?grade=alarm&state=open"))
    ids = [found["value"] for found in page.all("input", name="alert_ids")]
    answer = _send(person, page, act="acknowledge", alert_ids=ids)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?state=open&grade=alarm"
    assert _states(desk) == {"C1": "acknowledged", "C2": "open", "D1": "open"}
    assert "1 alert acknowledged." in _page(person.get("/")).text
    assert "1 alert acknowledged." not in _page(person.get("/")).text


def test_a_form_sent_twice_is_one_change(desk, bank_at) -> None:
    person = desk.a("branch_staff", "B1")
    page = _page(person.get("/"))
    ids = [found["value"] for found in page.all("input", name="alert_ids")]
    assert [_send(person, page, act="acknowledge", alert_ids=ids).status_code for _ in range(2)] == [303, 303]
    with desk.store.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(audit)) == 2


def test_a_snooze_says_what_it_lacks_and_keeps_what_was_ticked(desk, bank_at) -> None:
    person = desk.a("branch_staff", "B1")
    page = _page(person.get("/"))
    ids = [found["value"] for found in page.all("input", name="alert_ids")]
    answer = _send(person, page, act="snooze", alert_ids=ids[:1], until=str(NOW.date() + timedelta(days=5)))
    assert answer.status_code == 422
    again = _page(answer)
    assert again.one("textarea", name="reason")["aria-invalid"] == "true"
    assert "Please fill this in." in again.text
    assert [found["value"] for found in again.all("input", name="alert_ids") if "checked" in found] == ids[:1]
    assert again.value("until") == "2026-01-18"
    sent = _send(person, again, act="snooze", alert_ids=ids[:1], until="2026-01-18", reason="new year lull")
    assert sent.status_code == 303
    assert _states(desk)["C1"] == "snoozed"


def test_a_snooze_too_far_ahead_is_said_at_the_day(desk, bank_at) -> None:
    person = desk.a("branch_staff", "B1")
    person.cookies.set("language", "zh-Hans")
    page = _page(person.get("/"))
    ids = [found["value"] for found in page.all("input", name="alert_ids")]
    answer = _send(person, page, act="snooze", alert_ids=ids, until="2027-01-18", reason="春节")
    assert answer.status_code == 422
    assert "请选择今天之后、13 周以内的日期。" in _page(answer).text
    assert set(_states(desk).values()) == {"open"}


def test_an_assignment_takes_nothing_of_the_other_acts(desk, bank_at) -> None:
    person = desk.a("branch_manager", "B1")
    page = _page(person.get("/"))
    ids = [found["value"] for found in page.all("input", name="alert_ids")]
    typed = {"until": "2026-01-20", "reason": "typed and left"}
    assert _send(person, page, act="assign", alert_ids=ids, assignee="staff-04", **typed).status_code == 303
    assert _rows(_page(person.get("/?assignee=staff-04"))) == ["C1", "C2"]
    assert _send(person, _page(person.get("/")), act="assign", alert_ids=ids, assignee="").status_code == 303
    assert _rows(_page(person.get("/?assignee=staff-04"))) == []


def test_nothing_ticked_is_said(desk, bank_at) -> None:
    person = desk.a("branch_staff", "B1")
    answer = _send(person, _page(person.get("/")), act="acknowledge")
    assert answer.status_code == 422
    assert "Tick the alerts that you mean first." in _page(answer).text


def test_another_branch_s_alert_is_not_acted_on(desk, bank_at) -> None:
    person = desk.a("branch_staff", "B1")

    with desk.store.read() as tx:
        theirs = list(tx.scalars(sa.select(alert.c.alert_id).where(alert.c.client_id == "D1")))
    answer = _send(person, _page(person.get("/")), act="acknowledge", alert_ids=theirs)
    assert answer.status_code == 303
    assert "Done for 0 of them" in _page(person.get("/")).text
    assert _states(desk)["D1"] == "open"


def test_who_may_only_read_has_nothing_to_tick(desk, bank_at) -> None:
    person = desk.a("auditor")
    page = _page(person.get("/"))
    assert page.all("input", name="alert_ids") == []
    assert page.all("button", name="act") == []
    refused = person.post(BULK, data={"csrf": csrf_of(person), "act": "acknowledge"})
    assert refused.status_code == 403


def test_only_who_may_form_a_task_force_is_offered_one(desk, bank_at) -> None:
    manager, staff = (_page(desk.a(role, "B1").get("/")) for role in ("branch_manager", "branch_staff"))
    assert manager.one("a", href="/desk/cases/new?client_id=C1")["aria-label"] == "Form a task force for C1 Trading"
    assert staff.all("a", href="/desk/cases/new?client_id=C1") == []


def test_a_page_holds_nothing_that_its_policy_refuses(desk, bank_at) -> None:
    bank_at.client("X1", "B1", name="<script>alert(1)</script> & \"Co\" 'Ltd'", first_week=WEEK)
    bank_at.alert("X1")
    answer = desk.a("branch_manager", "B1").get("/")
    page = _page(answer)
    assert page.has_inline() == []
    assert "<script>alert(1)</script> & \"Co\" 'Ltd'" in page.text
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"


def test_a_planted_word_is_not_repeated(desk, bank_at) -> None:
    person = desk.a("branch_staff", "B1")
    planted = base64.urlsafe_b64encode(b'{"text":"Call 555-0100 at once"}').decode()
    person.cookies.set("ebbwatch_told", planted)
    assert "555-0100" not in _page(person.get("/")).text


def test_what_is_drawn_for_standard_care_says_so_and_offers_no_task_force(desk, bank_at) -> None:
    drawn = BankRules(holdout_share=1.0, holdout_below_minor=1_000_000_00)
    desk.app.state.deps = replace(desk.app.state.deps, rules=drawn)
    manager = desk.a("branch_manager", "B1")
    page = _page(manager.get("/"))  # C1 is an alarm, which is treated like any other
    assert "standard care" not in _page(manager.get("/?grade=alarm")).text
    (mark,) = page.all("span", _class="state is-standard")
    assert str(mark["title"]).startswith("Drawn by lot for standard care: no task force")
    assert not page.all("a", href="/desk/cases/new?client_id=C2")
    assert page.one("a", href="/desk/cases/new?client_id=C1")
    manager.cookies.set("language", "zh-Hans")
    assert "常规维护" in _page(manager.get("/")).text
