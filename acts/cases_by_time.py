"""What time alone does to cases. Each act is safe to do again, and by two at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from acts import case_changes
from acts.bank import BankRules
from acts.case_changes import CaseChange, any_alarm, change_with_alerts, save_change
from acts.performing import ActContext
from casework.alerts.episodes import LIVE
from casework.alerts.holdout import is_held_out
from casework.cases import case_lifecycle
from casework.cases.case_lifecycle import Case
from casework.cases.missed_departure import missed_departure
from store.alerts import alert_rows
from store.cases import case_rows, case_search, follow_up
from store.clients import client_search
from store.unit_of_work import Tx


def resume_due(context: ActContext, case_id: str) -> bool:
    """A suspended case goes on where it was on the day that its diary says; whether it did."""
    before = case_rows.get(context.tx, case_id, for_update=True)
    if before.diary_date is None or before.diary_date > context.today:
        return False
    return save_change(context, before, CaseChange("resume", case_lifecycle.resume(before))) is not before


def find_relapses(tx: Tx, rules: BankRules) -> Mapping[str, list[str]]:
    """By client_id the live alerts for which its last case is to be opened again."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for alert in follow_up.load_relapse_candidates(tx, rules.cases.relapse_weeks):
        last = case_rows.find_last_closed(tx, alert.client_id)
        if last and not is_held_out(alert.opening, rules.hold_out) and _relapses(tx, rules, last, alert.alert_id):
            found[alert.client_id].append(alert.alert_id)
    return found


def reopen_relapsed(context: ActContext, client_id: str, alert_ids: Collection[str]) -> Case | None:
    """A client whose case was closed lately falls again: that case again, with the alerts; None where it does not.

    1. Lock the case, then the alerts. 2. Which began after its end. 3. Reopen it with them.
    """
    tx, rules = context.tx, context.bank.rules
    last = case_rows.find_last_closed(tx, client_id, for_update=True)
    if last is None:
        return None
    live = [e for e in alert_rows.get_all(tx, alert_ids, for_update=True).values() if e.state in LIVE]
    back = [e for e in live if _relapses(tx, rules, last, e.alert_id)]
    if not back:
        return None
    ids = [e.alert_id for e in back]
    after = case_lifecycle.reopen(last, ids, alarm=any_alarm(back))
    return save_change(context, last, change_with_alerts("reopen", after, back, "relapse: " + ", ".join(ids)))


def open_missed_departure(context: ActContext, client_id: str) -> Case:
    """Who closed the account and was never warned of gets a case that asks why. Raises CaseExists."""
    branch = client_search.get(context.tx, client_id, only_branch=None, today=context.today).branch_id
    case = missed_departure(client_id, branch, at=context.at, today=context.today, week=context.week)
    return save_change(context, None, CaseChange("open", case))


def follow_client(context: ActContext, case_id: str) -> bool:
    """The case goes along where its client has moved to another branch; whether it did."""
    before = case_rows.get(context.tx, case_id, for_update=True)
    branch = case_search.get(context.tx, case_id, only_branch=None).branch_id
    return case_changes.follow_client(context, before, branch) is not before


def _relapses(tx: Tx, rules: BankRules, last: Case, alert_id: str) -> bool:
    """Whether the alert began, or began again, after the case's end, and soon enough."""
    return case_lifecycle.relapses(last, follow_up.get_opening(tx, alert_id)[0], rules.cases)
