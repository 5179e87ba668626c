"""Policies with all that is shown of them: whether they are in force, when they were, and how they have done."""

from __future__ import annotations

from acts import policies
from api.deps import ApiDeps
from api.pagination import ListQuery
from api.policies.bodies import policy_body, policy_detail_body
from schemas.http import Page
from schemas.http_policies import PolicyBody, PolicyDetailBody
from store.policies import policy_search, policy_versions
from store.policies.policy_search import PolicyPlace
from store.policies.policy_versions import StoredPolicy
from store.unit_of_work import Tx


def search_policies(tx: Tx, query: ListQuery, in_force: str) -> Page[PolicyBody]:
    """One page of the list, the newest first. `in_force`: the version that is."""
    after = query.after("policies", PolicyPlace)
    rows = policy_search.search(tx, after=after, limit=query.limit + 1)
    return query.page(
        "policies",
        rows,
        lambda row: PolicyPlace(row.proposed_at, row.version),
        lambda row: policy_body(row, in_force),
    )


def get_policy_detail(tx: Tx, deps: ApiDeps, version: str) -> PolicyDetailBody:
    """Raises NotFound."""
    return load_policy_detail(tx, policy_versions.get(tx, version), policies.get_in_force(tx, deps.bank).version)


def load_policy_detail(tx: Tx, stored: StoredPolicy, in_force: str) -> PolicyDetailBody:
    """One policy that was read already. `in_force`: the version that is."""
    applications = policy_versions.load_applications(tx, stored.version)
    return policy_detail_body(stored, in_force, applications, policy_search.load_record(tx, stored.version))
