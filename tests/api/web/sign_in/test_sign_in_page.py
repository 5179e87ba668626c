"""Signing in with a local account: whom it lets in, and that it tells the others nothing."""

from __future__ import annotations

import logging
import re
import threading
from urllib.parse import quote

import pytest
from argon2 import PasswordHasher, extract_parameters
from fastapi.testclient import TestClient

from acts.sign_in.passwords import Passwords, SignInBusy
from api.web.session_cookie import cookie_name
from casework.notices.recipients import Preference
from store import audit
from store.audit import AuditFilter
from store.notices import notice_preferences
from store.sign_in import accounts, web_sessions
from store.sign_in.accounts import TRIES, Account

# Weak on purpose: what is tested here is not how long argon2 takes.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse battery"
WRONG = "User or password is wrong, or the account is locked for a while."
PAGE = "/try/page"


@pytest.fixture
def bank(desk):
    """The desk with one account."""
    desk.change(passwords=Passwords(QUICK))
    made = Account("manager-b001", QUICK.hash(PASSWORD), "branch_manager", "B001", desk.world.now)
    with desk.store.write() as tx:
        accounts.add_account(tx, made)
    return desk


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


def try_in(person: TestClient, user="manager-b001", password=PASSWORD, next_="/", **headers: str):
    """Through the form, as a browser without scripts does."""
    page = person.get(f"/sign-in?next={quote(next_, safe='')}").text
    form = {name: hidden(page, name) for name in ("csrf", "next")}
    return person.post("/sign-in", data=form | {"user": user, "password": password}, headers=headers)


def account(desk) -> Account:
    with desk.store.read() as tx:
        (found,) = accounts.load_all(tx)
    return found


def audited(desk) -> list[tuple[str, str]]:
    with desk.store.read() as tx:
        return [
            (each.entry.action, each.entry.key) for each in audit.search(tx, AuditFilter(), before_id=None, limit=9)
        ]


def test_the_right_password_leads_to_the_page_that_was_wanted(bank) -> None:
    person = bank.anyone()
    sent_to = person.get(f"{PAGE}?a=1").headers["location"]
    form = {name: hidden(person.get(sent_to).text, name) for name in ("csrf", "next")}
    answer = person.post("/sign-in", data=form | {"user": " manager-b001 ", "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?a=1")
    assert person.get(PAGE).json() == {
        "user": "manager-b001",
        "role": "branch_manager",
        "branch": "B001",
        "language": "en",
    }
    assert audited(bank) == [("session.begin", "manager-b001")]


def test_who_is_signed_in_is_not_asked_again(bank) -> None:
    person = bank.anyone()
    try_in(person)
    assert person.get("/sign-in?next=/try/page").headers["location"] == PAGE


def test_a_token_from_before_signing_in_is_worth_nothing_afterwards(bank) -> None:
    person = bank.anyone()
    person.cookies.set(cookie_name(bank.config), "planted-by-somebody", domain="testserver.local")
    try_in(person)
    assert person.cookies[cookie_name(bank.config)] != "planted-by-somebody"
    stranger = bank.anyone()
    stranger.cookies.set(cookie_name(bank.config), "planted-by-somebody")
    assert stranger.get(PAGE).status_code == 303


def test_signing_in_again_ends_the_session_that_was(bank) -> None:
    person = bank.anyone()
    try_in(person)
    before = person.cookies[cookie_name(bank.config)]
    bank.later(minutes=31)
    assert try_in(person).status_code == 303
    bank.world.now = bank.world.now.replace(hour=2, minute=0)  # the old one would hold again
    other = bank.anyone()
    other.cookies.set(cookie_name(bank.config), before)
    assert other.get(PAGE).status_code == 303


def test_whatever_is_wrong_the_answer_is_the_same(bank) -> None:
    def answer(person: TestClient, **form: str) -> tuple[int, str]:
        shown = try_in(person, **form)
        return shown.status_code, re.sub(r'value="[^"]*"', "", shown.text)

    person = bank.anyone()
    wrong = answer(person, password="wrong")
    assert wrong[0] == 403
    assert WRONG in wrong[1]
    assert answer(person, user="nobody") == wrong
    assert answer(person, user="") == wrong
    assert answer(person, user="x" * 201) == wrong
    assert answer(person, password="") == wrong
    assert answer(person, password=PASSWORD + "x" * 300) == wrong
    for _ in range(TRIES):
        answer(person, password="wrong")
    assert answer(person) == wrong  # locked
    bank.later(hours=2)
    with bank.store.write() as tx:
        accounts.set_disabled(tx, "manager-b001", disabled=True)
    assert answer(person) == wrong


def test_a_password_is_compared_also_for_a_user_there_is_not(bank) -> None:
    compared = []

    class Watched(Passwords):
        def matches(self, kept: str | None, password: str) -> bool:
            compared.append(kept is not None)
            return super().matches(kept, password)

    bank.change(passwords=Watched(QUICK))
    for user in ("manager-b001", "nobody", "", "x" * 300):
        try_in(bank.anyone(), user=user, password="wrong")
    assert compared == [True, False, False, False]


def test_a_stranger_costs_the_same_work_as_a_known_user(bank) -> None:
    against = []

    class Watched(PasswordHasher):
        def verify(self, kept: str, password: str) -> bool:
            against.append(extract_parameters(kept))
            return super().verify(kept, password)

    passwords = Passwords(Watched(time_cost=1, memory_cost=8, parallelism=1))
    for kept in (None, account(bank).password_hash, None):
        assert not passwords.matches(kept, "wrong")
    assert against == [extract_parameters(account(bank).password_hash)] * 3


def test_five_wrong_passwords_lock_the_account_and_the_audit_trail_says_so(bank, caplog) -> None:
    caplog.set_level(logging.INFO)
    person = bank.anyone()
    for _ in range(TRIES):
        try_in(person, password="not-this-one")
    assert try_in(person).status_code == 403
    assert audited(bank) == [("account.lock", "manager-b001")]
    bank.later(minutes=1)
    assert try_in(person).status_code == 303
    assert account(bank).failures == 0
    said = " ".join(str(vars(record)) for record in caplog.records)
    assert "wrong password" in said
    assert "not-this-one" not in said
    assert PASSWORD not in said


def test_a_hash_of_older_parameters_is_made_anew_at_the_next_sign_in(bank) -> None:
    newer = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    before = account(bank).password_hash
    bank.change(passwords=Passwords(newer))
    assert try_in(bank.anyone()).status_code == 303
    after = account(bank).password_hash
    assert after != before
    assert not newer.check_needs_rehash(after)
    assert try_in(bank.anyone()).status_code == 303
    assert account(bank).password_hash == after


def test_argon2id_is_what_is_kept_where_nothing_else_was_said() -> None:
    assert Passwords().hash(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_an_account_of_a_role_that_is_none_here_does_not_get_in(bank) -> None:
    with bank.store.write() as tx:
        accounts.add_account(tx, Account("teller-1", QUICK.hash(PASSWORD), "teller", None, bank.world.now))
    assert try_in(bank.anyone(), user="teller-1").status_code == 403


def test_the_form_of_another_browser_signs_nobody_in(bank) -> None:
    mine, theirs = bank.anyone(), bank.anyone()
    form = {"csrf": hidden(mine.get("/sign-in").text, "csrf"), "user": "manager-b001", "password": PASSWORD}
    theirs.get("/sign-in")
    assert "keeps no cookies" in theirs.post("/sign-in", data=form).text
    assert "keeps no cookies" in bank.anyone().post("/sign-in", data=form).text
    assert theirs.get(PAGE).status_code == 303
    assert mine.post("/sign-in", data=form).status_code == 303
    assert account(bank).failures == 0


def test_another_site_signs_nobody_in(bank) -> None:
    assert try_in(bank.anyone(), Origin="https://elsewhere.example").status_code == 403
    assert try_in(bank.anyone(), **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert account(bank).failures == 0


def test_nobody_is_led_to_another_host(bank) -> None:
    assert try_in(bank.anyone(), next_="https://elsewhere.example/").headers["location"] == "/"
    person = bank.anyone()
    form = {"csrf": hidden(person.get("/sign-in").text, "csrf"), "user": "manager-b001", "password": PASSWORD}
    assert person.post("/sign-in", data=form | {"next": "//elsewhere.example"}).headers["location"] == "/"


def test_another_language_is_chosen_on_the_way_in_and_the_page_wanted_is_kept(bank) -> None:
    person = bank.anyone()
    page = person.get("/sign-in?next=/try/page").text
    chosen = person.post("/desk/language", data={"language": "zh-Hans", "back_to": hidden(page, "back_to")})
    assert chosen.headers["location"] == "/sign-in?next=/try/page"
    page = person.get("/sign-in?next=/try/page").text
    assert "登录" in page
    assert hidden(page, "next") == PAGE


def test_what_was_typed_is_shown_again_as_text_and_the_password_never(bank) -> None:
    page = try_in(bank.anyone(), user='"><script>alert(1)</script>', password="hunter2-hunter2").text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "hunter2" not in page


def test_a_form_that_is_too_long_is_refused(bank) -> None:
    person = bank.anyone()
    assert person.post("/sign-in", data={"password": "x" * 70_000}).status_code == 413


def test_more_at_once_than_memory_allows_wait_and_are_then_told(bank) -> None:
    inside, done = threading.Event(), threading.Event()

    class Slow(PasswordHasher):
        def verify(self, *_: object) -> bool:
            inside.set()
            return done.wait(10)

    passwords = Passwords(Slow(time_cost=1, memory_cost=8, parallelism=1), at_once=1, patience_s=0.05)
    first = threading.Thread(target=passwords.matches, args=(None, "x"))
    first.start()
    assert inside.wait(10)
    bank.change(passwords=passwords)
    with pytest.raises(SignInBusy):
        passwords.matches(None, "y")
    answer = try_in(bank.anyone())
    done.set()
    first.join()
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)


class TestSignOut:
    def test_the_session_is_gone_here_and_everywhere_else_stays(self, bank) -> None:
        one, other = bank.anyone(), bank.anyone()
        try_in(one)
        try_in(other)
        cookie = one.cookies[cookie_name(bank.config)]
        answer = one.post("/sign-out", data={"csrf": csrf_of_session(bank, cookie)})
        assert (answer.status_code, answer.headers["location"]) == (303, "/signed-out")
        assert cookie_name(bank.config) not in one.cookies
        one.cookies.set(cookie_name(bank.config), cookie)
        assert one.get(PAGE).status_code == 303
        assert other.get(PAGE).status_code == 200
        assert audited(bank)[0] == ("session.end", "manager-b001")

    def test_another_site_cannot_sign_anybody_out(self, bank) -> None:
        person = bank.anyone()
        try_in(person)
        assert person.post("/sign-out").status_code == 403
        assert person.get(PAGE).status_code == 200
        assert person.get("/sign-out").status_code == 405

    def test_who_is_out_already_is_told_the_same(self, bank) -> None:
        assert bank.anyone().post("/sign-out").headers["location"] == "/signed-out"
        page = bank.anyone().get("/signed-out")
        assert page.status_code == 200
        assert 'href="/sign-in"' in page.text


def csrf_of_session(desk, cookie: str) -> str:
    with desk.store.read() as tx:
        found = web_sessions.find_session(tx, web_sessions.hash_token(cookie), desk.world.now)
    assert found is not None
    return found.csrf


def test_what_a_person_is_told_follows_the_role_they_sign_in_with(bank) -> None:
    wanted = Preference("manager-b001", "branch_staff", "B002", "en", "json://sink.bank.example")
    with bank.store.write() as tx:
        notice_preferences.save(tx, wanted)
    assert try_in(bank.anyone()).status_code == 303
    with bank.store.read() as tx:
        kept = notice_preferences.get(tx, "manager-b001")
    assert (kept.role, kept.branch_id, kept.address) == ("branch_manager", "B001", wanted.address)
