"""Notices of one thing for several people, and one notice for many things. Source: docs/decisions/0019."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from casework.notices.notice_facts import Facts, Several
from casework.notices.quiet_hours import end_of_quiet
from casework.notices.recipients import Preference
from schemas.vocabulary import NoticeKind

NEWS = timedelta(weeks=2)  # what is older is not told: it stands on the desk

ONE_BY_ONE = 5  # of a kind at once: with more, people read none

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell one person. The same `subject_key` of a kind is told once."""

    user: str
    kind: NoticeKind
    subject_key: str
    facts: Facts
    not_before: datetime


def notices_for(
    people: Iterable[Preference], kind: NoticeKind, subject_key: str, facts: Facts, now: datetime, zone: ZoneInfo
) -> list[Notice]:
    """The notices of one thing, for those of `people` who want to hear of its kind, after their quiet hours."""
    return [
        Notice(
            person.user,
            kind,
            subject_key,
            facts,
            now if kind == "test" else end_of_quiet(now, person.quiet, zone),
        )
        for person in people
        if kind == "test" or kind in person.kinds
    ]


def combine(fresh: Sequence[Notice]) -> tuple[list[Notice], list[Notice]]:
    """The notices to send, and those that one of them stands for: more than a few of a kind to a person become one.

    The same notices give the same one, whoever folds them.
    """
    piles: dict[tuple[str, NoticeKind], list[Notice]] = {}
    for each in fresh:
        piles.setdefault((each.user, each.kind), []).append(each)
    sent: list[Notice] = []
    folded: list[Notice] = []
    for pile in piles.values():
        if len(pile) > ONE_BY_ONE:
            sent.append(_several(pile))
            folded += pile
        else:
            sent += pile
    return sent, folded


def _several(pile: Sequence[Notice]) -> Notice:
    keys = "\n".join(sorted(each.subject_key for each in pile))
    key = "several/" + hashlib.blake2b(keys.encode(), digest_size=16).hexdigest()
    names = list(dict.fromkeys(name for each in pile if (name := getattr(each.facts, "client_name", None))))
    return replace(pile[0], subject_key=key, facts=Several(len(pile), tuple(names[:_NAMED])))


def is_news(happened_on: date, today: date) -> bool:
    """Whether it is recent enough to be told."""
    return today - NEWS <= happened_on
