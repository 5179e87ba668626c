"""How much a page asks of the database: one snapshot each, and no more questions for more rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from detector.policies.presets import default_policy
from store.policies import policy_versions
from store.unit_of_work import Store
from tests.api.conftest import NOW
from tests.api.policy_desk import SHIPPED
from tests.api.web.case_desk import ONE, WAIVER, CaseDesk
from tests.api.web.filling import form_to

MOST, MOST_OF_AN_ACT = 16, 20
INBOX = "/desk/approvals"


@dataclass
class Asked:
    """What was sent to a database: transactions begun, and statements."""

    transactions: int = 0
    statements: list[str] = field(default_factory=list)


@contextmanager
def counting(store: Store) -> Iterator[Asked]:
    asked = Asked()

    def begun(_connection: sa.Connection) -> None:
        asked.transactions += 1

    def executed(_connection, _cursor, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            asked.statements.append(statement)

    sa.event.listen(store.engine, "begin", begun)
    sa.event.listen(store.engine, "before_cursor_execute", executed)
    try:
        yield asked
    finally:
        sa.event.remove(store.engine, "begin", begun)
        sa.event.remove(store.engine, "before_cursor_execute", executed)


@pytest.fixture
def case(desk) -> CaseDesk:
    return CaseDesk(desk)


@pytest.mark.parametrize("path", [ONE, "/desk/clients/C1", INBOX, "/"])
def test_a_page_is_one_snapshot_and_few_questions(case, path) -> None:
    case.submit(WAIVER)
    person = case.approver if path == INBOX else case.manager
    with counting(case.desk.store) as asked:
        assert person.get(path).status_code == 200
    assert asked.transactions == 1
    assert len(asked.statements) <= MOST, "\n".join(asked.statements)


def test_an_inbox_asks_no_more_for_ten_than_for_three(case) -> None:
    asked_for = []
    for numbers in (range(3), range(3, 10)):
        for number in numbers:
            case.submit(WAIVER, fee_code=f"FEE-{number}", list_price="12.00")
        with counting(case.desk.store) as asked:
            page = case.approver.get(INBOX)
        assert page.text.count('class="card approval"') == numbers[-1] + 1
        asked_for.append(len(asked.statements))
    assert asked_for[0] == asked_for[1] <= MOST


def test_a_yes_is_one_write_and_few_statements(case) -> None:
    remedy = case.submit(WAIVER)
    yes = f"{remedy}/approve"
    form = form_to(case.approver.get(INBOX).text, yes)
    with counting(case.desk.store) as asked:
        assert case.approver.post(yes, data=form.filled()).status_code == 303
    assert asked.transactions == 2  # the session is read, the act is written
    assert len(asked.statements) <= MOST_OF_AN_ACT, "\n".join(asked.statements)


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/desk/policies", "approver"),
        (f"/desk/policies/{SHIPPED}", "auditor"),  # for who may set policies a preview is made ready besides
        ("/desk/figures", "approver"),
        ("/desk/figures.csv", "approver"),
        ("/desk/calendar", "approver"),
        ("/desk/movements", "approver"),
        ("/desk/notices", "auditor"),
        ("/desk/held-weeks", "operations"),
        ("/desk/dead-letters", "operations"),
    ],
)
def test_every_other_page_is_one_snapshot_too(desk, path, role) -> None:
    with desk.store.write() as tx:
        policy_versions.ensure_base_policy(tx, default_policy("HKD"), NOW)
    person = desk.a(role)
    with counting(desk.store) as asked:
        assert person.get(path).status_code == 200
    assert asked.transactions == 1
    assert len(asked.statements) <= MOST, "\n".join(asked.statements)
