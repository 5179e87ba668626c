"""Cases in the database: reading one whole, and keeping a change with what belongs to it.

Order: whoever changes a case, its client's remedies and its client's alerts locks them in that order. Who opens a
case locks the client's last one first: it may be the one that is opened again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.cases.case_lifecycle import Case, CaseExists, Member, Review, Swot, Task
from schemas.errors import NotFound, StaleRevision
from schemas.vocabulary import CaseState
from store.tables.cases import case_alert, case_event, case_member, case_review, case_task, client_case
from store.upsert import insert

_OPEN = client_case.c.state != "closed"
_PLAIN = [column.name for column in client_case.columns]
_MEMBER = list(Member.__dataclass_fields__)
_TASK = list(Task.__dataclass_fields__)
_REVIEW = [name for name in Review.__dataclass_fields__ if name not in {"attendees", "swot"}]


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One line of a case's timeline; `state` is the case's afterwards."""

    event_id: int
    at: datetime
    actor: str
    what: str
    state: CaseState
    note: str | None


def get(tx: Connection, case_id: str, *, for_update: bool = False) -> Case:
    """One case. `for_update`: nobody else changes it before the end. Raises NotFound."""
    mine = client_case.c.case_id == case_id
    if for_update:
        tx.execute(sa.select(client_case.c.revision).where(mine).with_for_update())
    found = load_where(tx, mine)
    if not found:
        raise NotFound("case", case_id)
    return found[0]


def find_open(tx: Connection, client_id: str) -> Case | None:
    """The client's case that is not closed."""
    found = load_where(tx, client_case.c.client_id == client_id, _OPEN)
    return found[0] if found else None


def find_last_closed(tx: Connection, client_id: str, *, for_update: bool = False) -> Case | None:
    """The client's case that was closed last. `for_update`: and nobody else opens it again before the end."""
    last = (
        sa.select(client_case.c.case_id)
        .where(client_case.c.client_id == client_id, client_case.c.state == "closed")
        .order_by(client_case.c.closed_at.desc(), client_case.c.case_id)
        .limit(1)
    )
    case_id = tx.scalar(last)
    case = None if case_id is None else get(tx, case_id, for_update=for_update)
    return case if case is not None and case.state == "closed" else None


def save(tx: Connection, case: Case) -> None:
    """Keep a new case, at revision 1, or one that is one revision past what is stored.

    Raises CaseExists where the client has another open one, StaleRevision; the transaction can go on after the
    first, and must be given up after the second.
    """
    if case.revision == 1:
        _insert(tx, case)
    else:
        _update(tx, case)
    _write_members(tx, case)
    _write_tasks(tx, case)
    _write_reviews(tx, case)
    _write_alerts(tx, case)


def append_event(
    tx: Connection,
    case_id: str,
    *,
    at: datetime,
    actor: str,
    what: str,
    state: CaseState | sa.ScalarSelect[str],
    note: str | None = None,
) -> None:
    """Add a line to the timeline. `what`: opened, moved, reviewed, remedy.approved, ..."""
    tx.execute(sa.insert(case_event).values(case_id=case_id, at=at, actor=actor, what=what, state=state, note=note))


def load_timeline(tx: Connection, case_id: str) -> list[CaseEvent]:
    """Everything that happened to a case, oldest first."""
    columns = [case_event.c[name] for name in CaseEvent.__dataclass_fields__]
    mine = sa.select(*columns).where(case_event.c.case_id == case_id).order_by(case_event.c.event_id)
    return [CaseEvent(**found) for found in tx.execute(mine).mappings()]


def load_where(tx: Connection, *conditions: sa.ColumnElement[bool]) -> list[Case]:
    """Whole cases that meet conditions on `client_case`, oldest first: five statements however many they are."""
    order = (client_case.c.opened_at, client_case.c.case_id)
    rows = tx.execute(sa.select(client_case).where(*conditions).order_by(*order)).mappings().all()
    return with_parts(tx, rows, *conditions)


def with_parts(
    tx: Connection, rows: Sequence[Mapping[Any, Any]], *conditions: sa.ColumnElement[bool]
) -> list[Case]:
    """Whole cases of rows of `client_case`, which are those that meet the conditions: four statements."""
    if not rows:
        return []
    members = _load_parts(tx, case_member, case_member.c.place, conditions)
    tasks = _load_parts(tx, case_task, case_task.c.place, conditions)
    reviews = _load_parts(tx, case_review, case_review.c.place, conditions)
    alerts = _load_parts(tx, case_alert, case_alert.c.alert_id, conditions)
    return [
        Case(
            **row,
            alert_ids=tuple(found["alert_id"] for found in alerts[row["case_id"]]),
            members=tuple(Member(*(found[name] for name in _MEMBER)) for found in members[row["case_id"]]),
            tasks=tuple(Task(*(found[name] for name in _TASK)) for found in tasks[row["case_id"]]),
            reviews=tuple(_review(found) for found in reviews[row["case_id"]]),
        )
        for row in rows
    ]


def _load_parts(
    tx: Connection, part: sa.Table, order: sa.Column[Any], conditions: Sequence[sa.ColumnElement[bool]]
) -> dict[str, list[sa.RowMapping]]:
    query = sa.select(part).join_from(part, client_case).where(*conditions).order_by(order)
    found = defaultdict(list)
    for row in tx.execute(query).mappings():
        found[row["case_id"]].append(row)
    return found


def _review(found: sa.RowMapping) -> Review:
    swot = Swot(**{side: tuple(points) for side, points in found["swot"].items()})
    plain = {name: found[name] for name in _REVIEW}
    return Review(**plain, attendees=tuple(found["attendees"]), swot=swot)


def _insert(tx: Connection, case: Case) -> None:
    statement = insert(tx, client_case).values(_row(case))
    # Not by an error, after which PostgreSQL answers no question about the one that is in the way.
    free = statement.on_conflict_do_nothing(index_elements=[client_case.c.client_id], index_where=_open_sql())
    if tx.scalar(free.returning(client_case.c.case_id)) is None:
        raise CaseExists(case.client_id, _find_open_id(tx, case.client_id))


def _update(tx: Connection, case: Case) -> None:
    before = (client_case.c.case_id == case.case_id, client_case.c.revision == case.revision - 1)
    try:
        with tx.begin_nested():  # opened again while another one is open
            changed = tx.execute(sa.update(client_case).where(*before).values(_row(case))).rowcount
    except sa.exc.IntegrityError:
        raise CaseExists(case.client_id, _find_open_id(tx, case.client_id)) from None
    if not changed:
        actual = tx.scalar(sa.select(client_case.c.revision).where(client_case.c.case_id == case.case_id))
        raise StaleRevision(case.revision - 1, actual or 0)


def _open_sql() -> sa.TextClause:
    """As the index says it: a parameter in its place would be another condition to PostgreSQL."""
    return sa.text("state <> 'closed'")


def _find_open_id(tx: Connection, client_id: str) -> str:
    theirs = sa.select(client_case.c.case_id).where(client_case.c.client_id == client_id, _OPEN)
    return str(tx.scalar(theirs))


def _row(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in _PLAIN}


def _write_members(tx: Connection, case: Case) -> None:
    rows = [{"case_id": case.case_id, "place": n, **asdict(m)} for n, m in enumerate(case.members)]
    gone = (case_member.c.case_id == case.case_id, case_member.c.place >= len(rows))
    tx.execute(sa.delete(case_member).where(*gone))
    _upsert(tx, case_member, ("case_id", "place"), rows)


def _write_tasks(tx: Connection, case: Case) -> None:
    rows = [{"case_id": case.case_id, "place": n, **asdict(t)} for n, t in enumerate(case.tasks)]
    _upsert(tx, case_task, ("task_id",), rows)


def _write_reviews(tx: Connection, case: Case) -> None:
    rows = [{"case_id": case.case_id, "place": n, **asdict(r)} for n, r in enumerate(case.reviews)]
    if rows:  # minutes are written once and never changed
        tx.execute(insert(tx, case_review).on_conflict_do_nothing(index_elements=["review_id"]), rows)


def _write_alerts(tx: Connection, case: Case) -> None:
    rows = [{"case_id": case.case_id, "alert_id": alert_id} for alert_id in case.alert_ids]
    if rows:  # alerts come and never go
        tx.execute(insert(tx, case_alert).on_conflict_do_nothing(index_elements=["case_id", "alert_id"]), rows)


def _upsert(tx: Connection, table: sa.Table, key: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    statement = insert(tx, table)
    values = {name: statement.excluded[name] for name in rows[0] if name not in key}
    tx.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values), list(rows))
