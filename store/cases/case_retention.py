"""What the volume of a case's client proposes to call its outcome, by the rules of casework.cases.retention."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from casework.cases import retention
from casework.cases.retention_rules import RetentionRules
from casework.remedies.remedy_lifecycle import Remedy
from schemas.verdicts import Insufficient
from store.cases.case_search import WholeCase
from store.clients.volumes import Volumes


def weeks_needed(case: WholeCase, opened_week: int) -> tuple[int, int]:
    """[first, end) of the weeks that tell it. `opened_week`: in which it was opened, or opened again at last."""
    return retention.first_week_needed(case.alerted_week), opened_week + 1 + max(retention.PROPOSED_WEEKS)


def proposals(
    case: WholeCase,
    opened_week: int,
    remedies: Iterable[Remedy],
    loaded: Volumes,
    today: date,
    rules: RetentionRules,
) -> list[retention.Proposal | Insufficient]:
    """One for each of PROPOSED_WEEKS. `remedies`: the case's; `loaded`: of its client, at least `weeks_needed`."""
    at, closed_on = loaded.client_ids.index(case.case.client_id), case.client_closed_on
    attempted = retention.any_carried_out(remedies, today)
    return [
        retention.propose(
            loaded.turnover_minor[at],
            loaded.known[at],
            alerted=case.alerted_week - loaded.first_week,
            opened=opened_week - loaded.first_week,
            weeks=weeks,
            attempted=attempted,
            left=closed_on is not None and closed_on <= today,
            began=int(loaded.began[at]),
            rules=rules,
        )
        for weeks in retention.PROPOSED_WEEKS
    ]
