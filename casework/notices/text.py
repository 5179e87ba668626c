"""A notice as its reader sees it, in English or Simplified Chinese: a title of a few words, and a line or two.

Made from the notice's facts alone. Amounts as in casework.alerts.sentence, days as ISO 8601.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from casework.alerts.sentence import compact_amount
from casework.cases.case_lifecycle import LEAD
from casework.cases.task_force import UNASSIGNED
from casework.notices.telling import (
    ApprovalWaiting,
    BranchMoved,
    CaseAssigned,
    Deadline,
    Digest,
    Facts,
    Kind,
    Language,
    NewAlarm,
    RemedyEnding,
    Several,
    Trial,
)

_Said = tuple[str, ...]  # the title, then the lines
_REMEDY: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "service_level_raise": "a raised service level",
            "executive_visit": "an executive visit",
            "complaint_remedy": "the remedy of a complaint",
            "marketing": "marketing",
            "fee_reduction": "a fee reduction",
            "fee_waiver": "a fee waiver",
            "no_action": "no action",
        },
        "zh-Hans": {
            "service_level_raise": "提升服务等级",
            "executive_visit": "高层拜访",
            "complaint_remedy": "投诉补救",
            "marketing": "营销措施",
            "fee_reduction": "费用减收",
            "fee_waiver": "费用豁免",
            "no_action": "不采取措施",
        },
    }
)
_LEVEL_ZH = MappingProxyType({"branch": "分行", "region": "区域", "head_office": "总行"})
_STEP: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "acknowledge": "the acknowledgement",
            "task_force": "the task force",
            "first_contact": "the first contact",
            "first_review": "the first review",
        },
        "zh-Hans": {
            "acknowledge": "预警确认",
            "task_force": "成立专班",
            "first_contact": "首次联系客户",
            "first_review": "首次复盘",
        },
    }
)
_SEVERAL: Mapping[Language, Mapping[Kind, str]] = MappingProxyType(
    {
        "en": {
            "new_alarm": "new alarms",
            "case_assigned": "cases of yours",
            "approval_waiting": "approvals waiting",
            "sla_warning": "deadlines due soon",
            "sla_breach": "deadlines overdue",
            "escalation": "overdue deadlines, escalated",
            "remedy_ending": "remedies ending soon",
            "branch_moved": "branches that moved as one",
        },
        "zh-Hans": {
            "new_alarm": "项新警报",
            "case_assigned": "宗您的个案",
            "approval_waiting": "项待审批",
            "sla_warning": "项即将到期",
            "sla_breach": "项已逾期",
            "escalation": "项逾期上报",
            "remedy_ending": "项即将结束的措施",
            "branch_moved": "家分行整体变动",
        },
    }
)


@dataclass(frozen=True, slots=True)
class NoticeText:
    """What is sent. `body` ends with the desk's link where the bank has set its address."""

    title: str
    body: str


def notice_text(
    kind: Kind, facts: Facts, language: Language, *, currency: str, desk_url: str | None = None
) -> NoticeText:
    """The text of a notice; amounts in `currency`, the base currency. `desk_url`: where people reach the desk."""
    title, *lines = (_one_line(said) for said in _SAY[type(facts), language](facts, kind, currency))
    if desk_url:
        lines.append(desk_url.rstrip("/") + desk_path(facts))
    return NoticeText(title, "\n".join(lines))


def desk_path(facts: Facts) -> str:
    """The page of the branch desk that shows what a notice is about."""
    match facts:
        case ApprovalWaiting() | RemedyEnding():
            return f"/desk/remedies/{facts.remedy_id}"
        case CaseAssigned() | Deadline(case_id=str()):
            return f"/desk/cases/{facts.case_id}"
        case NewAlarm() | Deadline():
            return f"/desk/clients/{quote(facts.client_id, safe='')}"
        case _:
            return "/"


def _one_line(text: str) -> str:
    """A client's name is the sender's; nothing in it may begin a line or a header."""
    return " ".join(text.split())


def _alarm_en(facts: NewAlarm, _kind: Kind, _currency: str) -> _Said:
    return f"New alarm: {facts.client_name}", f"{facts.client_name} ({facts.client_id}): {facts.summary.en}"


def _alarm_zh(facts: NewAlarm, _kind: Kind, _currency: str) -> _Said:
    return f"新警报：{facts.client_name}", f"{facts.client_name}（{facts.client_id}）：{facts.summary.zh}"


def _assigned_en(facts: CaseAssigned, _kind: Kind, _currency: str) -> _Said:
    client = f"{facts.client_name} ({facts.client_id})"
    if facts.role == UNASSIGNED:
        return (
            f"Left unwarned: {facts.client_name}",
            f"{client} left without a warning. Nobody leads the review yet.",
        )
    part = "You lead the task force" if facts.role == LEAD else f"You are on the task force ({facts.role})"
    return f"Case: {facts.client_name}", f"{part} for {client}."


def _assigned_zh(facts: CaseAssigned, _kind: Kind, _currency: str) -> _Said:
    client = f"{facts.client_name}（{facts.client_id}）"
    if facts.role == UNASSIGNED:
        return f"未预警流失：{facts.client_name}", f"{client}：未经预警即已销户，复盘尚无人牵头。"
    part = "您负责牵头该客户的专班。" if facts.role == LEAD else f"您已加入该客户的专班（{facts.role}）。"
    return f"个案：{facts.client_name}", f"{client}：{part}"


def _approval_en(facts: ApprovalWaiting, _kind: Kind, currency: str) -> _Said:
    amount, level = compact_amount(facts.total_minor, currency, "en"), facts.level.replace("_", " ")
    body = f"{facts.client_name}: {_REMEDY['en'][facts.remedy]}, {amount} in all, waits for the {level}'s approval."
    return f"Approval waiting: {facts.client_name}", body


def _approval_zh(facts: ApprovalWaiting, _kind: Kind, currency: str) -> _Said:
    amount = compact_amount(facts.total_minor, currency, "zh-Hans")
    body = (
        f"{facts.client_name}：{_REMEDY['zh-Hans'][facts.remedy]}，合计{amount}，待{_LEVEL_ZH[facts.level]}审批。"
    )
    return f"待审批：{facts.client_name}", body


def _deadline_en(facts: Deadline, kind: Kind, _currency: str) -> _Said:
    step = _STEP["en"][facts.step]
    if kind == "sla_warning":
        return f"Due soon: {facts.client_name}", f"{facts.client_name}: {step} is due by {facts.due_on}."
    title = "Overdue" if kind == "sla_breach" else "Overdue, escalated"
    return (
        f"{title}: {facts.client_name}",
        f"{facts.client_name}: {step} was due by {facts.due_on} and is not done.",
    )


def _deadline_zh(facts: Deadline, kind: Kind, _currency: str) -> _Said:
    step = _STEP["zh-Hans"][facts.step]
    if kind == "sla_warning":
        return f"即将到期：{facts.client_name}", f"{facts.client_name}：{step}须于{facts.due_on}前完成。"
    title = "已逾期" if kind == "sla_breach" else "逾期上报"
    return f"{title}：{facts.client_name}", f"{facts.client_name}：{step}应于{facts.due_on}前完成，尚未完成。"


def _ending_en(facts: RemedyEnding, _kind: Kind, _currency: str) -> _Said:
    body = f"{facts.client_name}: {_REMEDY['en'][facts.remedy]} ends on {facts.ends_on}. Renew it, or let it end."
    return f"Ending soon: {facts.client_name}", body


def _ending_zh(facts: RemedyEnding, _kind: Kind, _currency: str) -> _Said:
    body = f"{facts.client_name}：{_REMEDY['zh-Hans'][facts.remedy]}将于{facts.ends_on}结束，请决定是否续期。"
    return f"即将结束：{facts.client_name}", body


def _moved_en(facts: BranchMoved, _kind: Kind, _currency: str) -> _Said:
    what = "rested" if facts.quiet else "fell as one" if facts.size_pct < 0 else "rose as one"
    return f"{facts.branch_id} {what}: week of {facts.monday}", (
        f"Most of {facts.clients} clients moved together, the median by {facts.size_pct:+.0f} percent. "
        f"{facts.concerned} of them raise no alert for it; who does more than the others still does."
    )


def _moved_zh(facts: BranchMoved, _kind: Kind, _currency: str) -> _Said:
    what = "整体停业" if facts.quiet else "整体下降" if facts.size_pct < 0 else "整体上升"
    return f"{facts.branch_id}{what}：{facts.monday}当周", (
        f"{facts.clients}家客户中多数同向变动，中位数{facts.size_pct:+.0f}%。"
        f"其中{facts.concerned}家因此不单独提醒，偏离整体者仍会提醒。"
    )


def _digest_en(facts: Digest, _kind: Kind, currency: str) -> _Said:
    amount, where = compact_amount(facts.at_risk_minor, currency, "en"), facts.branch_id or "all branches"
    body = (
        f"Open: alarms {facts.alarms}, prompts {facts.prompts}, about {amount} a year at risk.",
        f"Cases {facts.cases}, overdue {facts.overdue}, waiting for approval {facts.approvals}.",
    )
    waiting = (f"New alerts that wait for room, the most at stake first: {facts.deferred}.",) * bool(facts.deferred)
    return f"Week of {facts.monday}: {where}", *body, *waiting


def _digest_zh(facts: Digest, _kind: Kind, currency: str) -> _Said:
    amount, where = compact_amount(facts.at_risk_minor, currency, "zh-Hans"), facts.branch_id or "全部分行"
    body = (
        f"未结警报{facts.alarms}项、提示{facts.prompts}项，年化约{amount}面临流失。",
        f"未结个案{facts.cases}宗，逾期事项{facts.overdue}项，待审批{facts.approvals}项。",
    )
    waiting = (f"待排入的新提醒{facts.deferred}项，按风险金额排序。",) * bool(facts.deferred)
    return f"{facts.monday}当周：{where}", *body, *waiting


def _several_en(facts: Several, kind: Kind, _currency: str) -> _Said:
    return f"{facts.number} {_SEVERAL['en'][kind]}", f"Among them {', '.join(facts.names)}. All are on the desk."


def _several_zh(facts: Several, kind: Kind, _currency: str) -> _Said:
    return f"{facts.number}{_SEVERAL['zh-Hans'][kind]}", f"包括{'、'.join(facts.names)}等，全部请见工作台。"


def _trial_en(_facts: Trial, _kind: Kind, _currency: str) -> _Said:
    return "Ebbwatch: test", "Notices reach you here."


def _trial_zh(_facts: Trial, _kind: Kind, _currency: str) -> _Said:
    return "Ebbwatch：测试", "通知将发送至此处。"


_SAY: Mapping[tuple[type, Language], Callable[[Any, Kind, str], _Said]] = MappingProxyType(
    {
        (NewAlarm, "en"): _alarm_en,
        (NewAlarm, "zh-Hans"): _alarm_zh,
        (CaseAssigned, "en"): _assigned_en,
        (CaseAssigned, "zh-Hans"): _assigned_zh,
        (ApprovalWaiting, "en"): _approval_en,
        (ApprovalWaiting, "zh-Hans"): _approval_zh,
        (Deadline, "en"): _deadline_en,
        (Deadline, "zh-Hans"): _deadline_zh,
        (RemedyEnding, "en"): _ending_en,
        (RemedyEnding, "zh-Hans"): _ending_zh,
        (BranchMoved, "en"): _moved_en,
        (BranchMoved, "zh-Hans"): _moved_zh,
        (Digest, "en"): _digest_en,
        (Digest, "zh-Hans"): _digest_zh,
        (Several, "en"): _several_en,
        (Several, "zh-Hans"): _several_zh,
        (Trial, "en"): _trial_en,
        (Trial, "zh-Hans"): _trial_zh,
    }
)
