"""What each kind of notice says: a title of a few words, then a line or two. Days as ISO 8601."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from casework.alerts.sentence import whole_sentence
from casework.cases.case_lifecycle import LEAD
from casework.cases.task_force import UNASSIGNED
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
from language.amounts import compact_amount
from language.catalogues import SOURCE, Texts
from language.names import DEADLINES_IN_SENTENCES, LEVELS_IN_SENTENCES, REMEDIES_IN_SENTENCES
from schemas.money import major_units
from schemas.vocabulary import NoticeKind

Lines = tuple[str, ...]  # the title, then the lines


def notice_lines(kind: NoticeKind, facts: Facts, texts: Texts, currency: str) -> Lines:
    """The title and the lines of a notice; amounts in `currency`."""
    return _WRITERS[type(facts)](facts, kind, texts, currency)


def _alarm(facts: NewAlarm, _kind: NoticeKind, texts: Texts, _currency: str) -> Lines:
    return (
        texts.gettext("New alarm: %(client)s", client=facts.client_name),
        texts.gettext(
            "%(client)s (%(number)s): %(sentence)s",
            client=facts.client_name,
            number=facts.client_id,
            sentence=_alarm_sentence(facts, texts),
        ),
    )


def _alarm_sentence(facts: NewAlarm, texts: Texts) -> str:
    """As published, where it was published in this language."""
    if texts.plain_locale.language == "zh":
        return facts.summary.zh
    if texts.tag == SOURCE or facts.sentence is None:
        return facts.summary.en
    return whole_sentence(facts.sentence, texts)


def _assigned(facts: CaseAssigned, _kind: NoticeKind, texts: Texts, _currency: str) -> Lines:
    who = {"client": facts.client_name, "number": facts.client_id}
    if facts.role == UNASSIGNED:
        return (
            texts.gettext("Left unwarned: %(client)s", client=facts.client_name),
            texts.gettext("%(client)s (%(number)s) left without a warning. Nobody leads the review yet.", **who),
        )
    title = texts.gettext("Case: %(client)s", client=facts.client_name)
    if facts.role == LEAD:
        return title, texts.gettext("You lead the task force for %(client)s (%(number)s).", **who)
    return title, texts.gettext(
        "You are on the task force (%(role)s) for %(client)s (%(number)s).", role=facts.role, **who
    )


def _case_moved(facts: CaseMoved, _kind: NoticeKind, texts: Texts, _currency: str) -> Lines:
    title = texts.gettext("Client moved: %(client)s", client=facts.client_name)
    who = {"client": facts.client_name, "number": facts.client_id, "before": facts.from_branch}
    if facts.taking:
        return title, texts.gettext(
            "%(client)s (%(number)s) came from branch %(before)s with an open case. Hand it over to a lead of "
            "yours.",
            **who,
        )
    return title, texts.gettext(
        "%(client)s (%(number)s) moved from branch %(before)s to %(branch)s, whose people act on the case now. The "
        "others on its task force read on until it is handed over.",
        **who,
        branch=facts.to_branch,
    )


def _approval(facts: ApprovalWaiting, _kind: NoticeKind, texts: Texts, currency: str) -> Lines:
    return (
        texts.gettext("Approval waiting: %(client)s", client=facts.client_name),
        texts.gettext(
            "%(client)s: %(remedy)s, %(amount)s in all, waits for the %(level)s's approval.",
            client=facts.client_name,
            remedy=texts.gettext(REMEDIES_IN_SENTENCES[facts.remedy]),
            amount=compact_amount(major_units(facts.total_minor, currency), currency, texts),
            level=texts.gettext(LEVELS_IN_SENTENCES[facts.level]),
        ),
    )


def _deadline(facts: Deadline, kind: NoticeKind, texts: Texts, _currency: str) -> Lines:
    client, day = facts.client_name, facts.due_on.isoformat()
    step = texts.gettext(DEADLINES_IN_SENTENCES[facts.step])
    if kind == "sla_warning":
        return (
            texts.gettext("Due soon: %(client)s", client=client),
            texts.gettext("%(client)s: %(step)s is due by %(day)s.", client=client, step=step, day=day),
        )
    if kind == "sla_breach":
        title = texts.gettext("Overdue: %(client)s", client=client)
    else:
        title = texts.gettext("Overdue, escalated: %(client)s", client=client)
    return title, texts.gettext(
        "%(client)s: %(step)s was due by %(day)s and is not done.", client=client, step=step, day=day
    )


def _ending(facts: RemedyEnding, _kind: NoticeKind, texts: Texts, _currency: str) -> Lines:
    return (
        texts.gettext("Ending soon: %(client)s", client=facts.client_name),
        texts.gettext(
            "%(client)s: %(remedy)s ends on %(day)s. Renew it, or let it end.",
            client=facts.client_name,
            remedy=texts.gettext(REMEDIES_IN_SENTENCES[facts.remedy]),
            day=facts.ends_on.isoformat(),
        ),
    )


def _moved(facts: BranchMoved, _kind: NoticeKind, texts: Texts, _currency: str) -> Lines:
    where = {"branch": facts.branch_id, "day": facts.monday.isoformat()}
    if facts.quiet:
        title = texts.gettext("%(branch)s rested: week of %(day)s", **where)
    elif facts.size_pct < 0:
        title = texts.gettext("%(branch)s fell as one: week of %(day)s", **where)
    else:
        title = texts.gettext("%(branch)s rose as one: week of %(day)s", **where)
    return title, texts.gettext(
        "Most of %(clients)s clients moved together, the median by %(change)s percent. %(concerned)s of them "
        "raise no alert for it; who does more than the others still does.",
        clients=texts.number(facts.clients),
        change=texts.signed(round(facts.size_pct)),
        concerned=texts.number(facts.concerned),
    )


def _digest(facts: Digest, _kind: NoticeKind, texts: Texts, currency: str) -> Lines:
    where = facts.branch_id or texts.gettext("all branches")
    lines = (
        texts.gettext("Week of %(day)s: %(where)s", day=facts.monday.isoformat(), where=where),
        texts.gettext(
            "Open: alarms %(alarms)s, prompts %(prompts)s, about %(amount)s of turnover a year at risk.",
            alarms=texts.number(facts.alarms),
            prompts=texts.number(facts.prompts),
            amount=compact_amount(major_units(facts.at_risk_minor, currency), currency, texts),
        ),
        texts.gettext(
            "Cases %(cases)s, overdue %(overdue)s, waiting for approval %(approvals)s.",
            cases=texts.number(facts.cases),
            overdue=texts.number(facts.overdue),
            approvals=texts.number(facts.approvals),
        ),
    )
    if not facts.deferred:
        return lines
    deferred = texts.number(facts.deferred)
    return *lines, texts.gettext("New alerts that wait for room, the most at stake first: %(n)s.", n=deferred)


def _several(facts: Several, kind: NoticeKind, texts: Texts, _currency: str) -> Lines:
    names = facts.names
    return (
        _number_of(kind, facts.number, texts),
        texts.gettext("Among them %(names)s. All are on the desk.", names=texts.gettext(", ").join(names)),
    )


def _number_of(kind: NoticeKind, n: int, texts: Texts) -> str:
    match kind:
        case "new_alarm":
            return texts.ngettext("%(n)s new alarm", "%(n)s new alarms", n)
        case "case_assigned":
            return texts.ngettext("%(n)s case of yours", "%(n)s cases of yours", n)
        case "approval_waiting":
            return texts.ngettext("%(n)s approval waiting", "%(n)s approvals waiting", n)
        case "sla_warning":
            return texts.ngettext("%(n)s deadline due soon", "%(n)s deadlines due soon", n)
        case "sla_breach":
            return texts.ngettext("%(n)s deadline overdue", "%(n)s deadlines overdue", n)
        case "escalation":
            return texts.ngettext("%(n)s overdue deadline, escalated", "%(n)s overdue deadlines, escalated", n)
        case "remedy_ending":
            return texts.ngettext("%(n)s remedy ending soon", "%(n)s remedies ending soon", n)
        case "branch_moved":
            return texts.ngettext("%(n)s branch that moved as one", "%(n)s branches that moved as one", n)
        case _:
            return texts.ngettext("%(n)s notice", "%(n)s notices", n)


def _trial(_facts: Trial, _kind: NoticeKind, texts: Texts, _currency: str) -> Lines:
    return texts.gettext("Ebbwatch: test"), texts.gettext("Notices reach you here.")


_WRITERS: Mapping[type, Callable[[Any, NoticeKind, Texts, str], Lines]] = MappingProxyType(
    {
        NewAlarm: _alarm,
        CaseAssigned: _assigned,
        CaseMoved: _case_moved,
        ApprovalWaiting: _approval,
        Deadline: _deadline,
        RemedyEnding: _ending,
        BranchMoved: _moved,
        Digest: _digest,
        Several: _several,
        Trial: _trial,
    }
)
