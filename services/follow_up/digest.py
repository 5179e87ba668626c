"""The weekly digest: on Monday morning, once a week and person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from acts.roles import NOTICE_ROLES
from casework.notices.notice_facts import Digest
from casework.notices.notice_making import Notice
from casework.notices.recipients import Preference
from services.follow_up.deadlines import matters, overdue
from services.follow_up.round import Round
from store.notices import digest, notice_queue
from store.notices.digest import BranchStanding

FROM = time(7)  # by then the week before is judged, where core banking closed it over night
_NOTHING = BranchStanding()


def tell_digest(current: Round) -> int:
    """From Monday 07:00 in the bank's zone on, to all who have not had this week's."""
    people = [person for person in current.people() if "weekly_digest" in person.kinds]
    with current.store.read() as tx:
        missing = {
            notice.user for notice in notice_queue.without_stored(tx, _digests(current, people, {}, Counter()))
        }
        standings = digest.load_standings(tx) if missing else {}
    if not missing:
        return 0
    late = Counter[str]()
    for matter in matters(current):
        late[matter.branch_id] += overdue(matter)
    return current.write_notices(_digests(current, [p for p in people if p.user in missing], standings, late))


def last_monday(current: Round) -> date:
    """The newest Monday of which 07:00 has come."""
    local = current.now.astimezone(current.zone)
    monday = local.date() - timedelta(days=local.weekday())
    begun = local >= datetime.combine(monday, FROM, current.zone)
    return monday if begun else monday - timedelta(weeks=1)


def _digests(
    current: Round, people: Iterable[Preference], standings: Mapping[str, BranchStanding], late: Counter[str]
) -> list[Notice]:
    monday = last_monday(current)
    return [
        notice
        for person in people
        for notice in current.notices(
            [person], "weekly_digest", str(monday), _digest(person, monday, standings, late)
        )
    ]


def _digest(
    person: Preference, monday: date, standings: Mapping[str, BranchStanding], late: Counter[str]
) -> Digest:
    """Of the person's branch, or of all branches for who sees them all."""
    branch = person.branch_id
    theirs = list(standings.values()) if branch is None else [standings.get(branch, _NOTHING)]
    levels = [level for level, roles in NOTICE_ROLES.checkers.items() if person.role in roles]
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
