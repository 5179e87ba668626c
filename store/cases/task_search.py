"""Finding the tasks of all cases: what a person has to do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.cases.case_lifecycle import Task
from schemas.keyset import Key
from schemas.vocabulary import TaskState
from store.tables.cases import case_task, client_case
from store.tables.clients import client

_SOONEST = (case_task.c.due_on, case_task.c.task_id)
_TASK = [case_task.c[name] for name in Task.__dataclass_fields__]


class TaskPlace(NamedTuple):
    """Where a task stands in the list: what is due first, then by id."""

    due_on: date
    task_id: Key


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task and whom it is about."""

    case_id: str
    client_id: str
    client_name: str
    task: Task

    @property
    def place(self) -> TaskPlace:
        return TaskPlace(self.task.due_on, self.task.task_id)


def search(
    tx: Connection,
    *,
    owner: str | None,
    states: tuple[TaskState, ...],
    only_branch: str | None,
    after: TaskPlace | None,
    limit: int,
) -> list[TaskRow]:
    """Up to `limit` tasks behind the place `after`; no states: any. `only_branch`: all the reader may see."""
    about = (client_case.c.case_id, client_case.c.client_id, client.c.name.label("client_name"))
    query = (
        sa.select(*_TASK, *about)
        .join_from(case_task, client_case)
        .join(client, client.c.client_id == client_case.c.client_id)
        .order_by(*_SOONEST)
        .limit(limit)
    )
    if owner is not None:
        query = query.where(case_task.c.owner == owner)
    if states:
        query = query.where(case_task.c.state.in_(states))
    if only_branch is not None:
        query = query.where(client.c.branch_id == only_branch)
    if after is not None:
        query = query.where(sa.tuple_(*_SOONEST) > sa.tuple_(*after))
    return [_row(found) for found in tx.execute(query).mappings()]


def load_contacts(tx: Connection, case_ids: Collection[str]) -> list[Task]:
    """The contacts with a client that were made in these cases, in the order in which they were planned."""
    made = (case_task.c.case_id.in_(case_ids), case_task.c.kind == "contact", case_task.c.state == "done")
    query = sa.select(*_TASK).where(*made).order_by(case_task.c.case_id, case_task.c.place)
    return [Task(**found) for found in tx.execute(query).mappings()]


def _row(found: sa.RowMapping) -> TaskRow:
    task = Task(**{name: found[name] for name in Task.__dataclass_fields__})
    return TaskRow(found["case_id"], found["client_id"], found["client_name"], task)
