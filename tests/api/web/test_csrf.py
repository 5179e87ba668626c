"""Another site cannot have a signed-in person's browser change anything."""

from __future__ import annotations

import pytest

from tests.api.web.conftest import csrf_of

FORM = "/try/form"
OWN = "http://testserver"


def test_a_form_of_the_session_is_taken(desk) -> None:
    staff = desk.a("branch_staff", "B1", user="staff-4")
    assert staff.post(FORM, data={"csrf": csrf_of(staff), "note": "x"}).json() == "staff-4"


def test_a_script_sends_the_token_as_a_header(desk) -> None:
    staff = desk.a("branch_staff", "B1")
    assert staff.post(FORM, json={"a": 1}, headers={"X-CSRF-Token": csrf_of(staff)}).status_code == 200


@pytest.mark.parametrize("token", [None, "", "x", "\u00e9", "\u4e2d"])
def test_without_the_token_nothing_is_changed(desk, token) -> None:
    staff = desk.a("branch_staff", "B1")
    sent = staff.post(FORM, data={} if token is None else {"csrf": token})
    assert sent.status_code == 403
    assert "reload the page" in sent.text


def test_the_token_of_another_session_does_not_do(desk) -> None:
    staff, other = desk.a("branch_staff", "B1"), desk.a("branch_staff", "B1")
    assert staff.post(FORM, data={"csrf": csrf_of(other)}).status_code == 403


def test_a_token_in_the_address_or_in_json_is_none(desk) -> None:
    staff = desk.a("branch_staff", "B1")
    token = csrf_of(staff)
    assert staff.post(f"{FORM}?csrf={token}").status_code == 403
    assert staff.post(FORM, json={"csrf": token}).status_code == 403
    assert staff.post(FORM, content=f"csrf={token}", headers={"Content-Type": "text/plain"}).status_code == 403


def test_a_form_with_files_is_none_of_ours(desk) -> None:
    staff = desk.a("branch_staff", "B1")
    assert staff.post(FORM, data={"csrf": csrf_of(staff)}, files={"a": ("a.txt", b"x")}).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": OWN}, 200),
        ({"Origin": OWN, "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": f"{OWN}:81"}, 403),
        ({"Origin": f"{OWN}.elsewhere.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": OWN, "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_a_browser_that_names_another_site_is_believed_even_with_the_right_token(desk, headers, status) -> None:
    staff = desk.a("branch_staff", "B1")
    assert staff.post(FORM, data={"csrf": csrf_of(staff)}, headers=headers).status_code == status


def test_behind_a_proxy_the_public_address_is_ours(desk) -> None:
    desk.change(public_url="https://desk.bank.example")
    staff = desk.a("branch_staff", "B1")
    staff.base_url = "https://testserver"
    sent = staff.post(FORM, data={"csrf": csrf_of(staff)}, headers={"Origin": "https://desk.bank.example"})
    assert sent.status_code == 200


def test_a_form_obeys_the_size_limit_of_every_body(desk) -> None:
    staff = desk.a("branch_staff", "B1")
    assert staff.post(FORM, data={"csrf": csrf_of(staff), "note": "x" * 70_000}).status_code == 413
