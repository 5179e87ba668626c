"""Submitting and approving within the bank's limits. Whoever calls has passed the gate of `limit_claims`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TypeAlias

from acts.performing import ActContext
from acts.roles import levels_of
from casework.remedies import limits, remedy_lifecycle
from casework.remedies.claims import Claim, claim_of
from casework.remedies.limits import LimitExceeded
from casework.remedies.remedy_lifecycle import Remedy
from schemas.vocabulary import Level
from store.remedies import limit_claims

Route: TypeAlias = tuple[Level, ...]


def submit(context: ActContext, branch: str, remedy: Remedy) -> Remedy:
    """Submitted along the route that it needs now. Raises LimitExceeded, and what the lifecycle's `submit` does."""
    # What the rules refuse is refused before anything is added up.
    if remedy_lifecycle.submit(remedy, (), context.actor, context.today) is remedy:
        return remedy
    return remedy_lifecycle.submit(remedy, _route(context, branch, remedy), context.actor, context.today)


def approve(context: ActContext, branch: str, remedy: Remedy, note: str | None) -> Remedy:
    """Approved, if that is within the limits now: since it was submitted others may have been approved.

    Raises LimitExceeded, and what the lifecycle's `approve` does.
    """
    levels = levels_of(context.caller.role)
    remedy_lifecycle.approve(remedy, remedy.route, levels, context.actor, context.today, note)  # as above
    route = _route(context, branch, remedy)
    authority = context.bank.rules.authority
    since = context.at - timedelta(days=authority.period_days)
    approved_minor = limit_claims.sum_approved_minor(context.tx, context.actor, since)
    limits.check_checker(remedy.terms.total_minor, approved_minor, levels, authority, context.bank.minor_per_major)
    return remedy_lifecycle.approve(remedy, route, levels, context.actor, context.today, note)


def reroute_others(context: ActContext, branch: str, decided: Remedy) -> Iterator[tuple[str, Route]]:
    """(remedy_id, route) of what waits and needs more approval than before, now that this was decided.

    What was submitted counts for its client, what was approved for the whole branch.
    """
    waiting = limit_claims.load_waiting(context.tx, branch)
    if decided.state == "submitted":
        waiting = [remedy for remedy in waiting if remedy.client_id == decided.client_id]
    wanted = {remedy.remedy_id: _claim(remedy) for remedy in waiting}
    claims = _claims(context, branch, list(wanted.values()))
    authority, minor_per_major = context.bank.rules.authority, context.bank.minor_per_major
    for remedy in waiting:
        try:
            route = limits.route(wanted[remedy.remedy_id], claims, authority, minor_per_major)
        except LimitExceeded:
            continue  # whoever tries to approve it will be told
        if remedy_lifecycle.reroute(remedy, route) is not remedy:
            yield remedy.remedy_id, route


def _route(context: ActContext, branch: str, remedy: Remedy) -> Route:
    mine = _claim(remedy)
    others = _claims(context, branch, [mine])
    return limits.route(mine, others, context.bank.rules.authority, context.bank.minor_per_major)


def _claim(remedy: Remedy) -> Claim:
    return claim_of(remedy.remedy_id, remedy.client_id, remedy.terms)


def _claims(context: ActContext, branch: str, around: list[Claim]) -> list[Claim]:
    """Everything of the branch that can count beside these."""
    if not around:
        return []
    first, end = min(each.starts_on for each in around), max(each.ends_on for each in around)
    return limit_claims.load_claims_near(context.tx, branch, first, end, context.bank.rules.authority.period_days)
