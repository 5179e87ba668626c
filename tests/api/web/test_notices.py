"""How one wants to be told: one's own alone, and an address that is written once and never shown."""

from __future__ import annotations

import pytest

from store.notices import notice_preferences
from tests.api.web.case_desk import CaseDesk
from tests.api.web.filling import actions_of, form_to, send
from tests.api.web.reading import Page

NOTICES = "/desk/notices"
KEEP = f"{NOTICES}/preferences"
ADDRESS = "json://robot:hush-hush@mail.bank.example/x"


@pytest.fixture
def case(desk) -> CaseDesk:
    return CaseDesk(desk)


def kept(case: CaseDesk, user: str = "staff-17"):
    with case.desk.store.read() as tx:
        return notice_preferences.find(tx, user)


def test_who_never_said_anything_is_asked_where(case) -> None:
    html = case.staff.get(NOTICES).text
    form = form_to(html, KEEP)
    assert "You are not told yet: say where." in html
    assert len(form.ticked("kinds")) == 9
    assert actions_of(html) == {KEEP}
    assert Page(html).has_inline() == []


def test_what_one_says_is_kept_and_the_address_is_shown_no_more(case) -> None:
    answer = send(case.staff, NOTICES, KEEP, address=ADDRESS, kinds=["new_alarm"], quiet_from="22:00",
                  quiet_until="07:30", language="zh-Hans")  # fmt: skip
    assert answer.headers["location"] == NOTICES
    mine = kept(case)
    assert (mine.address, mine.kinds, mine.language) == (ADDRESS, {"new_alarm"}, "zh-Hans")
    html = case.staff.get(NOTICES).text
    assert "You are told at json://…" in html
    assert "hush" not in html
    form = form_to(html, KEEP)
    assert (form.ticked("kinds"), form.value("quiet_from"), form.value("address")) == (["new_alarm"], "22:00", "")


def test_nothing_ticked_is_nothing_told_and_the_address_stays(case) -> None:
    send(case.staff, NOTICES, KEEP, address=ADDRESS)
    assert send(case.staff, NOTICES, KEEP, kinds=None).status_code == 303
    assert (kept(case).kinds, kept(case).address) == (frozenset(), ADDRESS)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"address": "ftp://hush-hush"}, "Write an address of a kind that the bank allows."),
        ({"address": None}, "The first time one is needed."),
        ({"address": ADDRESS, "quiet_until": None}, "Write two different times of day"),
        ({"address": ADDRESS, "quiet_until": "22:00"}, "Write two different times of day"),
    ],
)
def test_what_does_not_fit_is_told_with_what_was_typed_but_the_secret(case, wrong, told) -> None:
    typed = {"kinds": ["escalation"], "quiet_from": "22:00", "quiet_until": "06:00"} | wrong
    answer = send(case.staff, NOTICES, KEEP, **typed)
    form = form_to(answer.text, KEEP)
    assert (answer.status_code, told in answer.text, "hush" in answer.text) == (422, True, False)
    assert (form.ticked("kinds"), form.value("quiet_from")) == (["escalation"], "22:00")
    assert kept(case) is None


def test_a_test_goes_out_and_stands_in_the_list(case) -> None:
    send(case.staff, NOTICES, KEEP, address=ADDRESS)
    assert send(case.staff, NOTICES, f"{NOTICES}/test").status_code == 303
    page = Page(case.staff.get(NOTICES).text)
    assert "A test is on its way." in page.text
    assert "Ebbwatch: test Waiting" in page.text
    assert "Ebbwatch: test" not in case.manager.get(NOTICES).text


def test_a_test_without_an_address_says_what_is_lacking(case) -> None:
    answer = case.staff.post(f"{NOTICES}/test", data={"csrf": case.staff.headers["X-Test-Token"]})
    assert (answer.status_code, "Say first at which address" in answer.text) == (409, True)


def test_two_tabs_do_not_undo_each_other(case) -> None:
    form = form_to(case.staff.get(NOTICES).text, KEEP)
    send(case.staff, NOTICES, KEEP, address=ADDRESS, kinds=["new_alarm"])
    answer = case.staff.post(KEEP, data=form.filled(address=ADDRESS, kinds=["escalation"]))
    assert (answer.status_code, "Somebody else changed this meanwhile." in answer.text) == (412, True)
    assert kept(case).kinds == {"new_alarm"}


def test_a_list_that_is_not_known_begins_at_the_beginning(case) -> None:
    assert case.staff.get(f"{NOTICES}?cursor=nonsense").status_code == 200


def test_everybody_has_notices(case) -> None:
    for person in (case.approver, case.auditor, case.desk.a("operations")):
        assert person.get(NOTICES).status_code == 200
