"""What people do with policies: propose one, see what it would have done, and apply it.

See docs/decisions/0022-policies.md.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from acts.bank import Bank
from acts.performing import ActContext
from acts.replays import Replays
from casework.policies.figures import Figures
from casework.policies.rules import SeenPreview, get_preview_to_apply
from detector.policies.policy import Policy
from schemas.weeks import Week, format_week
from store.policies import policy_search, policy_versions
from store.policies.policy_versions import Application
from store.unit_of_work import Store, Tx


@dataclass(frozen=True, slots=True)
class Preview:
    """A year under a policy, beside the same year under the one in force."""

    last_week: Week
    policy: Policy
    figures: Figures
    running: Policy
    running_figures: Figures


def get_in_force(tx: Tx, bank: Bank) -> Policy:
    """The policy that judges from now on: the last one applied, else that of the settings."""
    return policy_versions.find_newest(tx) or bank.policy


def preview(store: Store, replays: Replays, bank: Bank, policy: Policy) -> Preview:
    """The last year judged anew: by `policy`, and beside it by the one in force. Raises NothingJudged.

    Takes as long as the bank is large, in transactions of its own.
    """
    with store.read() as tx:
        running = get_in_force(tx, bank)
    _, running_figures = replays.figures(store, running, bank.rules.replay)
    last_week, figures = replays.figures(store, policy, bank.rules.replay)
    return Preview(last_week, policy, figures, running, running_figures)


def save_seen_preview(context: ActContext, seen: Preview, shown: Mapping[str, Any]) -> None:
    """Save that whoever acts has seen a stored policy's figures. `shown`: all that was on the page, JSON."""
    version, beside = seen.policy.version, seen.running.version
    policy_search.save_seen_preview(
        context.tx,
        version,
        SeenPreview(str(uuid.uuid4()), beside, context.at),
        seen_by=context.actor,
        last_week=seen.last_week,
        figures=dict(shown),
    )
    alerts, alerts_in_force = seen.figures.load.alerts, seen.running_figures.load.alerts
    after = {"beside": beside, "alerts": alerts, "alerts_in_force": alerts_in_force}
    context.audit("policy.preview", "policy", version, None, after)


def propose(context: ActContext, proposed: Policy, note: str | None = None) -> str:
    """Save a policy; its version. The same content under the same name is the same policy, and stays as it is."""
    new = policy_versions.add_policy(context.tx, proposed, proposed_by=context.actor, at=context.at, note=note)
    if new:
        after = {"proposed_by": context.actor, "note": note}
        context.audit("policy.propose", "policy", proposed.version, None, after)
    return proposed.version


def apply(context: ActContext, version: str) -> str:
    """Judge by it from the next week on; its version. For someone who has previewed it and did not propose it.

    1. Keep judging out. 2. Is it the revision they meant. 3. May they. 4. From which week. 5. Save and audit.
    """
    policy_versions.lock_applications(context.tx)
    stored = policy_versions.get(context.tx, version)
    context.check_revision(stored.revision)
    if policy_versions.find_newest_application(context.tx) is None:  # the detector has never run
        policy_versions.ensure_base_policy(context.tx, context.bank.policy, context.at)
    before = get_in_force(context.tx, context.bank).version
    allowed_by = get_preview_to_apply(
        version,
        proposed_by=stored.proposed_by,
        in_force=before,
        seen=policy_search.find_seen_preview(context.tx, version, context.actor),
        actor=context.actor,
        now=context.at,
    )
    from_week = policy_versions.get_next_week(context.tx)
    applied = Application(version, from_week, context.actor, context.at, allowed_by.preview_id)
    policy_versions.add_application(context.tx, applied)
    after = {"in_force": version, "from_week": format_week(from_week), "preview_id": allowed_by.preview_id}
    context.audit("policy.apply", "policy", version, {"in_force": before}, after)
    return version
