"""GET /clients/{id}/peers and /clients/{id}/presets: what a client's change is to be seen against."""

from __future__ import annotations

from statistics import median, quantiles

from fastapi import APIRouter

from api.auth import ClientReader
from api.clients.client_routes import ClientId, visible_client
from api.deps import ApiDeps, Deps
from api.paths import V1
from api.policies.bodies import limit_body
from api.policies.preview import in_force
from detector.policies.policy import Policy, TierPolicy
from schemas.http_peers import PeersBody, PresetsBody
from schemas.money import format_amount, minor_digits
from schemas.weeks import format_week
from store.clients import client_search, peers
from store.clients.peers import QUARTER_WEEKS, YEAR_WEEKS, PeerVolume

router = APIRouter(prefix=V1, tags=["clients"])
_FEWEST = 3  # of two peers, each would read the other off the median


@router.get("/clients/{client_id:path}/peers")
def get_peers(caller: ClientReader, deps: Deps, client_id: ClientId) -> PeersBody:
    """How the client's last quarter compares with that of others in its branch, tier and industry."""
    with deps.store.read() as tx:
        row = client_search.get(tx, client_id, only_branch=caller.branch, today=deps.today())
        found = peers.compare(tx, client_id)
    changes = [] if found is None else [c for c in map(_change_pct, found.others) if c is not None]
    enough = len(changes) >= _FEWEST
    lower, _, upper = quantiles(changes, method="inclusive") if enough else (None, None, None)
    return PeersBody(
        week=None if found is None else format_week(found.week),
        industry=row.industry,
        peers=len(changes),
        own_change_pct=None if found is None or found.own is None else _change_pct(found.own),
        median_change_pct=median(changes) if enough else None,
        lower_quartile_pct=lower,
        upper_quartile_pct=upper,
    )


@router.get("/clients/{client_id:path}/presets")
def get_presets(caller: ClientReader, deps: Deps, client_id: ClientId) -> PresetsBody:
    """The presets of the client's tier."""
    return presets_of(deps, visible_client(deps, caller, client_id).tier)


def presets_of(deps: ApiDeps, tier: str) -> PresetsBody:
    """What the policy in force says of a tier, or of the one that stands in for it."""
    with deps.store.read() as tx:
        policy = in_force(tx, deps)
    rules = tier_policy(policy, tier)
    return PresetsBody(
        tier=rules.tier,
        policy_version=policy.version,
        minimum_effect=format_amount(
            rules.minimum_effect * 10 ** minor_digits(deps.base_currency), deps.base_currency
        ),
        currency=deps.base_currency,
        presets=[limit_body(preset) for preset in rules.presets],
    )


def tier_policy(policy: Policy, tier: str) -> TierPolicy:
    by_name = {rules.tier: rules for rules in policy.tiers}
    return by_name.get(tier, by_name[policy.default_tier])


def _change_pct(volume: PeerVolume) -> float | None:
    """Of weekly means; None where the year had nothing to fall from."""
    if volume.year_minor <= 0:
        return None
    expected = volume.year_minor / YEAR_WEEKS
    return (volume.quarter_minor / QUARTER_WEEKS - expected) / expected * 100
