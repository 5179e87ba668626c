"""The page of a case: what is shown of it, what each role may do, and every act as a plain form."""

from __future__ import annotations

from datetime import date

import pytest

from casework.cases.task_force import finish_task
from schemas.verdicts import Direction
from store.cases import case_rows
from tests.api.conftest import CASE, NOW
from tests.api.web.case_desk import ONE, CaseDesk
from tests.api.web.conftest import csrf_of
from tests.api.web.filling import actions_of, form_to, send
from tests.api.web.reading import Page


@pytest.fixture
def case(desk) -> CaseDesk:
    return CaseDesk(desk)


def kept(case: CaseDesk):
    with case.desk.store.read() as tx:
        return case_rows.get(tx, CASE)


def test_a_case_says_who_it_is_about_and_how_it_stands(case) -> None:
    page = Page(case.manager.get(ONE).text)
    assert page.one("a", href="/desk/clients/C1")
    for said in ("C1 Trading", "Forming", "HK$120,000", "manager-b001", "staff-17", "From an alert", "Alarm"):
        assert said in page.text
    assert "Acknowledge the alert In time on 13 Jan, due 13 Jan" in page.text
    assert "First contact Open due 19 Jan" in page.text
    assert page.has_inline() == []


def test_another_branchs_case_is_not_there(case) -> None:
    assert case.other.get(ONE).status_code == 404
    assert case.other.post(f"{ONE}/tasks", data={"csrf": csrf_of(case.other)}).status_code == 404


def test_each_role_has_the_buttons_that_it_may_press(case) -> None:
    work = {f"{ONE}/{name}" for name in ("transitions", "suspend", "tasks", "reviews", "remedies")}
    lead = {f"{ONE}/{name}" for name in ("close", "members", "leave", "lead")}
    assert actions_of(case.staff.get(ONE).text) == work
    assert actions_of(case.manager.get(ONE).text) == work | lead
    assert actions_of(case.auditor.get(ONE).text) == set()
    assert actions_of(case.approver.get(ONE).text) == set()
    assert case.desk.a("operations").get(ONE).status_code == 403
    assert case.staff.post(f"{ONE}/close", data={"csrf": csrf_of(case.staff)}).status_code == 403


def test_a_closed_case_has_no_button_but_the_one_that_opens_it_again(case) -> None:
    case.done(case.manager, "close", truth="false_alarm", retention="self_recovered", cause="a holiday")
    assert actions_of(case.staff.get(ONE).text) == set()
    page = case.manager.get(ONE).text
    assert actions_of(page) == {f"{ONE}/transitions"}
    assert "Behind the alert A false alarm The client Recovered without us Cause a holiday" in Page(page).text
    (button,) = [each for each in form_to(page, f"{ONE}/transitions").buttons if each.get("name") == "to"]
    assert button["value"] == "reopened"
    page = case.done(case.manager, "transitions", to="reopened")
    assert kept(case).state == "reopened"
    assert "The case has moved on." in page


def test_a_case_goes_its_way_and_its_note_stands_in_the_timeline(case) -> None:
    page = Page(case.done(case.staff, "transitions", to="in_review", note="all agreed"))
    assert kept(case).state == "in_review"
    assert "Moved on · In review – all agreed" in page.text


def test_what_the_rules_refuse_is_told_on_the_page_with_what_was_typed(case) -> None:
    case.done(case.manager, "leave", user="staff-17")
    answer = case.act(case.manager, "transitions", to="in_review", note="alone")
    page = Page(answer.text)
    assert answer.status_code == 409
    assert "That was not done. Too few members" in page.text
    assert form_to(answer.text, f"{ONE}/transitions").value("note") == "alone"
    assert page.one("form", id="came-back")


def test_suspending_asks_for_a_day_that_is_to_come(case) -> None:
    answer = case.act(case.staff, "suspend", until="2026-01-13", note="new year")
    assert (answer.status_code, "Choose a day after today." in answer.text) == (422, True)
    assert form_to(answer.text, f"{ONE}/suspend").value("note") == "new year"
    assert case.act(case.staff, "suspend", until=None).status_code == 422
    page = Page(case.done(case.staff, "suspend", until="2026-02-02", note="new year"))
    assert kept(case).diary_date == date(2026, 2, 2)
    assert "To be looked at again on 2 Feb 2026" in page.text
    assert "Take up again: Forming" in page.text


def test_closing_shows_what_the_volume_says_and_takes_what_people_say(case) -> None:
    form = form_to(case.manager.get(ONE).text, f"{ONE}/close")
    assert (form.value("truth"), form.value("retention")) == ("", "")  # nothing is measured yet
    assert "After 13 weeks not measured yet" in Page(case.manager.get(ONE).text).text
    answer = case.act(case.manager, "close", truth="true_diversion", cause="a cheaper offer")
    assert (answer.status_code, "Please fill this in." in answer.text) == (422, True)
    assert form_to(answer.text, f"{ONE}/close").value("cause") == "a cheaper offer"
    case.done(case.manager, "close", truth="true_diversion", retention="lost", cause="a cheaper offer")
    assert (kept(case).state, kept(case).retention) == ("closed", "lost")


def test_a_proposal_of_the_service_is_chosen_beforehand_and_not_forced(case) -> None:
    case.bank.weeks(dict.fromkeys(range(2840, 2930), "closed"))
    opened = kept(case).opened_week
    case.bank.volumes("C1", dict.fromkeys(range(opened - 80, opened + 14), (100000, 0)))
    with case.desk.store.write() as tx:
        tx.exec_driver_sql("UPDATE client SET shard = 0, first_week = ?", (opened - 80,))
    case.bank.shard(opened + 14)
    page = case.manager.get(ONE).text
    assert form_to(page, f"{ONE}/close").value("retention") == "self_recovered"
    assert "After 13 weeks Recovered without us HK$1K a week, usually HK$1K (100%)" in Page(page).text
    case.done(case.manager, "close", truth="true_diversion", retention="lost", cause="x")
    assert kept(case).retention == "lost"


def test_a_task_is_added_done_with_evidence_and_cancelled(case) -> None:
    page = case.done(case.staff, "tasks", title="Call them", due_on="2026-01-15", kind="contact")
    (task,) = kept(case).tasks
    assert (task.title, task.owner, task.due_on) == ("Call them", "staff-17", date(2026, 1, 15))
    assert "Task added." in page
    done = f"{ONE}/tasks/{task.task_id}/done"
    answer = send(case.staff, ONE, done, evidence=" ")
    assert (answer.status_code, "Please fill this in." in answer.text) == (422, True)
    assert send(case.staff, ONE, done, evidence="Spoke\nwith them").status_code == 303
    assert kept(case).tasks[0].evidence == "Spoke\nwith them"
    assert done not in case.staff.get(ONE).text
    case.done(case.staff, "tasks", title="Read", due_on="2026-01-15")
    cancel = f"{ONE}/tasks/{kept(case).tasks[1].task_id}/cancel"
    assert send(case.staff, ONE, cancel).headers["location"] == f"{ONE}#tasks"
    assert kept(case).tasks[1].state == "cancelled"


def test_what_is_wrong_with_a_task_is_told_at_its_field(case) -> None:
    answer = case.act(case.staff, "tasks", title="Call them", owner=None, due_on="tomorrow")
    page, form = Page(answer.text), form_to(answer.text, f"{ONE}/tasks")
    assert (answer.status_code, form.value("title")) == (422, "Call them")
    assert page.one("input", id="task-due")["aria-invalid"] == "true"
    assert "Write a day such as 2026-02-28." in page.text
    assert page.one("input", id="task-owner")["aria-describedby"] == "task-owner-note"
    assert page.one("details", id="came-back")["open"] is None  # the attribute without a value: it is open


def test_an_overdue_task_says_so_in_words(case) -> None:
    case.done(case.staff, "tasks", title="Call them", due_on="2026-01-15")
    assert "due 15 Jan" in case.staff.get(ONE).text
    case.later(days=3)
    assert "overdue since 15 Jan" in Page(case.staff.get(ONE).text).text


def test_minutes_are_kept_with_who_was_there_and_one_point_a_line(case) -> None:
    form = form_to(case.staff.get(ONE).text, f"{ONE}/reviews")
    assert (form.ticked("attendees"), form.value("held_on")) == (["manager-b001", "staff-17"], "2026-01-13")
    page = Page(
        case.done(
            case.staff,
            "reviews",
            minutes="We met.",
            decision="Visit <them>",
            strengths=" loyal \n\nold\n",
            threats="",
        )
    )
    (review,) = kept(case).reviews
    assert (review.attendees, review.swot.strengths, review.swot.threats) == (
        ("manager-b001", "staff-17"),
        ("loyal", "old"),
        (),
    )
    assert "Decided: Visit <them>" in page.text
    assert "Threats" not in page.text.partition("Write minutes…")[0]


def test_minutes_of_nobody_come_back_with_all_that_was_written(case) -> None:
    answer = case.act(case.staff, "reviews", attendees=None, minutes="We met.", decision="Go on", weaknesses="slow")
    form = form_to(answer.text, f"{ONE}/reviews")
    assert (answer.status_code, form.ticked("attendees")) == (422, [])
    assert (form.value("minutes"), form.value("weaknesses")) == ("We met.", "slow")
    answer = case.act(case.staff, "reviews", attendees=["staff-17"], minutes="Alone.", decision="Go on")
    assert "enough of them for a review" in answer.text
    assert form_to(answer.text, f"{ONE}/reviews").ticked("attendees") == ["staff-17"]


def test_the_task_force_changes(case) -> None:
    case.done(case.manager, "members", user="staff-4", role="marketing")
    page = Page(case.done(case.manager, "lead", lead="staff-4"))
    assert (kept(case).lead, "staff-4 Lead" in page.text) == ("staff-4", True)
    assert "Joined the task force – staff-4 (Marketing)" in page.text
    answer = case.act(case.manager, "members", user=None)
    assert (answer.status_code, "Please fill this in." in answer.text) == (422, True)


def test_further_alerts_are_offered_and_taken(case) -> None:
    assert f"{ONE}/alerts" not in case.staff.get(ONE).text
    rise = case.bank.alert("C1", direction=Direction.RISE, at_risk=0)
    form = form_to(case.staff.get(ONE).text, f"{ONE}/alerts")
    assert form.ticked("alert_ids") == [rise]
    assert case.act(case.staff, "alerts", alert_ids=None).status_code == 422
    case.done(case.staff, "alerts")
    assert rise in kept(case).alert_ids


def test_who_was_slower_sees_the_newest_state_and_what_they_typed(case) -> None:
    form = form_to(case.manager.get(ONE).text, f"{ONE}/tasks")
    case.done(case.staff, "tasks", title="First", due_on="2026-01-15")
    answer = case.manager.post(f"{ONE}/tasks", data=form.filled(title="Second", due_on="2026-01-16"))
    page = Page(answer.text)
    assert answer.status_code == 412
    assert "Somebody else changed this meanwhile." in page.text
    assert "First" in page.text
    again = form_to(answer.text, f"{ONE}/tasks")
    assert (again.value("title"), again.value("revision")) == ("Second", "2")
    assert case.manager.post(f"{ONE}/tasks", data=again.filled()).status_code == 303


def test_a_form_sent_twice_is_one_act(case) -> None:
    form = form_to(case.staff.get(ONE).text, f"{ONE}/tasks").filled(title="Once", due_on="2026-01-15")
    answers = [case.staff.post(f"{ONE}/tasks", data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert [task.title for task in kept(case).tasks] == ["Once"]


def test_a_form_without_its_token_is_refused(case) -> None:
    form = form_to(case.staff.get(ONE).text, f"{ONE}/tasks")
    for token in ("", "x"):
        answer = case.staff.post(f"{ONE}/tasks", data=form.filled(title="Evil", due_on="2026-01-15", csrf=token))
        assert answer.status_code == 403
    assert kept(case).tasks == ()


@pytest.mark.parametrize(
    "tampered", [{"revision": "9" * 5000}, {"revision": "x"}, {"key": "k" * 5000}, {"key": "é"}]
)
def test_a_form_whose_hidden_fields_were_changed_is_refused(case, tampered) -> None:
    form = form_to(case.staff.get(ONE).text, f"{ONE}/tasks")
    sent = form.filled(title="Evil", due_on="2026-01-15", **tampered)
    assert case.staff.post(f"{ONE}/tasks", data=sent).status_code == 400
    assert kept(case).tasks == ()


def test_what_people_write_is_text_and_never_markup(case) -> None:
    evil = "<script>alert(1)</script>"
    case.done(case.staff, "tasks", title=evil, due_on="2026-01-15")
    case.done(case.staff, "reviews", minutes=evil, decision=evil, strengths=evil)
    case.done(case.staff, "transitions", to="in_review", note=evil)
    assert evil not in case.staff.get(ONE).text


def test_nothing_is_left_in_code_or_in_english_for_a_chinese_reader(case) -> None:
    case.done(case.staff, "tasks", title="x", due_on="2026-01-15")
    with case.desk.store.write() as tx:
        now = case_rows.get(tx, CASE, for_update=True)
        case_rows.save(tx, finish_task(now, now.tasks[0].task_id, "y", "staff-17", NOW))
    case.done(case.manager, "members", user="staff-4", role="service")
    case.manager.cookies.set("language", "zh-Hans")
    page = Page(case.manager.get(ONE).text)
    for said in ("专责小组", "加入专责小组", "按期", "首次联系", "提出措施…", "结案…", "2026年1月13日"):
        assert said in page.text
    answer = case.act(case.manager, "suspend", until="2026-01-13")
    assert "请选择今天之后的日期。" in answer.text
    for word in ("member.joined", "task.added", "forming", "Remedies", "Deadlines"):
        assert word not in page.text


def test_what_was_never_done_in_a_closed_case_is_not_overdue_any_more(case) -> None:
    case.later(days=7)
    assert "Overdue" in Page(case.staff.get(ONE).text).text
    case.done(case.manager, "close", truth="true_diversion", retention="lost", cause="x")
    page = Page(case.staff.get(ONE).text)
    assert "Overdue" not in page.text
    assert "First contact Not done in time due 19 Jan" in page.text
