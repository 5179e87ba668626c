"""Every notice leads to a page that is there, for the person whom it tells, and to the place on it."""

from __future__ import annotations

from datetime import date
from typing import get_args
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from casework.notices.notice_facts import (
    ApprovalWaiting,
    BranchMoved,
    CaseAssigned,
    CaseMoved,
    Deadline,
    Digest,
    Facts,
    NewAlarm,
    RemedyEnding,
    Several,
    Trial,
)
from casework.notices.text import desk_path, notice_text
from language.catalogues import languages
from schemas.messages import Summary
from schemas.vocabulary import NoticeKind
from tests.api.conftest import CASE, WEEK
from tests.api.web.case_desk import CaseDesk

DESK_URL = "https://desk.bank.example"
ODD = "HK/7:A"  # an id that an address has to escape
DAY = date(2026, 1, 20)


@pytest.fixture
def case(desk) -> CaseDesk:
    made = CaseDesk(desk)
    made.bank.client(ODD, "B1", first_week=WEEK)
    made.remedy_id = made.submit().rpartition("/")[2]
    return made


def every_notice(case: CaseDesk) -> list[tuple[NoticeKind, Facts, TestClient]]:
    """One of each kind and of each form of its facts, with whom it is for."""
    fee, branch = "fee_reduction", case.manager
    of_case = Deadline("first_contact", DAY, "C1", "C1 Trading", CASE)
    of_alert = Deadline("acknowledge", DAY, ODD, "Odd Ltd", None, case.alert)
    return [
        ("new_alarm", NewAlarm(case.alert, "C1", "C1 Trading", Summary("It ebbs.", "下降。")), case.staff),
        ("new_alarm", NewAlarm(case.alert, ODD, "Odd Ltd", Summary("It ebbs.", "下降。")), case.staff),
        ("case_assigned", CaseAssigned(CASE, "C1", "C1 Trading", "analyst"), case.staff),
        ("case_assigned", CaseMoved(CASE, "C1", "C1 Trading", "B2", "B1", taking=True), case.manager),
        ("approval_waiting", ApprovalWaiting(case.remedy_id, CASE, "C1 Trading", fee, "branch", 100), branch),
        (
            "approval_waiting",
            ApprovalWaiting(case.remedy_id, CASE, "C1 Trading", fee, "region", 100),
            case.approver,
        ),
        ("sla_warning", of_case, case.staff),
        ("sla_warning", of_alert, case.staff),
        ("sla_breach", of_case, case.manager),
        ("sla_breach", of_alert, case.manager),
        ("escalation", of_case, case.approver),
        ("escalation", of_alert, case.approver),
        ("remedy_ending", RemedyEnding(case.remedy_id, CASE, "C1 Trading", fee, DAY), case.staff),
        ("branch_moved", BranchMoved("B1", DAY, -12.0, False, 40, 7), case.manager),
        ("weekly_digest", Digest(DAY, "B1", 1, 2, 300, 4, 5, 6), case.manager),
        ("sla_breach", Several(7, ("C1 Trading",)), case.manager),
        ("test", Trial(), case.auditor),
    ]


def test_every_kind_of_notice_leads_to_a_page_and_a_place_on_it(case) -> None:
    notices = every_notice(case)
    assert {kind for kind, _, _ in notices} == {*get_args(get_args(NoticeKind)[0]), "test"}
    assert {type(facts) for _, facts, _ in notices} == set(get_args(Facts))
    for kind, facts, reader in notices:
        for language in languages():
            body = notice_text(kind, facts, language, currency="HKD", desk_url=DESK_URL).body
            link = urlsplit(body.splitlines()[-1].removeprefix(DESK_URL))
            page = reader.get(link.path)
            assert page.status_code == 200, (kind, link)
            assert not link.fragment or f'id="{link.fragment}"' in page.text, (kind, link)


def test_the_places_are_those_of_the_remedy_and_of_its_case(case) -> None:
    paths = {type(facts): desk_path(facts) for _, facts, _ in every_notice(case)}
    assert paths[ApprovalWaiting] == f"/desk/approvals#remedy-{case.remedy_id}"
    assert paths[RemedyEnding] == f"/desk/cases/{CASE}#remedies"
