"""The text of a notice says its facts, in both languages, on lines of its own."""

from __future__ import annotations

from datetime import date
from typing import get_args

import msgspec
import pytest

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
from casework.notices.recipients import CHOICES
from casework.notices.text import desk_path, notice_text
from language.catalogues import languages
from schemas.messages import Summary
from schemas.vocabulary import Level, RemedyType, Step

SUMMARY = Summary(
    "Debits are 38% below their 8-week average; about HK$1.2M of turnover a year at risk.",
    "当周借方发生额较此前8周周均下降38%；年化约HK$123万借贷发生额面临流失。",
)
CASE = "00000000-0000-5000-8000-000000000001"
ALARM = NewAlarm("a-1", "HK/7", "Harbour Trading", SUMMARY)
SOON = Deadline("first_contact", date(2026, 1, 20), "C1", "Harbour Trading", CASE)
MOVED = CaseMoved(CASE, "C1", "Harbour Trading", "B1", "B2", taking=False)
TAKING = CaseMoved(CASE, "C1", "Harbour Trading", "B1", "B2", taking=True)
WAIVER = ApprovalWaiting("r-1", CASE, "Harbour Trading", "fee_waiver", "head_office", 3_600_00)
DIGEST = Digest(date(2026, 1, 12), "B1", 3, 7, 9_000_000_00, 4, 2, 1)
ENDING = RemedyEnding("r-1", CASE, "Harbour Trading", "fee_reduction", date(2026, 2, 1))

EXAMPLES = [
    ("new_alarm", ALARM, "New alarm: Harbour Trading", f"Harbour Trading (HK/7): {SUMMARY.en}"),
    (
        "case_assigned",
        CaseAssigned(CASE, "C1", "Harbour Trading", "lead"),
        "Case: Harbour Trading",
        "You lead the task force for Harbour Trading (C1).",
    ),
    (
        "case_assigned",
        CaseAssigned(CASE, "C1", "Harbour Trading", "unassigned"),
        "Left unwarned: Harbour Trading",
        "Harbour Trading (C1) left without a warning. Nobody leads the review yet.",
    ),
    (
        "case_assigned",
        MOVED,
        "Client moved: Harbour Trading",
        (
            "Harbour Trading (C1) moved from branch B1 to B2, whose people act on the case now. "
            "The others on its task force read on until it is handed over."
        ),
    ),
    (
        "case_assigned",
        TAKING,
        "Client moved: Harbour Trading",
        "Harbour Trading (C1) came from branch B1 with an open case. Hand it over to a lead of yours.",
    ),
    (
        "approval_waiting",
        WAIVER,
        "Approval waiting: Harbour Trading",
        "Harbour Trading: a fee waiver, HK$3.6K in all, waits for the head office's approval.",
    ),
    (
        "sla_warning",
        SOON,
        "Due soon: Harbour Trading",
        "Harbour Trading: the first contact is due by 2026-01-20.",
    ),
    (
        "escalation",
        SOON,
        "Overdue, escalated: Harbour Trading",
        "Harbour Trading: the first contact was due by 2026-01-20 and is not done.",
    ),
    (
        "sla_breach",
        Several(12, ("Harbour Trading", "Peak Ltd")),
        "12 deadlines overdue",
        "Among them Harbour Trading, Peak Ltd. All are on the desk.",
    ),
    (
        "branch_moved",
        BranchMoved("B1", date(2026, 2, 16), -82.4, True, 412, 96),
        "B1 rested: week of 2026-02-16",
        (
            "Most of 412 clients moved together, the median by -82 percent. 96 of them raise no alert for it; "
            "who does more than the others still does."
        ),
    ),
    (
        "weekly_digest",
        DIGEST,
        "Week of 2026-01-12: B1",
        """Open: alarms 3, prompts 7, about HK$9M of turnover a year at risk.
Cases 4, overdue 1, waiting for approval 2.""",
    ),
]
IN_CHINESE = [
    (
        "case_assigned",
        TAKING,
        "客户转支行：Harbour Trading",
        "Harbour Trading（C1）由支行B1转入，个案尚未结束。请移交给本支行的牵头人。",
    ),
    (
        "branch_moved",
        BranchMoved("B1", date(2026, 2, 16), -22.4, False, 412, 96),
        "B1整体下降：2026-02-16当周",
        "412家客户中多数同向变动，中位数-22%。其中96家因此不单独预警，偏离整体者仍会预警。",
    ),
    (
        "escalation",
        Several(12, ("Harbour Trading", "Peak Ltd")),
        "12项逾期上报",
        "包括Harbour Trading、Peak Ltd等，全部请见工作台。",
    ),
    ("new_alarm", ALARM, "新警报：Harbour Trading", f"Harbour Trading（HK/7）：{SUMMARY.zh}"),
    (
        "sla_breach",
        SOON,
        "已逾期：Harbour Trading",
        "Harbour Trading：首次联系客户应于2026-01-20前完成，尚未完成。",
    ),
    (
        "remedy_ending",
        ENDING,
        "即将结束：Harbour Trading",
        "Harbour Trading：费用优惠将于2026-02-01结束，请决定是否续期。",
    ),
]
FACTS: list[Facts] = [
    ALARM,
    Several(7, ("Harbour Trading",)),
    WAIVER,
    SOON,
    DIGEST,
    ENDING,
    Trial(),
    CaseAssigned(CASE, "C1", "Harbour Trading", "analyst"),
    MOVED,
    TAKING,
]


@pytest.mark.parametrize(("kind", "facts", "title", "body"), EXAMPLES)
def test_in_english(kind, facts, title, body) -> None:
    text = notice_text(kind, facts, "en", currency="HKD")
    assert (text.title, text.body) == (title, body)


@pytest.mark.parametrize(("kind", "facts", "title", "body"), IN_CHINESE)
def test_in_simplified_chinese(kind, facts, title, body) -> None:
    text = notice_text(kind, facts, "zh-Hans", currency="HKD")
    assert (text.title, text.body) == (title, body)


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        (ALARM, "/desk/clients/HK%2F7"),
        (SOON, f"/desk/cases/{CASE}"),
        (WAIVER, "/desk/approvals#remedy-r-1"),
        (ENDING, f"/desk/cases/{CASE}#remedies"),
        (msgspec.structs.replace(SOON, case_id=None), "/desk/clients/C1"),
        (DIGEST, "/"),
        (Trial(), "/"),
    ],
)
def test_the_link_leads_to_what_it_is_about(facts, path) -> None:
    assert desk_path(facts) == path
    said = notice_text("new_alarm", facts, "en", currency="HKD", desk_url="https://desk.bank.example/").body
    assert said.split("\n")[-1] == f"https://desk.bank.example{path}"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("facts", FACTS, ids=lambda facts: type(facts).__name__)
def test_every_kind_of_facts_is_said_in_every_language_and_survives_being_kept(language, facts) -> None:
    kept = msgspec.convert(msgspec.to_builtins(facts), Facts)
    assert kept == facts
    assert notice_text("sla_breach", kept, language, currency="HKD").title


def test_every_step_level_and_remedy_has_a_name_in_every_language() -> None:
    variants = [msgspec.structs.replace(SOON, step=step) for step in get_args(Step)]
    variants += [msgspec.structs.replace(WAIVER, level=level) for level in get_args(Level)]
    variants += [msgspec.structs.replace(WAIVER, remedy=remedy) for remedy in get_args(RemedyType)]
    for language in languages():
        bodies = {notice_text("sla_breach", facts, language, currency="HKD").body for facts in variants}
        assert len(bodies) >= len(variants) - 1  # WAIVER as it is comes twice


def test_a_clients_name_begins_no_line_and_no_header() -> None:
    sly = msgspec.structs.replace(ALARM, client_name="Harbour\r\nBcc: a@bank.example\nHK$0")
    text = notice_text("new_alarm", sly, "en", currency="HKD")
    assert "\n" not in text.title + text.body
    assert "\r" not in text.title + text.body


@pytest.mark.parametrize("language", languages())
def test_every_kind_but_the_digest_can_come_in_numbers(language) -> None:
    for kind in CHOICES - {"weekly_digest"}:
        assert notice_text(kind, Several(7, ("Harbour Trading",)), language, currency="HKD").title.startswith("7")
