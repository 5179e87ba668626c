"""The page of one policy: its limits in a form, what a year under them would have been, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Response

from acts import policies
from acts.roles import Permission
from api.policies.reading import load_policy_detail
from api.web.forms import FormState
from api.web.policies.figures import rows_of
from api.web.policies.form import LEAST_SCALE, MOST_SCALE, fields_of
from api.web.rendering import render
from api.web.visitor import Visitor
from casework.policies.rules import get_preview_to_apply
from schemas.errors import Conflict, Forbidden
from schemas.http_policies import PreviewBody
from store.policies import policy_search, policy_versions
from store.policies.policy_versions import StoredPolicy

POLICIES = "/desk/policies"


@dataclass(frozen=True, slots=True)
class Workbench:
    """What the page of a policy shows beside its limits: the form as it came back, and figures where asked for."""

    form: FormState
    preview: PreviewBody | None = None
    changed: bool = False  # the figures are of limits that are not those of the stored policy


def policy_page(visitor: Visitor, version: str, bench: Workbench) -> Response:
    """Raises NotFound."""
    stored = policy_versions.get(visitor.tx, version)
    running = policies.get_in_force(visitor.tx, visitor.deps.bank).version
    return render(
        visitor,
        "policy.html",
        detail=load_policy_detail(visitor.tx, stored, running),
        tiers=fields_of(stored.policy, bench.form),
        form=bench.form,
        preview=bench.preview,
        changed=bench.changed,
        rows=rows_of(bench.preview) if bench.preview else [],
        may_apply=_may_apply(visitor, stored, running),
        scale=bench.form.values["scale"] or "100",
        least_scale=LEAST_SCALE,
        most_scale=MOST_SCALE,
        page=path_of(version),
    )


def _may_apply(visitor: Visitor, stored: StoredPolicy, running: str) -> bool:
    """Tried out by the rule itself."""
    actor = visitor.caller.actor
    if not visitor.may(Permission.SET_POLICIES):
        return False
    try:
        get_preview_to_apply(
            stored.version,
            proposed_by=stored.proposed_by,
            in_force=running,
            seen=policy_search.find_seen_preview(visitor.tx, stored.version, actor),
            actor=actor,
            now=visitor.deps.clock(),
        )
    except (Conflict, Forbidden):
        return False
    return True


def path_of(version: str) -> str:
    """The page of a policy."""
    return f"{POLICIES}/{quote(version, safe='')}"
