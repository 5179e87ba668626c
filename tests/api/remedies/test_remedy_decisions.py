"""Remedies approved, rejected, sent back, changed, taken back and revoked: by whom, and what the bank hears."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from schemas.messages import TOPIC_REMEDIES, RemedyMessage
from store import outbox
from tests.api.conftest import CASE
from tests.api.remedy_desk import MARKETING, REDUCTION, V1, WAIVER, Desk

NOTE = {"note": "too dear"}
BIG = WAIVER | {"list_price": "100000.00"}  # 292,602.74 over three months: for head office


@pytest.fixture
def desk(bank, api) -> Desk:
    return Desk(bank, api)


def told(desk: Desk) -> list[tuple[int, str]]:
    """Revision and state of every message to the bank."""
    with desk.bank.store.read() as tx:
        waiting = [each.message for each in outbox.load_unsent(tx, 100) if each.message.topic == TOPIC_REMEDIES]
    read = [msgspec.json.decode(message.value, type=RemedyMessage) for message in waiting]
    return [(message.revision, message.state) for message in read]


def test_a_manager_approves_what_staff_proposed_and_the_bank_hears_of_it_once(desk) -> None:
    remedy = desk.submit()
    answer = desk.manager.post(f"{remedy}/approve", json={"note": "for a quarter"}, headers={"If-Match": '"2"'})
    body = answer.json()
    assert (answer.status_code, body["state"], body["note"], body["route"]) == (
        200,
        "approved",
        "for a quarter",
        ["branch"],
    )
    assert [(each["level"], each["checker"]) for each in body["approvals"]] == [("branch", "manager-b001")]
    assert body["next_level"] is None
    assert told(desk) == [(3, "approved")]
    assert desk.manager.post(f"{remedy}/approve").status_code == 409
    assert told(desk) == [(3, "approved")]


def test_what_head_office_decides_needs_two_people(desk) -> None:
    remedy = desk.submit(BIG)
    assert desk.staff.get(remedy).json()["route"] == ["region", "head_office"]
    assert desk.manager.post(f"{remedy}/approve").status_code == 403
    half = desk.approver.post(f"{remedy}/approve").json()
    assert (half["state"], half["next_level"], told(desk)) == ("submitted", "head_office", [])
    assert desk.approver.post(f"{remedy}/approve").status_code == 403
    assert desk.second_approver.post(f"{remedy}/approve").json()["state"] == "approved"
    assert told(desk) == [(4, "approved")]


def test_nobody_approves_their_own_proposal(desk) -> None:
    own = desk.submit(by=desk.manager)
    assert desk.manager.post(f"{own}/approve").status_code == 403
    for_them = desk.submit(owner="manager-b001")
    assert desk.manager.post(f"{for_them}/approve").status_code == 403
    changed = desk.submit(by=desk.manager)
    desk.staff.post(f"{changed}/revise", json=terms(concession_pct=10))
    desk.staff.post(f"{changed}/submit")
    refused = desk.manager.post(f"{changed}/approve")
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "manager-b001 has been a maker of this remedy: someone else has to do this",
    )
    assert told(desk) == []


def terms(**changes) -> dict:
    return {name: value for name, value in (REDUCTION | changes).items() if name != "type"}


def test_other_terms_void_what_was_approved(desk) -> None:
    remedy = desk.submit(BIG)
    desk.approver.post(f"{remedy}/approve")
    changed = desk.staff.post(f"{remedy}/revise", json=terms(concession_pct=None, list_price="90000.00")).json()
    assert (changed["state"], changed["approvals"], changed["terms_version"], changed["list_price"]) == (
        "draft",
        [],
        2,
        "90000.00",
    )
    assert (changed["submitted_at"], changed["owner"]) == (None, "staff-17")
    assert desk.second_approver.post(f"{remedy}/approve").status_code == 409
    again = desk.staff.post(f"{remedy}/submit").json()
    assert (again["next_level"], again["terms_version"]) == ("region", 2)


def test_what_is_sent_back_can_be_explained_and_submitted_again(desk) -> None:
    remedy = desk.submit(BIG)
    desk.approver.post(f"{remedy}/approve")
    back = desk.second_approver.post(f"{remedy}/return", json={"note": "why so long?"}).json()
    assert (back["state"], back["note"], back["approvals"]) == ("returned", "why so long?", [])
    assert desk.staff.post(f"{remedy}/submit").json()["state"] == "submitted"
    desk.approver.post(f"{remedy}/approve")
    assert desk.second_approver.post(f"{remedy}/approve").json()["state"] == "approved"


def test_who_decided_on_it_proposes_nothing_of_it_afterwards(desk) -> None:
    remedy = desk.submit()
    desk.manager.post(f"{remedy}/return", json=NOTE)
    assert desk.manager.post(f"{remedy}/revise", json=terms(concession_pct=10)).status_code == 403
    assert desk.manager.post(f"{remedy}/submit").status_code == 403
    assert desk.staff.post(f"{remedy}/revise", json=terms(owner="manager-b001")).status_code == 403


def test_what_was_rejected_stays_rejected(desk) -> None:
    remedy = desk.submit()
    assert desk.manager.post(f"{remedy}/reject", json=NOTE).json()["state"] == "rejected"
    for who, act, body in (
        (desk.manager, "approve", {}),
        (desk.approver, "return", NOTE),
        (desk.staff, "submit", {}),
        (desk.staff, "withdraw", {}),
        (desk.staff, "revise", terms()),
        (desk.manager, "revoke", NOTE),
    ):
        assert who.post(f"{remedy}/{act}", json=body).status_code == 409, act
    assert told(desk) == []


@pytest.mark.parametrize("act", ["reject", "return", "revoke"])
def test_a_no_needs_to_say_why(desk, act) -> None:
    remedy = desk.submit()
    for body in ({}, {"note": " "}, {"note": None}):
        assert desk.manager.post(f"{remedy}/{act}", json=body).status_code == 422


def test_a_proposal_is_taken_back_before_it_is_decided(desk) -> None:
    for remedy in (desk.propose(), desk.submit()):
        assert desk.staff.post(f"{remedy}/withdraw").json()["state"] == "withdrawn"
        assert desk.staff.post(f"{remedy}/withdraw").json()["state"] == "withdrawn"
    assert desk.staff.post(f"{desk.approve()}/withdraw").status_code == 409


def test_what_costs_nothing_begins_when_it_is_submitted(desk) -> None:
    visit = desk.submit({"type": "executive_visit"})
    assert desk.staff.get(visit).json()["state"] == "active"
    assert told(desk) == [(2, "approved")]


def test_a_running_concession_is_revoked_once(desk) -> None:
    remedy = desk.approve()
    gone = desk.approver.post(f"{remedy}/revoke", json=NOTE).json()
    assert (gone["state"], gone["ended_on"], gone["note"]) == ("revoked", "2026-01-13", "too dear")
    assert desk.manager.post(f"{remedy}/revoke", json=NOTE).json()["revision"] == gone["revision"]
    assert told(desk) == [(3, "approved"), (4, "revoked")]


def test_what_ended_is_not_revoked(desk) -> None:
    remedy = desk.approve()
    desk.api.clock.now += timedelta(days=200)
    assert desk.manager.post(f"{remedy}/revoke", json=NOTE).status_code == 409


def test_what_waited_too_long_is_not_approved(desk) -> None:
    remedy = desk.submit()
    desk.api.clock.now += timedelta(days=108)
    assert desk.manager.post(f"{remedy}/approve").status_code == 409
    assert desk.manager.post(f"{remedy}/return", json=NOTE).json()["state"] == "returned"


def test_a_draft_is_not_decided_on(desk) -> None:
    assert desk.manager.post(f"{desk.propose()}/approve").status_code == 409


@pytest.mark.parametrize("act", ["approve", "reject", "return", "withdraw", "revise", "submit"])
def test_a_revision_that_is_no_more_is_refused(desk, act) -> None:
    remedy = desk.submit()
    body = terms() if act == "revise" else {"note": "n"} if act != "submit" else {}
    who = desk.staff if act in ("withdraw", "revise", "submit") else desk.manager
    assert who.post(f"{remedy}/{act}", json=body, headers={"If-Match": '"1"'}).status_code == 412
    assert desk.staff.get(remedy).json()["revision"] == 2


def test_a_repeated_key_approves_once(desk) -> None:
    remedy = desk.submit()
    first, second = (desk.manager.post(f"{remedy}/approve", headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status_code, second.status_code, second.content) == (200, 200, first.content)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert told(desk) == [(3, "approved")]


def test_the_timeline_and_the_audit_trail_tell_the_whole_story(desk) -> None:
    remedy = desk.submit()
    desk.manager.post(f"{remedy}/return", json=NOTE)
    desk.staff.post(f"{remedy}/revise", json=terms(concession_pct=10, reason="half of it"))
    desk.staff.post(f"{remedy}/submit")
    desk.manager.post(f"{remedy}/approve", json={"note": "fine"})
    desk.manager.post(f"{remedy}/revoke", json={"note": "they left"})
    lines = desk.manager.get(f"{V1}/cases/{CASE}").json()["timeline"]
    said = [(each["what"], each["actor"], each["note"]) for each in lines if each["what"].startswith("remedy.")]
    assert said == [
        ("remedy.proposed", "staff-17", "fee_reduction"),
        ("remedy.submitted", "staff-17", "fee_reduction"),
        ("remedy.returned", "manager-b001", "fee_reduction: too dear"),
        ("remedy.revised", "staff-17", "fee_reduction: half of it"),
        ("remedy.submitted", "staff-17", "fee_reduction"),
        ("remedy.approved", "manager-b001", "fee_reduction: fine"),
        ("remedy.revoked", "manager-b001", "fee_reduction: they left"),
    ]
    rows = desk.api.a("auditor").get(f"{V1}/audit?kind=remedy").json()["items"]
    assert [row["action"] for row in reversed(rows)] == [
        f"remedy.{act}" for act in ("propose", "submit", "return", "revise", "submit", "approve", "revoke")
    ]
    assert [row["after"]["revision"] for row in reversed(rows)] == [1, 2, 3, 4, 5, 6, 7]
    approved = rows[1]
    assert (approved["before"]["state"], approved["after"]["state"]) == ("submitted", "approved")
    assert approved["after"]["approvals"][0]["checker"] == "manager-b001"


def test_a_refusal_leaves_nothing_behind(desk) -> None:
    remedy = desk.submit(by=desk.manager)
    before = desk.manager.get(f"{V1}/cases/{CASE}").json()["timeline"]
    desk.manager.post(f"{remedy}/approve")
    assert desk.manager.get(f"{V1}/cases/{CASE}").json()["timeline"] == before
    assert desk.api.a("auditor").get(f"{V1}/audit?action=remedy.approve").json()["items"] == []


def test_staff_and_managers_do_what_their_role_may(desk) -> None:
    remedy = desk.submit(MARKETING)
    for act in ("approve", "reject", "return", "revoke"):
        assert desk.staff.post(f"{remedy}/{act}", json=NOTE).status_code == 403
    for act in ("submit", "withdraw", "revise"):
        assert desk.approver.post(f"{remedy}/{act}", json={}).status_code == 403
    assert desk.api.a("operations").get(f"{V1}/remedies").status_code == 403
