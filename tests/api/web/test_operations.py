"""Held weeks and dead letters, as operations sees them and acts on them without scripts."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from store.tables.ledger import shard_week
from store.tables.operations import audit, outbox
from tests.api.conftest import WEEK, Bank
from tests.api.web.conftest import Desk, csrf_of
from tests.api.web.reading import Page

HELD, DEAD = "/desk/held-weeks", "/desk/dead-letters"
RELEASE = f"{HELD}/0/2026-W02/release"


@pytest.fixture
def bank_at(desk: Desk) -> Bank:
    bank = Bank(desk.store)
    bank.two_branches()
    return bank


def _page(answer, status: int = 200) -> Page:
    assert answer.status_code == status, answer.text
    return Page(answer.text)


def _hidden(page: Page) -> dict[str, str]:
    return {name: page.value(name) for name in ("key", "revision")}


def _send(person, path: str, page: Page, **fields: str):
    return person.post(path, data=_hidden(page) | {"csrf": csrf_of(person)} | fields)


def test_a_held_week_says_why_and_is_released_with_a_reason(desk, bank_at) -> None:
    person = desk.a("operations", user="ops-1")
    page = _page(person.get(HELD))
    for said in ("5–11 Jan 2026", "2026-W02", "5 of 7 events"):
        assert said in page.text
    answer = _send(person, RELEASE, page, reason="the branch was shut all week")
    assert (answer.status_code, answer.headers["location"]) == (303, HELD)
    after = _page(person.get(HELD))
    assert "The week is released" in after.text
    assert "No week is held" in after.text
    with desk.store.read() as tx:
        assert tx.scalar(sa.select(shard_week.c.state).where(shard_week.c.week == WEEK)) == "closed"
        told = tx.execute(sa.select(audit.c.actor, audit.c.after)).one()
    assert told.actor == "ops-1"
    assert told.after["reason"] == "the branch was shut all week"


def test_a_release_without_a_reason_is_refused_at_the_field(desk, bank_at) -> None:
    person = desk.a("operations")
    page = _page(_send(person, RELEASE, _page(person.get(HELD)), reason="  "), 422)
    assert page.one("textarea", name="reason")["aria-invalid"] == "true"
    assert "Please fill this in." in page.text


def test_a_week_released_meanwhile_is_said(desk, bank_at) -> None:
    person = desk.a("operations")
    page = _page(person.get(HELD))
    assert _send(person, RELEASE, page, reason="shut").status_code == 303
    again = _page(person.post(RELEASE, data={"csrf": csrf_of(person), "key": "other", "reason": "shut"}), 409)
    assert "is closed, not held" in again.text


def test_an_auditor_looks_and_releases_nothing(desk, bank_at) -> None:
    person = desk.a("auditor")
    assert _page(person.get(HELD)).all("textarea", name="reason") == []
    assert person.post(RELEASE, data={"csrf": csrf_of(person), "reason": "x"}).status_code == 403
    assert desk.a("branch_manager", "B1").get(HELD).status_code == 403


def test_dead_letters_are_narrowed_by_reason_and_by_what_was_sent_again(desk, bank_at) -> None:
    bank_at.dead_letter(2, reason="no_rate", detail="no rate of JPY")
    person = desk.a("operations")
    page = _page(person.get(DEAD))
    assert "Not an amount" in page.text
    assert "No exchange rate for the week" in page.text
    rows = _page(person.get(f"{DEAD}?reason=no_rate&replayed=false&topic=")).all("th", role="rowheader")
    assert len(rows) == 1
    assert "No dead letter is like that" in _page(person.get(f"{DEAD}?replayed=true")).text
    wrong = _page(person.get(f"{DEAD}?partition=first"), 422)
    assert wrong.one("input", name="partition")["aria-invalid"] == "true"


def test_the_original_bytes_are_shown_and_sent_again(desk, bank_at) -> None:
    identity = bank_at.dead_letter(3, value=b'{"name":"<b>Caf\xc3\xa9</b>"}')
    person = desk.a("operations", user="ops-1")
    page = _page(person.get(f"{DEAD}/{identity}"))
    assert '{"name":"<b>Café</b>"}' in page.text
    assert page.has_inline() == []
    assert _send(person, f"{DEAD}/{identity}/replay", page).status_code == 303
    after = _page(person.get(f"{DEAD}/{identity}"))
    assert "It is on its way to the topic it came from." in after.text
    assert "by ops-1" in after.text
    with desk.store.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(outbox).where(outbox.c.key == b"C1")) >= 1


def test_all_of_a_reason_are_sent_again_at_once(desk, bank_at) -> None:
    letters = [bank_at.dead_letter(number, reason="no_rate") for number in (3, 4)]
    person = desk.a("operations", user="ops-1")
    assert "Send all of them again" not in _page(person.get(DEAD)).text
    narrowed = f"{DEAD}?reason=no_rate&replayed=&topic=corebank.activity"
    assert "Send all of them again" not in _page(desk.a("auditor").get(narrowed)).text
    page = _page(person.get(narrowed))
    assert "Send all of them again" in page.text
    fields = {name: page.value(name) for name in ("key", "csrf", "topic")}
    sent = person.post(f"{DEAD}/replay", data=fields | {"reason": "no_rate"})
    assert (sent.status_code, sent.headers["location"]) == (303, DEAD)
    assert "They are on their way to the topics they came from." in _page(person.get(DEAD)).text
    for identity in letters:
        assert "by ops-1" in _page(person.get(f"{DEAD}/{identity}")).text


def test_an_amount_that_nobody_would_believe_asks_why_it_is_right(desk, bank_at) -> None:
    path = f"{DEAD}/{bank_at.dead_letter(6, reason='implausible_amount')}"
    person = desk.a("operations")
    assert "Send all of them again" not in _page(person.get(f"{DEAD}?reason=implausible_amount")).text
    page = _page(person.get(path))
    assert page.one("textarea", name="because")
    refused = _page(_send(person, f"{path}/replay", page), 422)
    assert refused.one("textarea", name="because")
    assert _send(person, f"{path}/replay", refused, because="confirmed", key="another").status_code == 303


def test_a_second_time_must_be_asked_for(desk, bank_at) -> None:
    identity = bank_at.dead_letter(4)
    person = desk.a("operations")
    assert _send(person, f"{DEAD}/{identity}/replay", _page(person.get(f"{DEAD}/{identity}"))).status_code == 303
    page = _page(person.get(f"{DEAD}/{identity}"))
    refused = _page(_send(person, f"{DEAD}/{identity}/replay", page), 409)
    assert "was sent again" in refused.text
    assert _send(person, f"{DEAD}/{identity}/replay", page, again="1", key="another").status_code == 303


def test_bytes_that_are_no_text_are_shown_in_base64(desk, bank_at) -> None:
    identity = bank_at.dead_letter(5, value=b"\xff\xfe\x00", key=None)
    page = _page(desk.a("operations").get(f"{DEAD}/{identity}"))
    assert "//4A" in page.text
    assert "Not UTF-8: shown in Base64." in page.text
    assert "There are none." in page.text


def test_what_has_no_bytes_cannot_be_sent(desk, bank_at) -> None:
    identity = bank_at.dead_letter(6, value=None)
    page = _page(desk.a("operations").get(f"{DEAD}/{identity}"))
    assert "Send it again" not in page.text
