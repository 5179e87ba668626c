"""What has happened with a client, as its page tells it: in one snapshot, and with what its remedies brought."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from detector.policies.presets import default_policy
from schemas.weeks import monday
from store.policies import policy_versions
from store.tables.cases import case_task
from store.tables.clients import client
from store.tables.remedies import remedy_table
from tests.api.conftest import CASE, WEEK
from tests.api.web.case_desk import WAIVER, CaseDesk
from tests.api.web.reading import Page
from tests.api.web.test_statements import MOST, counting

C1 = "/desk/clients/C1"
BEGAN = WEEK - 6


@pytest.fixture
def case(desk) -> CaseDesk:
    """C1 has moved 1,000 a week each way for years, and twice that since its remedy began."""
    case = CaseDesk(desk)
    case.bank.shard(WEEK + 1)
    case.bank.weeks({WEEK - ago: "closed" for ago in range(120)})
    weeks = range(WEEK - 119, WEEK + 1)
    case.bank.volumes("C1", {week: (200_000 if week >= BEGAN else 100_000,) * 2 for week in weeks})
    with desk.store.write() as tx:
        policy_versions.ensure_base_policy(tx, default_policy("HKD"), datetime(2020, 1, 1, tzinfo=UTC))
        c1 = sa.update(client).where(client.c.client_id == "C1")
        tx.execute(c1.values(first_week=WEEK - 119, industry="Retail"))
    return case


def _remedy(case: CaseDesk, **terms: object) -> None:
    remedy_id = case.submit(WAIVER).rpartition("/")[2]
    with case.desk.store.write() as tx:
        tx.execute(sa.update(remedy_table).where(remedy_table.c.remedy_id == remedy_id).values(terms))


def _timeline(case: CaseDesk) -> str:
    html = case.manager.get(C1).text
    return Page(html[html.index('<li class="of-') :]).text


def test_a_remedy_that_runs_says_when_it_began_and_what_it_brought(case) -> None:
    _remedy(case, state="active", starts_on=monday(BEGAN), ends_on=date(2026, 12, 1))
    said = _timeline(case)
    assert "Remedy began" in said
    assert "turnover +100% after 4 weeks" in said
    assert "Remedy ended" not in said


def test_a_remedy_that_was_only_proposed_has_brought_nothing(case) -> None:
    case.submit(WAIVER)
    said = _timeline(case)
    assert "Remedy proposed" in said
    assert "turnover" not in said


def test_one_that_has_ended_says_so_on_its_day_without_anybody_having_saved_it(case) -> None:
    _remedy(case, state="approved", starts_on=monday(BEGAN), ends_on=monday(WEEK))
    said = _timeline(case)
    assert "Remedy began" in said
    assert "Remedy ended" in said


def test_contacts_that_were_made_are_told_and_planned_ones_are_not(case) -> None:
    made = {"case_id": CASE, "owner": "staff-17", "due_on": date(2026, 1, 12), "kind": "contact"}
    done = {"state": "done", "evidence": "spoke for half an hour", "done_at": datetime(2026, 1, 12, 2, tzinfo=UTC)}
    tasks = [
        made | done | {"task_id": f"{0:036d}", "place": 0, "title": "call", "done_by": "staff-17"},
        made | {"task_id": f"{1:036d}", "place": 1, "title": "call again", "state": "open"},
    ]
    with case.desk.store.write() as tx:
        for task in tasks:
            tx.execute(sa.insert(case_task).values(task))
    said = _timeline(case)
    assert said.count("Contact with the client") == 1
    assert "spoke for half an hour" in said
    assert "call again" not in said


def test_the_fullest_page_is_one_snapshot_and_few_questions(case) -> None:
    _remedy(case, state="active", starts_on=monday(BEGAN), ends_on=date(2026, 12, 1))
    with counting(case.desk.store) as asked:
        assert case.manager.get(C1).status_code == 200
    assert asked.transactions == 1
    assert len(asked.statements) <= MOST, "\n".join(asked.statements)
