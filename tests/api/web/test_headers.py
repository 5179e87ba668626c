"""What a browser is held to: on pages, on their files, and on the API, which is none of them."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from api.web.assets import static_url
from store.sign_in import web_sessions
from tests.busy_database import locked

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
POLICY = (
    "default-src 'none'; script-src 'self'; "
    "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' "
    "'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(desk) -> None:
    page = desk.anyone().get("/sign-in")
    assert page.headers["Content-Security-Policy"] == POLICY
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script>" not in page.text
    assert "style=" not in page.text


def test_the_api_and_its_documentation_keep_their_own_policies(desk) -> None:
    person = desk.anyone()
    assert person.get("/healthz").headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "'unsafe-inline'" in person.get("/docs").headers["Content-Security-Policy"]
    assert person.get(static_url("desk.css")).headers["Content-Security-Policy"].startswith("default-src 'none';")


@pytest.mark.parametrize("path", ["/sign-in", "/healthz", "/api/v1/alerts", "/nowhere", "/try/page"])
def test_under_tls_a_browser_is_told_to_stay_there_by_every_answer(desk, path) -> None:
    assert "Strict-Transport-Security" not in desk.anyone().get(path).headers
    desk.change(public_url="https://desk.bank.example")
    assert desk.anyone().get(path).headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("public_url", [None, "http://127.0.0.1:8080", "https://desk.bank.example"])
def test_every_cookie_is_out_of_reach_of_scripts_and_other_sites(desk, public_url) -> None:
    desk.change(public_url=public_url)
    cookies = [value for name, value in desk.anyone().get("/sign-in").headers.multi_items() if name == "set-cookie"]
    assert len(cookies) == 1
    told = {part.strip().lower() for part in cookies[0].split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= told
    is_https = str(public_url).startswith("https")
    assert ("secure" in told) is is_https
    assert cookies[0].startswith("__Host-") is is_https
    assert not any(part.startswith("domain") for part in told)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/nowhere", 404, "This page is not there"),
        ("/static/0/x.js", 404, "This page is not there"),
        ("/desk/language", 405, "This does not fit here"),
        ("/try/case", 403, "Your role does not open this"),
    ],
)
def test_what_goes_wrong_is_a_page_to_a_person_and_a_problem_to_a_program(desk, path, status, says) -> None:
    staff = desk.a("branch_staff", "B1")
    page = staff.get(path, headers=BROWSER)
    assert (page.status_code, page.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert says in page.text
    assert page.headers["Content-Security-Policy"] == POLICY
    for headers in ({"Accept": "*/*"}, {"Accept": "application/json"}, {"Accept": ""}):
        answer = staff.get(path, headers=headers)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")


@pytest.mark.parametrize("path", ["/api/v1/alerts", "/api/v1/nowhere", "/api/"])
def test_the_api_answers_a_browser_as_it_answers_everybody(desk, path) -> None:
    assert desk.anyone().get(path, headers=BROWSER).headers["Content-Type"] == "application/problem+json"


def test_a_page_of_what_went_wrong_speaks_the_readers_language(desk) -> None:
    page = desk.anyone().get("/nowhere", headers=BROWSER | {"Accept-Language": "zh-CN"})
    assert '<html lang="zh-Hans">' in page.text
    assert "页面不存在" in page.text


def test_whose_role_does_not_open_a_page_keeps_the_way_to_the_others(desk) -> None:
    page = desk.a("branch_staff", "B1", user="staff-4").get("/try/case", headers=BROWSER)
    assert "staff-4" in page.text
    assert 'action="/sign-out"' in page.text


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (RuntimeError("secret detail"), 500, "Something broke on our side"),
        (OperationalError("SELECT secret", {}, locked()), 503, "Not available just now"),
    ],
)
def test_a_crash_is_a_page_with_its_number_and_without_its_trace(desk, monkeypatch, error, status, says) -> None:
    def broken(*_: object) -> None:
        raise error

    staff = desk.a("branch_staff", "B1")
    monkeypatch.setattr(web_sessions, "find_session", broken)
    page = staff.get("/try/page", headers=BROWSER)
    assert page.status_code == status
    assert says in page.text
    assert page.headers["X-Request-ID"] in page.text
    assert "secret" not in page.text
    assert page.headers["Content-Security-Policy"] == POLICY
    assert ("Retry-After" in page.headers) is (status == 503)


def test_a_broken_error_page_hides_nothing(desk, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the template")

    monkeypatch.setattr("api.web.error_page.render_for", broken)
    answer = desk.anyone().get("/nowhere", headers=BROWSER)
    assert (answer.status_code, answer.json()["title"]) == (
        404,
        "There is no such thing, or it is not yours to see",
    )
