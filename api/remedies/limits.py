"""Submitting and approving within the bank's limits. Whoever calls has passed the gate of `limit_claims`."""

from __future__ import annotations

from datetime import timedelta

from api.auth import Caller
from api.changes import Trace
from api.deps import ApiDeps
from api.remedies.bodies import told
from api.roles import LEVELS
from casework.remedies import limits as rules
from casework.remedies import remedy_lifecycle
from casework.remedies.claims import Claim, claim_of
from casework.remedies.limits import LimitExceeded
from casework.remedies.remedy_lifecycle import Level, Remedy
from schemas.money import minor_digits
from store.alerts import alert_rows
from store.remedies import limit_claims, remedy_rows, remedy_timeline
from store.remedies.remedy_ageing import ACTOR
from store.unit_of_work import Tx


def submit_within_limits(tx: Tx, deps: ApiDeps, remedy: Remedy, actor: str) -> Remedy:
    """Submitted along the route that it needs now. Raises LimitExceeded, and what the lifecycle's `submit` does."""
    # What the rules refuse is refused before anything is added up.
    if remedy_lifecycle.submit(remedy, (), actor, deps.today()) is remedy:
        return remedy
    return remedy_lifecycle.submit(remedy, _route(tx, deps, remedy), actor, deps.today())


def approve_within_limits(tx: Tx, deps: ApiDeps, remedy: Remedy, caller: Caller, note: str | None) -> Remedy:
    """Approved, if that is within the limits now: since it was submitted others may have been approved.

    Raises LimitExceeded, and what the lifecycle's `approve` does.
    """
    levels, today = LEVELS[caller.role], deps.today()
    remedy_lifecycle.approve(remedy, remedy.route, levels, caller.actor, today, note)  # as above
    route = _route(tx, deps, remedy)
    authority = deps.rules.authority
    since = deps.clock() - timedelta(days=authority.period_days)
    approved_minor = limit_claims.approved_minor(tx, caller.actor, since)
    rules.check_checker(remedy.terms.total_minor, approved_minor, levels, authority, _minor_per_major(deps))
    return remedy_lifecycle.approve(remedy, route, levels, caller.actor, today, note)


def reroute_waiting(tx: Tx, deps: ApiDeps, branch: str, decided: Remedy) -> tuple[Trace, ...]:
    """What waits and needs more approval than before, now that this was decided: it says so at once.

    What was submitted counts for its client, what was approved for the whole branch.
    """
    waiting = limit_claims.waiting(tx, branch)
    if decided.state == "submitted":
        waiting = [remedy for remedy in waiting if remedy.client_id == decided.client_id]
    wanted = {remedy.remedy_id: _asked(remedy) for remedy in waiting}
    claims = _claims(tx, deps, branch, list(wanted.values()))
    traces = []
    for remedy in waiting:
        try:
            route = rules.route(wanted[remedy.remedy_id], claims, deps.rules.authority, _minor_per_major(deps))
        except LimitExceeded:
            continue  # whoever tries to approve it will be told
        if remedy_lifecycle.reroute(remedy, route) is not remedy:
            traces += _rerouted(tx, deps, remedy.remedy_id, route)
    return tuple(traces)


def _rerouted(tx: Tx, deps: ApiDeps, remedy_id: str, route: tuple[Level, ...]) -> list[Trace]:
    before = remedy_rows.get(tx, remedy_id, for_update=True)  # its makers may be changing it just now
    after = remedy_lifecycle.reroute(before, route)
    if after is before:
        return []
    facts = alert_rows.client_facts(tx, [after.client_id])[after.client_id]
    remedy_rows.save(tx, after, facts, deps.base_currency, deps.clock())
    remedy_timeline.append(tx, after, at=deps.clock(), actor=ACTOR, what="rerouted")
    return [Trace("remedy.reroute", "remedy", remedy_id, told(before), told(after))]


def _route(tx: Tx, deps: ApiDeps, remedy: Remedy) -> tuple[Level, ...]:
    mine = _asked(remedy)
    branch = alert_rows.client_facts(tx, [remedy.client_id])[remedy.client_id].branch_id
    others = _claims(tx, deps, branch, [mine])
    return rules.route(mine, others, deps.rules.authority, _minor_per_major(deps))


def _asked(remedy: Remedy) -> Claim:
    return claim_of(remedy.remedy_id, remedy.client_id, remedy.terms)


def _claims(tx: Tx, deps: ApiDeps, branch: str, around: list[Claim]) -> list[Claim]:
    """Everything of the branch that can count beside these."""
    if not around:
        return []
    first, end = min(each.starts_on for each in around), max(each.ends_on for each in around)
    return limit_claims.claims_near(tx, branch, first, end, deps.rules.authority.period_days)


def _minor_per_major(deps: ApiDeps) -> int:
    return int(10 ** minor_digits(deps.base_currency))
