"""Clients with all that is shown of them: who they are, their weeks, their peers and the presets of their tier."""

from __future__ import annotations

from statistics import median, quantiles

from pydantic import Field

from acts import policies
from acts.callers import Caller
from api.clients.activity import Quiet, activity_body
from api.deps import ApiDeps
from api.pagination import ListQuery
from api.policies.bodies import limit_body
from casework.quiet.calendar import NOTHING, rest_weeks, suppressions
from detector.policies.policy import Policy, TierPolicy
from schemas.http import Body, Line, Page
from schemas.http_clients import ActivityBody, ClientBody
from schemas.http_peers import PeersBody, PresetsBody
from schemas.keyset import Key
from schemas.money import format_amount, minor_digits
from schemas.verdicts import Grade
from schemas.vocabulary import ClientState
from schemas.weeks import Week, format_week
from store.clients import activity, client_search, peers
from store.clients.activity import Activity
from store.clients.client_search import ClientFilter, ClientRow
from store.clients.peers import QUARTER_WEEKS, YEAR_WEEKS, PeerVolume
from store.quiet import calendar, movements
from store.unit_of_work import Tx

_FEWEST = 3  # of two peers, each would read the other off the median


class ClientQuery(ListQuery):
    """Filters of the client list."""

    branch: Line | None = None
    tier: Line | None = None
    state: ClientState | None = None
    q: Line | None = Field(None, description="part of the id or the name, in either case")


class WeeksQuery(Body):
    """How far back the activity goes."""

    weeks: int = Field(YEAR_WEEKS, ge=1, le=520)


def get_client_row(tx: Tx, deps: ApiDeps, caller: Caller, client_id: str) -> ClientRow:
    """Raises NotFound, also for another branch's."""
    return client_search.get(tx, client_id, only_branch=caller.branch, today=deps.today())


def search_clients(tx: Tx, deps: ApiDeps, caller: Caller, query: ClientQuery) -> Page[ClientBody]:
    """One page, of those that the caller may see."""
    rows = client_search.search(
        tx,
        ClientFilter(query.branch, query.tier, query.state, query.q),
        only_branch=caller.branch,
        today=deps.today(),
        after=query.after("clients", Key),
        limit=query.limit + 1,
    )
    return query.page("clients", rows, lambda row: row.client_id, client_body)


def client_body(row: ClientRow) -> ClientBody:
    return ClientBody(
        client_id=row.client_id,
        name=row.name,
        kind=row.kind,
        branch_id=row.branch_id,
        tier=row.tier,
        industry=row.industry,
        relationship_manager=row.relationship_manager,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        state=row.state,
        alert=None if row.grade is None else "alarm" if row.grade is Grade.ALARM else "prompt",
        first_week=None if row.first_week is None else format_week(row.first_week),
    )


def get_activity_body(tx: Tx, deps: ApiDeps, client: ClientRow, weeks: int) -> ActivityBody:
    """The client's last `weeks` weeks with their averages, oldest first, silent weeks included."""
    found = activity.load_activity(tx, client.client_id, weeks, YEAR_WEEKS)
    return activity_body(client.client_id, found, deps.base_currency, _find_quiet(tx, deps, client, found))


def _find_quiet(tx: Tx, deps: ApiDeps, client: ClientRow, found: Activity) -> Quiet:
    """What the calendar holds back of the weeks shown, and what a group explained."""
    if not found.states:
        return Quiet()
    first = found.first_week + found.lead_in
    last = found.first_week + len(found.states) - 1
    entries = calendar.load_of_client(tx, client.client_id, client.branch_id, first, last)
    resting = rest_weeks(deps.rules.holidays)
    held = (week for week in map(Week, range(first, last + 1)) if suppressions(entries, week, resting) != NOTHING)
    explained = movements.load_explained(tx, client.client_id, first)
    groups = {verdict.week: verdict.common.kind for verdict in explained if verdict.common is not None}
    return Quiet(frozenset(held), groups)


def get_peers_body(tx: Tx, client: ClientRow) -> PeersBody:
    """How the client's last quarter compares with that of others in its branch, tier and industry."""
    found = peers.find_peers(tx, client.client_id)
    changes = [] if found is None else [c for c in map(_change_pct, found.others) if c is not None]
    enough = len(changes) >= _FEWEST
    lower, _, upper = quantiles(changes, method="inclusive") if enough else (None, None, None)
    return PeersBody(
        week=None if found is None else format_week(found.week),
        industry=client.industry,
        peers=len(changes),
        own_change_pct=None if found is None or found.own is None else _change_pct(found.own),
        median_change_pct=median(changes) if enough else None,
        lower_quartile_pct=lower,
        upper_quartile_pct=upper,
    )


def _change_pct(volume: PeerVolume) -> float | None:
    """Of weekly means; None where the year had nothing to fall from."""
    if volume.year_minor <= 0:
        return None
    expected = volume.year_minor / YEAR_WEEKS
    return (volume.quarter_minor / QUARTER_WEEKS - expected) / expected * 100


def presets_body(tx: Tx, deps: ApiDeps, tier: str) -> PresetsBody:
    """What the policy in force says of a tier, or of the one that stands in for it."""
    policy = policies.get_in_force(tx, deps.bank)
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
    """The rules for a tier, or those of the tier that stands in for one that the policy does not name."""
    by_name = {rules.tier: rules for rules in policy.tiers}
    return by_name.get(tier, by_name[policy.default_tier])
