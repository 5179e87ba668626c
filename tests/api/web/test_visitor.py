"""Who gets to see a page, for how long, and where the others are sent."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy.exc import OperationalError

from api.web.paths import local_path
from api.web.session_cookie import cookie_name
from store.sign_in import web_sessions
from tests.api.web.conftest import csrf_of
from tests.busy_database import locked

PAGE, CASE, FORM = "/try/page", "/try/case", "/try/form"


def back_to(answer) -> str:
    """Where the sign-in page that an answer leads to will lead back to."""
    assert answer.status_code == 303, answer.text
    there = urlsplit(answer.headers["location"])
    assert there.path == "/sign-in"
    return parse_qs(there.query)["next"][0]


def test_a_visitor_is_who_the_session_says(desk) -> None:
    shown = desk.a("branch_staff", "B1", user="staff-4").get(PAGE).json()
    assert shown == {"user": "staff-4", "role": "branch_staff", "branch": "B1", "language": "en"}
    assert desk.a("approver", user="approver-1").get(PAGE).json()["branch"] is None


def test_a_page_and_the_api_ask_the_same_table_of_rights(desk) -> None:
    assert desk.a("branch_manager", "B1", user="manager-b001").get(CASE).json() == "manager-b001"
    assert desk.a("branch_staff", "B1").get(CASE).status_code == 403


def test_a_role_that_may_not_see_the_page_may_not_post_to_it(desk) -> None:
    staff = desk.a("branch_staff", "B1")
    assert staff.post(CASE, data={"csrf": csrf_of(staff)}).status_code == 403


def test_who_is_not_signed_in_is_led_back_to_what_they_asked_for(desk) -> None:
    assert back_to(desk.anyone().get(PAGE)) == PAGE
    assert back_to(desk.anyone().get(f"{PAGE}?grade=alarm&q=a%20b")) == f"{PAGE}?grade=alarm&q=a%20b"


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(desk) -> None:
    here = {"Referer": "http://testserver/clients/C1?weeks=52"}
    assert back_to(desk.anyone().post(FORM, headers=here)) == "/clients/C1?weeks=52"
    assert back_to(desk.anyone().post(FORM, headers={"Referer": "http://elsewhere.example/x"})) == "/"


@pytest.mark.parametrize(
    "by_script",
    [
        {"X-CSRF-Token": "x"},
        {"Sec-Fetch-Mode": "cors"},
        {"Accept": "text/event-stream"},
        {"Accept": "application/json, text/plain"},
    ],
)
def test_a_script_is_told_and_not_shown_the_way(desk, by_script) -> None:
    assert desk.anyone().get(PAGE, headers=by_script).status_code == 401


@pytest.mark.parametrize("cookie", ["x", "", "x" * 5000, '"', "\x00"])
def test_a_made_up_cookie_opens_nothing(desk, cookie) -> None:
    headers = {"Cookie": f"{cookie_name(desk.config)}={cookie}"}
    assert desk.anyone().get(PAGE, headers=headers).status_code == 303


def test_a_bearer_token_is_for_the_api_and_a_cookie_for_the_pages(desk) -> None:
    assert desk.a("auditor").get("/api/v1/alerts").status_code == 401


def test_a_session_ends_after_its_hours_however_busy_it_was(desk) -> None:
    staff = desk.a("branch_staff", "B1")
    for _ in range(10 * 60 // 20 - 1):
        desk.later(minutes=20)
        assert staff.get(PAGE).status_code == 200
    desk.later(minutes=20)
    assert staff.get(PAGE).status_code == 303


def test_a_session_that_is_left_alone_ends_after_half_an_hour(desk) -> None:
    staff = desk.a("branch_staff", "B1")
    desk.later(minutes=29)
    assert staff.get(PAGE).status_code == 200
    desk.later(minutes=30)
    assert staff.get(PAGE).status_code == 303


def test_a_page_is_a_read_within_the_same_minute(desk, seen_of) -> None:
    staff = desk.a("branch_staff", "B1")
    began = desk.world.now
    desk.later(seconds=59)
    staff.get(PAGE)
    assert seen_of(desk) == began
    desk.later(seconds=1)
    staff.get(PAGE)
    assert seen_of(desk) == began + timedelta(minutes=1)


def test_a_busy_database_keeps_nobody_from_their_page(desk, monkeypatch) -> None:
    def busy(*_: object) -> None:
        raise OperationalError("UPDATE", {}, locked())

    staff = desk.a("branch_staff", "B1")
    desk.later(minutes=2)
    monkeypatch.setattr(web_sessions, "save_seen", busy)
    assert staff.get(PAGE).status_code == 200


def test_a_browser_that_listens_for_events_keeps_nobody_signed_in(desk) -> None:
    staff = desk.a("branch_staff", "B1")
    desk.later(minutes=29)
    assert staff.get(PAGE, headers={"Accept": "text/event-stream"}).status_code == 200
    desk.later(minutes=1)
    assert staff.get(PAGE).status_code == 303


def test_each_device_has_a_session_of_its_own(desk) -> None:
    one, other = desk.a("branch_staff", "B1"), desk.a("branch_staff", "B1")
    with desk.store.write() as tx:
        web_sessions.end_session(tx, web_sessions.hash_token(one.cookies[cookie_name(desk.config)]))
    assert one.get(PAGE).status_code == 303
    assert other.get(PAGE).status_code == 200


def test_a_role_that_this_version_does_not_know_is_signed_out(desk, rewrite) -> None:
    staff = desk.a("branch_staff", "B1")
    rewrite(desk, role="teller")
    assert staff.get(PAGE).status_code == 303


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        (None, None, "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        (None, "fr, en;q=0.5, zh;q=0.8", "zh-Hans"),
        (None, "zh;q=0, en", "en"),
        (None, "fr", "en"),
        (None, "zh;q=x", "en"),
        ("zh-Hans", "en", "zh-Hans"),
        ("en", "zh", "en"),
        ("klingon", "zh", "zh-Hans"),
    ],
)
def test_the_language_is_the_chosen_one_else_the_browsers(desk, cookie, accepted, language) -> None:
    staff = desk.a("branch_staff", "B1")
    if cookie:
        staff.cookies.set("language", cookie)
    shown = staff.get(PAGE, headers={"Accept-Language": accepted} if accepted else {})
    assert shown.json()["language"] == language


@pytest.mark.parametrize(
    "elsewhere",
    [
        None,
        "",
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "/a\\b",
        "/\t/elsewhere.example",
        "/a\r\nSet-Cookie: x",
        "/a b",
        "/\u2215",
        "javascript:alert(1)",
        "clients",
        "/sign-in?next=/sign-in",
        "/sign-out",
        "/" + "x" * 2000,
    ],
)
def test_nobody_is_sent_to_another_host_or_round_in_circles(elsewhere) -> None:
    assert local_path(elsewhere) == "/"


@pytest.mark.parametrize("path", ["/", "/clients/C1", "/alerts?q=%E4%B8%AD&x=//y", "/cases/1#tasks"])
def test_a_path_on_this_host_is_gone_back_to(path) -> None:
    assert local_path(path) == path
