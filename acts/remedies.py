"""What people do with a remedy: propose it, change it, ask for approval, decide, take it back, revoke it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import msgspec

from acts import remedy_limits
from acts.case_changes import check_theirs
from acts.performing import ActContext, Fields, change
from acts.roles import levels_of
from casework.alerts.message import ClientFacts
from casework.cases.case_lifecycle import check_open
from casework.remedies import remedy_lifecycle
from casework.remedies.proposed_terms import ProposedTerms, terms_of
from casework.remedies.remedy_lifecycle import Remedy
from schemas.errors import NotAllowedByRules, NotFound
from schemas.vocabulary import RemedyType
from store.alerts import alert_rows
from store.cases import case_rows
from store.remedies import limit_claims, remedy_events, remedy_rows, remedy_search


def propose(
    context: ActContext,
    case_id: str,
    kind: RemedyType,
    proposed: ProposedTerms,
    owner: str | None = None,
    renews: str | None = None,
) -> Remedy:
    """A draft. No owner: whoever proposes it. Concessions need a fee, its price and an end.

    1. Is the case theirs to act on. 2. Lock it, lest it be closed meanwhile. 3. The draft. 4. Save and audit.
    """
    check_theirs(context, case_id)
    case = case_rows.get(context.tx, case_id, for_update=True)
    check_open(case)
    remedy = remedy_lifecycle.propose(
        str(uuid.uuid4()),
        case_id,
        case.client_id,
        kind,
        terms_of(proposed, kind, context.bank.rules.margins.bps, context.today),
        owner=owner or context.actor,
        actor=context.actor,
        today=context.today,
        renews=None if renews is None else _get_renewed(context, renews, case.client_id),
    )
    facts = alert_rows.load_client_facts(context.tx, [remedy.client_id])[remedy.client_id]
    _Remedies(facts, "proposed", proposed.reason).save(context, remedy)
    context.audit("remedy.propose", "remedy", remedy.remedy_id, None, audit_fields(remedy))
    return remedy


def revise(context: ActContext, remedy_id: str, proposed: ProposedTerms, owner: str | None = None) -> Remedy:
    """Other terms, in place of all of the old ones: approvals are void, and it is a draft again."""

    def rule(remedy: Remedy) -> Remedy:
        terms = terms_of(proposed, remedy.type, context.bank.rules.margins.bps, context.today)
        return remedy_lifecycle.revise(remedy, terms, owner or remedy.owner, context.actor, context.today)

    return _change(context, remedy_id, "revise", "revised", rule, proposed.reason)


def submit(context: ActContext, remedy_id: str) -> Remedy:
    """Ask for approval, of the levels that percent, money and days need; what costs nothing begins at once."""
    return _change_within_limits(context, remedy_id, "submit", "submitted", remedy_limits.submit)


def approve(context: ActContext, remedy_id: str, note: str | None = None) -> Remedy:
    """A yes at the level whose turn it is, by someone who had no part in making it."""
    rule = partial(remedy_limits.approve, note=note)
    return _change_within_limits(context, remedy_id, "approve", "approved", rule, note)


def reject(context: ActContext, remedy_id: str, note: str) -> Remedy:
    """A no, which ends it."""
    levels = levels_of(context.caller.role)
    rule = partial(remedy_lifecycle.reject, levels=levels, checker=context.actor, note=note)
    return _change(context, remedy_id, "reject", "rejected", rule, note)


def send_back(context: ActContext, remedy_id: str, note: str) -> Remedy:
    """Back to its makers, to be changed or explained; approvals are void."""
    levels = levels_of(context.caller.role)
    rule = partial(remedy_lifecycle.send_back, levels=levels, checker=context.actor, note=note)
    return _change(context, remedy_id, "return", "returned", rule, note)


def withdraw(context: ActContext, remedy_id: str, note: str | None = None) -> Remedy:
    """Take it back before it is decided."""
    return _change(context, remedy_id, "withdraw", "withdrawn", partial(remedy_lifecycle.withdraw, note=note), note)


def revoke(context: ActContext, remedy_id: str, note: str) -> Remedy:
    """End it before its time, from today on."""
    rule = partial(remedy_lifecycle.revoke, today=context.today, note=note)
    return _change(context, remedy_id, "revoke", "revoked", rule, note)


def bring_to_today(context: ActContext, remedy_id: str) -> bool:
    """Approved, active, expiring, expired: what days alone change, saved where that is news; whether it was."""
    _, facts = remedy_search.get_case_and_client(context.tx, remedy_id, only_branch=context.caller.branch)
    before = remedy_rows.get(context.tx, remedy_id, for_update=True)
    return _age(context, before, facts) is not before


def audit_fields(remedy: Remedy) -> Fields:
    """What the audit trail says of it: all that a person can change."""
    names = ("revision", "state", "owner", "terms_version", "terms", "route", "approvals", "ended_on", "note")
    fields: Fields = msgspec.to_builtins({name: getattr(remedy, name) for name in names})
    return fields


@dataclass(frozen=True, slots=True)
class _Remedies:
    """A client's remedies, to be changed. `event`, `note`: what the timeline of the case says of the change."""

    facts: ClientFacts
    event: str
    note: str | None = None
    kind: str = "remedy"

    def lock(self, context: ActContext, key: str) -> Remedy:
        """As it stands today: what days alone have changed is saved first."""
        return _age(context, remedy_rows.get(context.tx, key, for_update=True), self.facts)

    def save(self, context: ActContext, after: Remedy) -> None:
        _save(context, after, self.facts, context.actor, self.event, self.note)

    def revision(self, thing: Remedy) -> int:
        return thing.revision

    def audit_fields(self, thing: Remedy) -> Fields:
        return audit_fields(thing)


def _change(
    context: ActContext,
    remedy_id: str,
    name: str,
    event: str,
    rule: Callable[[Remedy], Remedy],
    note: str | None = None,
) -> Remedy:
    """1. Is it theirs to see. 2. Change it, as `change` does."""
    _, facts = remedy_search.get_case_and_client(context.tx, remedy_id, only_branch=context.caller.branch)
    return change(context, _Remedies(facts, event, note), remedy_id, name, rule)[0]


def _change_within_limits(
    context: ActContext,
    remedy_id: str,
    name: str,
    event: str,
    rule: Callable[[ActContext, str, Remedy], Remedy],
    note: str | None = None,
) -> Remedy:
    """1. Is it theirs to see. 2. Wait at the gate, as limits are touched. 3. Change it. 4. Reroute what waits."""
    _, facts = remedy_search.get_case_and_client(context.tx, remedy_id, only_branch=context.caller.branch)
    limit_claims.lock_limits(context.tx)
    branch = facts.branch_id
    after, changed = change(
        context, _Remedies(facts, event, note), remedy_id, name, lambda remedy: rule(context, branch, remedy)
    )
    if changed:
        for waiting, route in remedy_limits.reroute_others(context, branch, after):
            _reroute(context, waiting, route)
    return after


def _reroute(context: ActContext, remedy_id: str, route: remedy_limits.Route) -> None:
    before = remedy_rows.get(context.tx, remedy_id, for_update=True)  # its makers may be changing it just now
    after = remedy_lifecycle.reroute(before, route)
    if after is before:
        return
    facts = alert_rows.load_client_facts(context.tx, [after.client_id])[after.client_id]
    _save(context, after, facts, remedy_events.ACTOR, "rerouted")
    context.audit("remedy.reroute", "remedy", remedy_id, audit_fields(before), audit_fields(after))


def _save(
    context: ActContext, remedy: Remedy, facts: ClientFacts, actor: str, event: str, note: str | None = None
) -> None:
    remedy_rows.save(context.tx, remedy, facts, context.bank.base_currency, context.at)
    remedy_events.append_event(context.tx, remedy, at=context.at, actor=actor, what=event, note=note)


def _age(context: ActContext, remedy: Remedy, facts: ClientFacts) -> Remedy:
    currency = context.bank.base_currency
    return remedy_events.save_as_of_today(context.tx, remedy, context.today, facts, currency, context.at)


def _get_renewed(context: ActContext, remedy_id: str, client_id: str) -> Remedy:
    try:
        return remedy_rows.get(context.tx, remedy_id)
    except NotFound:
        raise NotAllowedByRules("renews", f"{remedy_id} is no remedy of client {client_id}") from None
