"""Signing in at a certified OpenID provider, there and back, and every way in which it comes to nothing."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.web.session_cookie import cookie_name
from api.web.sign_in.oidc import OidcClient, OpenIdProvider
from store import audit
from store.audit import AuditFilter
from store.tables.sign_in import sign_in_attempt, web_session
from tests.oidc.running import CALLBACK, PUBLIC_URL, SECRET, SIGNED_OUT, AtProvider

pytestmark = pytest.mark.oidc
PAGE = "/try/page"
BROWSER = {"Accept": "text/html"}


class Installation:
    """The desk with the provider, a person's browser at the desk, and the same browser at the provider."""

    def __init__(self, desk, issuer: str, at_provider: AtProvider) -> None:
        self.desk, self.issuer, self.at_provider = desk, issuer, at_provider
        self.as_client("desk", SECRET)
        self.person = self.browser()

    def as_client(self, client_id: str, secret: str | None) -> None:
        known = OidcClient(self.issuer, client_id, secret, PUBLIC_URL, CALLBACK, SIGNED_OUT)
        self.desk.change(provider=OpenIdProvider(known), public_url=PUBLIC_URL)

    def browser(self) -> TestClient:
        return TestClient(
            self.desk.app,
            base_url=PUBLIC_URL,
            follow_redirects=False,
            headers=BROWSER,
            raise_server_exceptions=False,
        )

    def sent_out(self, wanted: str = PAGE) -> str:
        """The address at the provider that the desk sends the person to."""
        to_sign_in = self.person.get(wanted).headers["location"]
        answer = self.person.get(to_sign_in)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def there(self, user: str = "manager-b001", *, consent: bool = True, wanted: str = PAGE) -> str:
        """Through the provider; the address that it sends the person back to."""
        return self.at_provider.sign_in(self.sent_out(wanted), user, consent=consent)

    def refused(self, came_back: str, status: int, says: str) -> None:
        answer = self.person.get(came_back)
        assert answer.status_code == status, answer.text
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert says in answer.text
        assert cookie_name(self.desk.config) not in self.person.cookies
        assert self.person.get(PAGE).status_code == 303

    def change_attempts(self, **columns: object) -> None:
        with self.desk.store.write() as tx:
            tx.execute(sa.update(sign_in_attempt).values(columns))


@pytest.fixture
def bank(desk, issuer, at_provider) -> Installation:
    return Installation(desk, issuer, at_provider)


OVER = "This sign-in is over"
NOT_HELD = "gave an answer that does not hold"
NO_ROLE = "You have no role here"


def test_a_person_comes_back_as_who_the_provider_says_to_the_page_they_wanted(bank) -> None:
    answer = bank.person.get(bank.there(wanted=f"{PAGE}?weeks=52"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?weeks=52")
    shown = bank.person.get(PAGE).json()
    assert (shown["user"], shown["role"], shown["branch"]) == ("manager-b001", "branch_manager", "B001")
    with bank.desk.store.read() as tx:
        (row,) = audit.search(tx, AuditFilter(), before_id=None, limit=9)
        assert tx.execute(sa.select(sa.func.count()).select_from(sign_in_attempt)).scalar_one() == 0
    assert (row.entry.action, row.entry.actor, row.entry.role) == (
        "session.begin",
        "manager-b001",
        "branch_manager",
    )


@pytest.mark.parametrize(
    ("user", "role", "branch"), [("approver-1", "approver", None), ("staff-17", "branch_staff", "B001")]
)
def test_a_role_may_need_no_branch_and_may_stand_in_a_list(bank, user, role, branch) -> None:
    bank.person.get(bank.there(user))
    shown = bank.person.get(PAGE).json()
    assert (shown["role"], shown["branch"]) == (role, branch)


def test_a_client_without_a_secret_has_its_verifier_alone(bank) -> None:
    bank.as_client("desk-without-secret", None)
    assert bank.person.get(bank.there()).headers["location"] == PAGE


def test_what_is_sent_out_is_a_code_flow_with_a_challenge_a_state_and_a_nonce(bank) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(bank.sent_out()).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == PUBLIC_URL + CALLBACK
    assert {len(asked["code_challenge"]), len(asked["nonce"])} == {43}
    again = parse_qs(urlsplit(bank.sent_out()).query)
    assert not {asked["state"], asked["nonce"], asked["code_challenge"]} & {v for vs in again.values() for v in vs}
    with bank.desk.store.read() as tx:
        kept = str(tx.execute(sa.select(sign_in_attempt)).all())
    assert asked["state"] not in kept


def test_two_tabs_may_be_on_their_way_at_once(bank) -> None:
    first, second = bank.sent_out(PAGE), bank.sent_out("/try/case")
    assert bank.person.get(bank.at_provider.sign_in(second, "staff-17")).headers["location"] == "/try/case"
    assert bank.person.get(bank.at_provider.sign_in(first, "staff-17")).headers["location"] == PAGE


def test_a_state_that_was_made_up_opens_nothing(bank) -> None:
    came_back = bank.there()
    said = {name: values[0] for name, values in parse_qs(urlsplit(came_back).query).items()}
    for state in ("", "x", "x.y", said["state"][:-1], said["state"] + "0"):
        bank.refused(f"{CALLBACK}?{urlencode(said | {'state': state})}", 403, OVER)
    bank.refused(CALLBACK, 403, OVER)


def test_a_sign_in_that_began_in_another_browser_ends_in_none(bank) -> None:
    attackers, bank.person = bank.there("approver-1"), bank.browser()
    bank.refused(attackers, 403, OVER)
    bank.sent_out()  # a browser with a secret of its own does not take it either
    bank.refused(attackers, 403, OVER)


def test_a_code_is_taken_once_with_its_own_state_and_with_another(bank) -> None:
    came_back = bank.there()
    assert bank.person.get(came_back).status_code == 303
    bank.person.cookies.delete(cookie_name(bank.desk.config))
    bank.refused(came_back, 403, OVER)
    code = parse_qs(urlsplit(came_back).query)["code"][0]
    later = {name: values[0] for name, values in parse_qs(urlsplit(bank.there()).query).items()}
    bank.refused(f"{CALLBACK}?{urlencode(later | {'code': code})}", 403, NOT_HELD)


def test_after_ten_minutes_a_sign_in_is_over(bank) -> None:
    came_back = bank.there()
    bank.desk.world.now += timedelta(minutes=10)
    bank.refused(came_back, 403, OVER)


def test_an_id_token_of_another_sign_in_does_not_hold(bank) -> None:
    came_back = bank.there()
    bank.change_attempts(nonce="of-another")
    bank.refused(came_back, 403, NOT_HELD)


def test_a_code_without_its_verifier_is_worth_nothing(bank) -> None:
    came_back = bank.there()
    bank.change_attempts(code_verifier="v" * 64)
    bank.refused(came_back, 403, NOT_HELD)


def test_an_answer_that_names_another_issuer_or_none_is_shown_to_nobody(bank) -> None:
    for issuer in ("https://elsewhere.example", None):
        said = {name: values[0] for name, values in parse_qs(urlsplit(bank.there()).query).items()}
        del said["iss"]
        bank.refused(f"{CALLBACK}?{urlencode(said | ({'iss': issuer} if issuer else {}))}", 403, NOT_HELD)


def test_a_token_signed_with_the_shared_secret_does_not_hold(bank) -> None:
    bank.as_client("desk-by-secret", SECRET)
    bank.refused(bank.there(), 403, NOT_HELD)


def test_a_wrong_client_secret_is_a_page(bank) -> None:
    bank.as_client("desk", "another-secret-of-more-than-thirty-two-characters")
    bank.refused(bank.there(), 403, NOT_HELD)


@pytest.mark.parametrize("user", ["teller-1", "guest-1", "no-branch", "two-roles"])
def test_whom_the_bank_gives_no_role_here_is_told_and_may_leave_that_account(bank, user) -> None:
    came_back = bank.there(user)
    page = bank.person.get(came_back).text
    assert NO_ROLE in page
    assert f'href="{bank.issuer}/session/end?' in page
    bank.refused(came_back, 403, OVER)


def test_who_says_no_at_the_provider_is_told_so(bank) -> None:
    bank.refused(bank.there(consent=False), 403, "You were not signed in")


def test_signing_out_here_signs_out_there_too(bank) -> None:
    bank.person.get(bank.there())
    with bank.desk.store.read() as tx:
        csrf = tx.execute(sa.select(web_session.c.csrf)).scalar_one()
    answer = bank.person.post("/sign-out", data={"csrf": csrf})
    assert answer.status_code == 303
    assert bank.at_provider.sign_out(answer.headers["location"]) == PUBLIC_URL + SIGNED_OUT
    assert bank.person.get(PAGE).status_code == 303
    assert bank.person.get(SIGNED_OUT).status_code == 200
    # Who was signed in at the provider is asked for a password again: another person comes back.
    bank.person.get(bank.there("approver-1"))
    assert bank.person.get(PAGE).json()["user"] == "approver-1"


def test_a_local_account_is_no_way_around_the_provider(bank) -> None:
    assert bank.person.post("/sign-in", data={"user": "manager-b001", "password": "x"}).status_code == 404


def test_a_form_may_end_at_the_provider_and_nowhere_else(bank) -> None:
    bank.sent_out()
    policy = bank.person.get(SIGNED_OUT).headers["Content-Security-Policy"]
    assert f"form-action 'self' {bank.issuer};" in policy
