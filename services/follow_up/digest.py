"""The weekly digest: on Monday morning, once a week and person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from casework.notices.telling import Digest, Notice, Preference, notices_for
from services.follow_up.deadlines import matters, overdue
from services.follow_up.round import Round
from store.notices import digest, notice_queue
from store.notices.digest import Standing

FROM = time(7)  # by then the week before is judged, where core banking closed it over night
_NOTHING = Standing()


def tell_digest(look: Round) -> int:
    """From Monday 07:00 in the bank's zone on, to all who have not had this week's."""
    people = [person for person in look.people() if "weekly_digest" in person.kinds]
    with look.store.read() as tx:
        missing = {notice.user for notice in notice_queue.untold(tx, _digests(look, people, {}, Counter()))}
        standings = digest.standings(tx) if missing else {}
    if not missing:
        return 0
    late = Counter[str]()
    for matter in matters(look):
        late[matter.branch_id] += overdue(matter)
    return look.tell(_digests(look, [p for p in people if p.user in missing], standings, late))


def last_monday(look: Round) -> date:
    """The newest Monday of which 07:00 has come."""
    local = look.now.astimezone(look.calendar.zone)
    monday = local.date() - timedelta(days=local.weekday())
    begun = local >= datetime.combine(monday, FROM, look.calendar.zone)
    return monday if begun else monday - timedelta(weeks=1)


def _digests(
    look: Round, people: Iterable[Preference], standings: Mapping[str, Standing], late: Counter[str]
) -> list[Notice]:
    monday = last_monday(look)
    return [
        notice
        for person in people
        for notice in notices_for(
            [person],
            "weekly_digest",
            str(monday),
            _digest(look, person, monday, standings, late),
            look.now,
            look.calendar.zone,
        )
    ]


def _digest(
    look: Round, person: Preference, monday: date, standings: Mapping[str, Standing], late: Counter[str]
) -> Digest:
    """Of the person's branch, or of all branches for who sees them all."""
    branch = person.branch_id
    theirs = list(standings.values()) if branch is None else [standings.get(branch, _NOTHING)]
    levels = [level for level, roles in look.roles.checkers.items() if person.role in roles]
    return Digest(
        monday=monday,
        branch_id=branch,
        alarms=sum(s.alarms for s in theirs),
        prompts=sum(s.prompts for s in theirs),
        at_risk_minor=sum(s.at_risk_minor for s in theirs),
        cases=sum(s.cases for s in theirs),
        deferred=sum(s.deferred for s in theirs),
        approvals=sum(s.approvals.get(level, 0) for s in theirs for level in levels),
        overdue=late.total() if branch is None else late[branch],
    )
