"""A notice as its reader sees it, in the reader's language: a title of a few words, and a line or two.

Made from the notice's facts alone; what each kind says is in `casework.notices.wording`.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from casework.notices.notice_facts import (
    ApprovalWaiting,
    CaseAssigned,
    CaseMoved,
    Deadline,
    Facts,
    NewAlarm,
    RemedyEnding,
)
from casework.notices.wording import notice_lines
from language.catalogues import Language, texts_in
from schemas.vocabulary import NoticeKind


@dataclass(frozen=True, slots=True)
class NoticeText:
    """What is sent. `body` ends with the desk's link where the bank has set its address."""

    title: str
    body: str


def notice_text(
    kind: NoticeKind, facts: Facts, language: Language, *, currency: str, desk_url: str | None = None
) -> NoticeText:
    """The text of a notice; amounts in `currency`, the base currency. `desk_url`: where people reach the desk.

    Raises UnknownLanguage.
    """
    title, *lines = (_one_line(text) for text in notice_lines(kind, facts, texts_in(language), currency))
    if desk_url:
        lines.append(desk_url.rstrip("/") + desk_path(facts))
    return NoticeText(title, "\n".join(lines))


def desk_path(facts: Facts) -> str:
    """The page of the branch desk that shows what a notice is about, and the place on it."""
    match facts:
        case ApprovalWaiting():
            return f"/desk/approvals#remedy-{facts.remedy_id}"
        case RemedyEnding():
            return f"/desk/cases/{facts.case_id}#remedies"
        case CaseAssigned() | CaseMoved() | Deadline(case_id=str()):
            return f"/desk/cases/{facts.case_id}"
        case NewAlarm() | Deadline():
            return f"/desk/clients/{quote(facts.client_id, safe='')}"
        case _:
            return "/"


def _one_line(text: str) -> str:
    """A client's name is the sender's; nothing in it may begin a line or a header."""
    return " ".join(text.split())
