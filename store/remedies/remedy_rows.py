"""Remedies: reading them as they stand, and keeping a change with its approvals and its message.

What is kept is the state when it was last changed; what days alone change, `remedy_lifecycle.age` adds
on reading. Order: whoever changes a remedy locks all of its client's, so that the topic tells of one client in the
order of the commits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.alerts.message import ClientFacts
from casework.remedies.message import remedy_message, state_to_publish
from casework.remedies.remedy_lifecycle import EXPIRING_DAYS, RUNNING, Approval, Remedy
from casework.remedies.terms import FeeTerms, Terms
from schemas.errors import NotFound, StaleRevision
from schemas.messages import TOPIC_REMEDIES, encode_message
from schemas.vocabulary import Level, RemedyState
from store import outbox
from store.among import among
from store.tables.remedies import remedy_approval, remedy_part, remedy_table
from store.upsert import insert

_PLAIN = (
    "remedy_id", "case_id", "client_id", "revision", "type", "state", "owner", "maker", "terms_version", "renews",
    "ended_on", "note",
)  # fmt: skip
_TERMS = ("starts_on", "ends_on", "cost_minor", "expected_effect_minor", "reason")
_FEE = ("fee_code", "list_price_minor", "concession_pct", "volume_commitment_minor", "break_even_minor")
_DECIDED = RUNNING | {"returned", "rejected"}


def get(tx: Connection, remedy_id: str, *, for_update: bool = False) -> Remedy:
    """One remedy. `for_update`: nobody else changes the client's remedies before the end. Raises NotFound."""
    mine = remedy_table.c.remedy_id == remedy_id
    if for_update:
        owner = sa.select(remedy_table.c.client_id).where(mine).scalar_subquery()
        locked = (
            sa.select(remedy_table)
            .where(remedy_table.c.client_id == owner)
            .order_by(remedy_table.c.client_id, remedy_table.c.remedy_id)
        )
        rows = tx.execute(locked.with_for_update()).mappings().all()
        found = [each for each, _ in load_with_parts(tx, [row for row in rows if row["remedy_id"] == remedy_id])]
    else:
        found = load_where(tx, mine)
    if not found:
        raise NotFound("remedy", remedy_id)
    return found[0]


def load_of_case(tx: Connection, case_id: str) -> list[Remedy]:
    """All remedies of a case, the oldest first."""
    return load_where(tx, remedy_table.c.case_id == case_id)


def load_of_cases(tx: Connection, case_ids: Collection[str]) -> list[Remedy]:
    """All remedies of these cases, the oldest first."""
    return load_where(tx, among(tx, remedy_table.c.case_id, case_ids)) if case_ids else []


def load_of_ids(tx: Connection, remedy_ids: Iterable[str]) -> list[Remedy]:
    """Those of these remedies that there are, the oldest first."""
    return load_where(tx, among(tx, remedy_table.c.remedy_id, remedy_ids))


def load_states_of_case(tx: Connection, case_id: str) -> dict[str, RemedyState]:
    """The state of each remedy of a case, by id, as it was last changed."""
    rows = tx.execute(
        sa.select(remedy_table.c.remedy_id, remedy_table.c.state).where(remedy_table.c.case_id == case_id)
    )
    return {row.remedy_id: row.state for row in rows}


def load_due(tx: Connection, today: date) -> list[Remedy]:
    """Remedies that days alone have changed since they were kept: those for which `age` gives another state."""
    return load_where(tx, remedy_table.c.state.in_(RUNNING), remedy_table.c.state != state_on(today))


def state_on(today: date) -> sa.ColumnElement[str]:
    """The state on a day as the database works it out: what `age` gives."""
    running = sa.case(
        (remedy_table.c.ends_on <= today, "expired"),
        (remedy_table.c.starts_on > today, "approved"),
        (remedy_table.c.ends_on <= today + timedelta(days=EXPIRING_DAYS), "expiring"),
        else_="active",
    )
    return sa.case((remedy_table.c.state.in_(RUNNING), running), else_=remedy_table.c.state)


def save(tx: Connection, remedy: Remedy, facts: ClientFacts, currency: str, at: datetime) -> None:
    """Keep one changed remedy, one revision past what is stored.

    1. Lock and compare. 2. Remedy. 3. Parts. 4. Approvals. 5. Outbox, where the bank has to hear of it.
    Raises StaleRevision, and then the transaction must be given up.
    """
    before = _lock_current_state(tx, remedy)
    _write(tx, remedy, before, at)
    _write_parts(tx, remedy)
    _write_approvals(tx, remedy, at)
    news = state_to_publish(before, remedy.state)
    if news:
        value = encode_message(remedy_message(remedy, news, facts, currency))
        outbox.append_all(tx, [outbox.Message(TOPIC_REMEDIES, remedy.client_id.encode(), value)], at)


def load_where(tx: Connection, *conditions: sa.ColumnElement[bool]) -> list[Remedy]:
    """Remedies with who took which part and the approvals that hold, the oldest first."""
    query = (
        sa.select(remedy_table).where(*conditions).order_by(remedy_table.c.proposed_at, remedy_table.c.remedy_id)
    )
    return [remedy for remedy, _ in load_with_parts(tx, tx.execute(query).mappings().all())]


def load_with_parts(tx: Connection, rows: Sequence[sa.RowMapping]) -> list[tuple[Remedy, Mapping[Level, datetime]]]:
    """Whole remedies of rows of its table, in their order, and when each level's yes that holds was given."""
    if not rows:
        return []
    ids = [row["remedy_id"] for row in rows]
    parts, approvals = _load_parts(tx, ids), _load_approvals(tx, ids)
    return [
        (
            _remedy(row, parts[row["remedy_id"]], approvals[row["remedy_id"]]),
            {approval.level: at for approval, at in approvals[row["remedy_id"]].items()},
        )
        for row in rows
    ]


def read_terms(row: sa.RowMapping) -> Terms:
    """The terms in a row of its table."""
    fee = None if row["fee_code"] is None else FeeTerms(**{name: row[name] for name in _FEE})
    return Terms(**{name: row[name] for name in _TERMS}, fee=fee)


def _remedy(row: sa.RowMapping, parts: Mapping[str, set[str]], approvals: Iterable[Approval]) -> Remedy:
    route = tuple(row["route"])
    valid = [approval for approval in approvals if approval.terms_version == row["terms_version"]]
    return Remedy(
        **{name: row[name] for name in _PLAIN},
        terms=read_terms(row),
        route=route,
        makers=frozenset(parts["maker"]),
        checkers=frozenset(parts["checker"]),
        approvals=tuple(sorted(valid, key=lambda approval: route.index(approval.level))),
    )


def _load_parts(tx: Connection, ids: Sequence[str]) -> Mapping[str, Mapping[str, set[str]]]:
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in tx.execute(sa.select(remedy_part).where(among(tx, remedy_part.c.remedy_id, ids))):
        found[row.remedy_id][row.part].add(row.user)
    return found


def _load_approvals(tx: Connection, ids: Sequence[str]) -> Mapping[str, dict[Approval, datetime]]:
    """Of each remedy the approvals that hold, and when they were given."""
    found: dict[str, dict[Approval, datetime]] = defaultdict(dict)
    holding = among(tx, remedy_approval.c.remedy_id, ids), ~remedy_approval.c.void
    for row in tx.execute(sa.select(remedy_approval).where(*holding)):
        found[row.remedy_id][Approval(row.terms_version, row.level, row.checker)] = row.at
    return found


def _lock_current_state(tx: Connection, remedy: Remedy) -> RemedyState | None:
    """The state it is kept in now, None for a new one. A change locks all of the client's."""
    new = remedy.revision == 1
    # A new one locks nothing: who proposes holds the case, for which those who change others wait in the end.
    mine = remedy_table.c.remedy_id == remedy.remedy_id if new else remedy_table.c.client_id == remedy.client_id
    found = _lock(tx, mine)
    actual, state = found.get(remedy.remedy_id, (0, None))
    if actual != remedy.revision - 1:
        raise StaleRevision(remedy.revision - 1, actual)
    return state


def _lock(tx: Connection, clients: sa.ColumnElement[bool]) -> dict[str, tuple[int, RemedyState]]:
    """Revision and state of all remedies of some clients, locked until the end (SQLite: already so)."""
    rows = sa.select(remedy_table.c.remedy_id, remedy_table.c.revision, remedy_table.c.state).where(clients)
    ordered = rows.order_by(remedy_table.c.client_id, remedy_table.c.remedy_id).with_for_update()
    return {row.remedy_id: (row.revision, row.state) for row in tx.execute(ordered)}


def _write(tx: Connection, remedy: Remedy, before: RemedyState | None, at: datetime) -> None:
    row = _row(remedy)
    if remedy.state != before:
        row |= _decision_moments(remedy.state, before, at)
    if before is None:
        tx.execute(sa.insert(remedy_table).values(row | {"proposed_at": at}))
    else:
        tx.execute(sa.update(remedy_table).where(remedy_table.c.remedy_id == remedy.remedy_id).values(row))


def _decision_moments(after: RemedyState, before: RemedyState | None, at: datetime) -> dict[str, datetime | None]:
    """When it was submitted, and when the last decision was taken; neither is of a draft."""
    if after == "draft":
        return {"submitted_at": None, "decided_at": None}
    moments: dict[str, datetime | None] = {}
    if before in (None, "draft", "returned") and after in RUNNING | {"submitted"}:
        moments["submitted_at"] = at
    if after == "submitted":
        moments["decided_at"] = None
    elif after in _DECIDED and before not in RUNNING:
        moments["decided_at"] = at
    return moments


def _write_parts(tx: Connection, remedy: Remedy) -> None:
    """Those who had the part already are passed over; who had the other one breaks the primary key."""
    parts = {("maker", user) for user in remedy.makers} | {("checker", user) for user in remedy.checkers}
    rows = [{"remedy_id": remedy.remedy_id, "user": user, "part": part} for part, user in sorted(parts)]
    new = insert(tx, remedy_part).on_conflict_do_nothing(index_elements=["remedy_id", "user", "part"])
    tx.execute(new, rows)


def _write_approvals(tx: Connection, remedy: Remedy, at: datetime) -> None:
    mine = remedy_approval.c.remedy_id == remedy.remedy_id
    if remedy.terms_version > 1:
        older = remedy_approval.c.terms_version < remedy.terms_version
        tx.execute(sa.update(remedy_approval).where(mine, older).values(void=True))
    if not remedy.approvals:
        return
    known = _load_approvals(tx, [remedy.remedy_id])[remedy.remedy_id]
    rows = [
        {
            "remedy_id": remedy.remedy_id,
            "terms_version": approval.terms_version,
            "level": approval.level,
            "checker": approval.checker,
            "at": at,
            "total_minor": remedy.terms.total_minor,
            "void": False,
        }
        for approval in remedy.approvals
        if approval not in known
    ]
    if rows:
        tx.execute(sa.insert(remedy_approval), rows)


def _row(remedy: Remedy) -> dict[str, Any]:
    terms, fee = remedy.terms, remedy.terms.fee
    row = {name: getattr(remedy, name) for name in _PLAIN} | {name: getattr(terms, name) for name in _TERMS}
    row |= {name: None if fee is None else getattr(fee, name) for name in _FEE}
    return row | {
        "route": list(remedy.route),
        "next_level": remedy.next_level if remedy.state == "submitted" else None,
        "total_minor": terms.total_minor,
    }
